"""A broker by hand that takes few publishes at a time and acknowledges them only when told: what is sent, and when."""

from __future__ import annotations

import socket
import threading
from contextlib import suppress
from typing import BinaryIO, Self

CONNECT, PUBLISH, SUBSCRIBE = 1, 3, 8


class NarrowBroker:
    """One connection of MQTT 5. `unacknowledged`: numbers of QoS 1 that wait; `most`: so many at once so far."""

    def __init__(self, receive_maximum: int) -> None:
        self.unacknowledged: list[int] = []
        self.most = 0
        self.taken = 0
        self._receive_maximum = receive_maximum
        self._listener = socket.create_server(("127.0.0.1", 0))
        self.port: int = self._listener.getsockname()[1]
        self._line: socket.socket | None = None
        self._thread = threading.Thread(target=self._run, name="narrow-broker", daemon=True)

    def __enter__(self) -> Self:
        self._thread.start()
        return self

    def __exit__(self, *_: object) -> None:
        self._listener.close()
        if self._line is not None:
            with suppress(OSError):  # the other side has left already
                self._line.shutdown(socket.SHUT_RDWR)
        self._thread.join(5)

    def acknowledge(self, reason: int = 0) -> None:
        """The oldest that waits."""
        assert self._line is not None
        number = self.unacknowledged.pop(0)
        self._line.sendall(b"\x40\x04" + number.to_bytes(2, "big") + bytes([reason, 0]))

    def _run(self) -> None:
        self._line, _ = self._listener.accept()
        with self._line, self._line.makefile("rb") as stream:
            while head := stream.read(1):
                self._answer(self._line, head[0], stream.read(_length(stream)))

    def _answer(self, line: socket.socket, head: int, body: bytes) -> None:
        if head >> 4 == CONNECT:
            line.sendall(b"\x20\x06\x00\x00\x03\x21" + self._receive_maximum.to_bytes(2, "big"))
        elif head >> 4 == SUBSCRIBE:
            granted = bytes(1 for _ in range(_filters(body)))
            line.sendall(bytes([0x90, 3 + len(granted)]) + body[:2] + b"\x00" + granted)
        elif head >> 4 == PUBLISH and head & 0b110:
            start = 2 + int.from_bytes(body[:2], "big")
            self.taken += 1
            self.unacknowledged.append(int.from_bytes(body[start : start + 2], "big"))
            self.most = max(self.most, len(self.unacknowledged))


def _length(stream: BinaryIO) -> int:
    """A number in MQTT's own form: seven bits a byte, the lowest first."""
    length, shift = 0, 0
    while True:
        byte = stream.read(1)[0]
        length |= (byte & 0x7F) << shift
        shift += 7
        if not byte & 0x80:
            return length


def _filters(body: bytes) -> int:
    """How many filters a SUBSCRIBE names; it has no properties."""
    position, count = 3, 0
    while position < len(body):
        position += 2 + int.from_bytes(body[position : position + 2], "big") + 1
        count += 1
    return count
