"""One MQTT 3.1.1 connection for a few packets: log in, hear one topic, publish. No client runs on behind it.

The gateway is where MQTT lives (paho); the platform only has to speak to the broker's control topic now and then.
"""

from __future__ import annotations

import socket
import ssl
import struct
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from pathlib import Path
from typing import Final

from backend.services.broker_access.ports import BrokerAway

CONNECT: Final = 0x10
CONNACK: Final = 0x20
PUBLISH: Final = 0x30
SUBSCRIBE: Final = 0x82
SUBACK: Final = 0x90
DISCONNECT: Final = b"\xe0\x00"
MQTT_3_1_1: Final = 4
USER_PASSWORD_CLEAN: Final = 0b1100_0010
KEEPALIVE_SECONDS: Final = 60
MOST_BYTES: Final = 64 * 1024 * 1024
"""An answer that is longer is none of ours."""


@dataclass(frozen=True, slots=True)
class BrokerDoor:
    """Where the broker is, and as whom to log in. `ca_file` None: the system's authorities."""

    host: str
    port: int
    tls: bool
    ca_file: Path | None
    account: str
    password_file: Path
    seconds: float = 5.0


class BrokerLine:
    """A connection that is logged in. Every call raises `BrokerAway` when the broker is gone or too slow."""

    def __init__(self, line: socket.socket) -> None:
        self._line = line

    def subscribe(self, topic: str) -> None:
        """With QoS 0; returns when the broker has granted it."""
        self._send(SUBSCRIBE, struct.pack("!H", 1) + _text(topic) + b"\x00")
        kind, body = self._read()
        if kind != SUBACK or body[-1:] != b"\x00":
            raise BrokerAway("subscription_refused")

    def publish(self, topic: str, payload: bytes) -> None:
        """With QoS 0."""
        self._send(PUBLISH, _text(topic) + payload)

    def receive(self) -> bytes:
        """The payload of the next message."""
        while True:
            kind, body = self._read()
            if kind & 0xF0 == PUBLISH:
                (length,) = struct.unpack_from("!H", body)
                return body[2 + length :]

    def log_in(self, account: str, password: str) -> None:
        """With a clean session: nothing is left behind at the broker."""
        body = b"\x00\x04MQTT" + struct.pack("!BBH", MQTT_3_1_1, USER_PASSWORD_CLEAN, KEEPALIVE_SECONDS)
        self._send(CONNECT, body + _text(account) + _text(account) + _text(password))
        kind, answer = self._read()
        if kind != CONNACK or answer[1:2] != b"\x00":
            raise BrokerAway("log_in_refused")

    def log_out(self) -> None:
        """Say goodbye; that the broker is gone by then is nothing to say."""
        with suppress(OSError):
            self._line.sendall(DISCONNECT)

    def _send(self, kind: int, body: bytes) -> None:
        try:
            self._line.sendall(bytes([kind]) + _length(len(body)) + body)
        except OSError as error:
            raise BrokerAway(type(error).__name__) from None

    def _read(self) -> tuple[int, bytes]:
        kind = self._take(1)[0]
        length, shift = 0, 0
        while True:
            digit = self._take(1)[0]
            length |= (digit & 0x7F) << shift
            shift += 7
            if not digit & 0x80:
                break
        if length > MOST_BYTES:
            raise BrokerAway("answer_too_long")
        return kind, self._take(length)

    def _take(self, count: int) -> bytes:
        taken = bytearray()
        try:
            while len(taken) < count:
                piece = self._line.recv(min(count - len(taken), 65536))
                if not piece:
                    raise BrokerAway("cut_off")
                taken += piece
        except OSError as error:
            raise BrokerAway(type(error).__name__) from None
        return bytes(taken)


@contextmanager
def broker_line(door: BrokerDoor) -> Iterator[BrokerLine]:
    """A connection for the block."""
    try:
        password = door.password_file.read_text().strip()
        plain = socket.create_connection((door.host, door.port), timeout=door.seconds)
    except OSError as error:
        raise BrokerAway(type(error).__name__) from None
    with plain, _secured(plain, door) as line:
        connection = BrokerLine(line)
        connection.log_in(door.account, password)
        yield connection
        connection.log_out()


def _secured(plain: socket.socket, door: BrokerDoor) -> socket.socket:
    if not door.tls:
        return plain
    try:
        context = ssl.create_default_context(cafile=str(door.ca_file) if door.ca_file else None)
        return context.wrap_socket(plain, server_hostname=door.host)
    except OSError as error:
        raise BrokerAway(type(error).__name__) from None


def _text(value: str) -> bytes:
    encoded = value.encode()
    return struct.pack("!H", len(encoded)) + encoded


def _length(value: int) -> bytes:
    digits = bytearray()
    while True:
        value, digit = divmod(value, 128)
        digits.append(digit | (0x80 if value else 0))
        if not value:
            return bytes(digits)
