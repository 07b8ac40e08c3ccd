"""The one packet that the launcher speaks."""

from __future__ import annotations

import socket

from launcher.mqtt_probe import Answer, BrokerAddress, connect_packet, log_in
from tests.harness.ports import free_port


def test_the_packet_is_an_mqtt_connect_with_a_clean_session() -> None:
    body = b"\x00\x04MQTT\x04\xc2\x00\x0a\x00\x03dev\x00\x03dev\x00\x02pw"
    assert connect_packet("dev", "pw") == b"\x10" + bytes([len(body)]) + body


def test_a_long_password_gets_a_length_of_two_bytes() -> None:
    packet = connect_packet("dev", "p" * 200)
    length = (packet[1] & 0x7F) + 128 * packet[2]
    assert packet[1] & 0x80
    assert length == len(packet) - 3


def test_nobody_there_is_silence() -> None:
    assert log_in(BrokerAddress("127.0.0.1", free_port()), "dev", "pw") is Answer.SILENT


def test_something_that_is_no_broker_is_silence_within_the_deadline() -> None:
    with socket.create_server(("127.0.0.1", 0)) as mute:
        port = mute.getsockname()[1]
        assert log_in(BrokerAddress("127.0.0.1", port), "dev", "pw", seconds=0.2) is Answer.SILENT
