"""Messages reach the lane whole and in their order, however the network cuts them, and PUBACKs leave for each."""

from __future__ import annotations

import socket

from hypothesis import given, settings
from hypothesis import strategies as st
from paho.mqtt.client import _packet

from gateway.adapters.mqtt.client import Address, BufferedClient
from gateway.adapters.mqtt.packets import Publish, packet_end, pubacks, take_publishes

PINGRESP = b"\xd0\x00"
ALIAS = b"\x23\x00\x07"
EXPIRY = b"\x02\x00\x00\x00\x3c"


def _length(number: int) -> bytes:
    found = bytearray()
    while True:
        number, low = divmod(number, 128)
        found.append(low | (0x80 if number else 0))
        if not number:
            return bytes(found)


def _packet_of(message: Publish, properties: bytes) -> bytes:
    body = len(message.topic).to_bytes(2, "big") + message.topic
    if message.qos:
        body += message.mid.to_bytes(2, "big")
    body += _length(len(properties)) + properties + message.payload
    return bytes((0x30 | message.qos << 1 | message.retain,)) + _length(len(body)) + body


MESSAGES = st.builds(
    lambda topic, payload, qos, retain, mid: Publish(topic, payload, qos, retain, mid if qos else 0),
    st.sampled_from([b"care/v1/T1/telemetry", b"care/v1/T1/event", "care/v1/灯/event".encode(), b"\xff"]),
    st.binary(max_size=60) | st.sampled_from([b"x" * 130, b"x" * 20_000]),
    st.sampled_from([0, 1]),
    st.booleans(),
    st.integers(1, 65_535),
)
PROPERTIES = st.sampled_from([b"", EXPIRY, b"\x03\x00\x04text", b"\x26\x00\x01k\x00\xa0" + b"v" * 160])


class Line:
    """A client that is connected to us; what it hears, by either way."""

    def __init__(self) -> None:
        self.client = BufferedClient(Address("127.0.0.1", 1, False, None, "gw1.events", lambda: "", 10, 100))
        self.ours, theirs = socket.socketpair()
        theirs.setblocking(False)
        self.client._sock = theirs
        self.heard: list[Publish] = []
        self.client.on_message = lambda _c, _u, one: self.heard.append(
            Publish(one._topic, bytes(one.payload), one.qos, one.retain, one.mid)
        )

    def read(self) -> None:
        self.client.read(self.heard.extend)


@settings(max_examples=300, deadline=None)
@given(st.lists(st.tuples(MESSAGES, PROPERTIES), max_size=8), st.lists(st.integers(1, 400), max_size=12), st.data())
def test_every_message_is_heard_in_its_order(
    sent: list[tuple[Publish, bytes]], cuts: list[int], data: st.DataObject
) -> None:
    line = Line()
    stream = b""
    for message, properties in sent:
        stream += _packet_of(message, properties) + (PINGRESP if data.draw(st.booleans()) else b"")
    for cut in cuts:
        line.ours.sendall(stream[:cut])
        stream = stream[cut:]
        line.read()
    line.ours.sendall(stream)
    line.read()
    line.read()
    assert line.heard == [message for message, _ in sent]
    line.ours.close()
    line.read()
    assert line.client.socket() is None


@settings(max_examples=500, deadline=None)
@given(st.binary(max_size=40), st.integers(0, 3))
def test_what_is_read_is_what_paho_would_read(body: bytes, qos_and_retain: int) -> None:
    data = bytes((0x30 | qos_and_retain,)) + _length(len(body)) + body
    found, _ = take_publishes(data, 0)
    for one in found:
        try:
            theirs = _packet.decode_publish(data[0], bytearray(body), 5)
        except Exception:  # properties that are none: they are not looked at, and the message counts
            continue
        assert (one.topic, one.payload, one.mid) == (theirs.topic, theirs.payload, theirs.mid or 0)


def test_a_message_without_a_topic_is_left_to_paho() -> None:
    data = _packet_of(Publish(b"", b"x", 1, False, 7), ALIAS)
    assert take_publishes(data, 0) == ([], 0)
    assert packet_end(data, 0) == len(data)


def test_qos_2_is_left_to_paho() -> None:
    data = b"\x34" + _packet_of(Publish(b"t", b"x", 1, False, 7), b"")[1:]
    assert take_publishes(data, 0) == ([], 0)


def test_a_length_that_is_none_ends_the_connection() -> None:
    line = Line()
    line.ours.sendall(b"\xd0\xff\xff\xff\xff\xff\xff")
    line.read()
    assert line.client.socket() is None


def test_each_acknowledgement_is_a_packet_of_its_own() -> None:
    assert pubacks([1, 258, 65_535]) == b"\x40\x02\x00\x01\x40\x02\x01\x02\x40\x02\xff\xff"
    line = Line()
    line.client.acknowledge([7])
    line.client.flush()
    assert line.ours.recv(100) == b"\x40\x02\x00\x07"
