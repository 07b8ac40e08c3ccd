"""Whether a broker answers, and whether it accepts a credential: one MQTT CONNECT and the code that comes back.

A bare socket rather than a client: one packet out, four bytes in, and a deadline on all of it.
"""

from __future__ import annotations

import socket
import ssl
import struct
from dataclasses import dataclass
from enum import StrEnum

CONNECT, DISCONNECT, CONNACK = 0x10, b"\xe0\x00", 0x20
MQTT_3_1_1 = 4
USER_PASSWORD_CLEAN = 0b1100_0010
KEEPALIVE_SECONDS = 10


class Answer(StrEnum):
    """What a broker says to a log-in."""

    ACCEPTED = "accepted"
    REFUSED = "refused"
    SILENT = "silent"


@dataclass(frozen=True)
class BrokerAddress:
    """Where a broker listens; `tls` checks its certificate, by `ca_file` or else the system's authorities."""

    host: str
    port: int
    tls: bool = False
    ca_file: str = ""


def connect_packet(username: str, password: str) -> bytes:
    """An MQTT 3.1.1 CONNECT with a clean session, so that the probe leaves nothing behind at the broker."""
    fields = (username, username, password)  # the client id is the username, as the broker will have it
    body = b"\x00\x04MQTT" + struct.pack("!BBH", MQTT_3_1_1, USER_PASSWORD_CLEAN, KEEPALIVE_SECONDS)
    body += b"".join(struct.pack("!H", len(field.encode())) + field.encode() for field in fields)
    length, rest = bytearray(), len(body)
    while True:
        rest, digit = divmod(rest, 128)
        length.append(digit | (0x80 if rest else 0))
        if not rest:
            return bytes([CONNECT]) + bytes(length) + body


def log_in(broker: BrokerAddress, username: str, password: str, seconds: float = 1.0) -> Answer:
    """Try one log-in; SILENT when nothing that speaks MQTT answers within `seconds` per step."""
    try:
        with _open(broker, seconds) as line:
            line.sendall(connect_packet(username, password))
            reply = _read(line, 4)
            if len(reply) < 4 or reply[0] != CONNACK:
                return Answer.SILENT
            if reply[3] != 0:
                return Answer.REFUSED
            line.sendall(DISCONNECT)
            return Answer.ACCEPTED
    except OSError:
        return Answer.SILENT


def _open(broker: BrokerAddress, seconds: float) -> socket.socket:
    plain = socket.create_connection((broker.host, broker.port), timeout=seconds)
    if not broker.tls:
        return plain
    try:
        return ssl.create_default_context(cafile=broker.ca_file or None).wrap_socket(plain, server_hostname=broker.host)
    except BaseException:
        plain.close()
        raise


def _read(line: socket.socket, count: int) -> bytes:
    received = b""
    while len(received) < count:
        piece = line.recv(count - len(received))
        if not piece:
            break
        received += piece
    return received
