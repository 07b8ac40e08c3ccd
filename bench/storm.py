"""A storm of log-ins: every device of a district connects as fast as the broker takes it, and stays."""

from __future__ import annotations

import select
import socket
import struct
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Final

from tests.harness.clock import stopwatch
from tests.harness.system import Credential

PENDING: Final = 64
"""Log-ins under way at once: Mosquitto's queue of connections is 100 long, and what does not fit waits a second."""
SOURCES: Final = 100
"""Source addresses of loopback, or the ports of one would run out within a few rounds."""
WAIT_SECONDS: Final = 60.0
CONNACK: Final = 0x20


@dataclass(frozen=True)
class Stormed:
    """What became of it: seconds from the first connect to the last answer, and how many were let in."""

    seconds: float
    accepted: int
    refused: int


class Storm:
    """The connections of one round; `close` ends them by a reset, so that no port waits."""

    def __init__(self, port: int) -> None:
        self._port = port
        self._lines: list[socket.socket] = []

    def connect(self, devices: Sequence[Credential]) -> Stormed:
        """All of them, `PENDING` at once."""
        poll = select.epoll()
        waiting: dict[int, tuple[socket.socket, bytes]] = {}
        left = iter(devices)
        accepted = refused = 0
        began = stopwatch()
        while True:
            while len(waiting) < PENDING and (device := next(left, None)) is not None:
                line = self._dial(len(self._lines))
                self._lines.append(line)
                waiting[line.fileno()] = (line, _connect(device))
                poll.register(line.fileno(), select.EPOLLOUT)
            if not waiting:
                poll.close()
                return Stormed(stopwatch() - began, accepted, refused)
            ready = poll.poll(WAIT_SECONDS)
            assert ready, f"the broker answers nobody within {WAIT_SECONDS} s"
            for number, _ in ready:
                line, packet = waiting[number]
                if packet:
                    line.sendall(packet)
                    waiting[number] = (line, b"")
                    poll.modify(number, select.EPOLLIN)
                    continue
                answer = line.recv(64)
                accepted += _is_accepted(answer)
                refused += not _is_accepted(answer)
                poll.unregister(number)
                del waiting[number]

    def close(self) -> None:
        for line in self._lines:
            line.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0))
            line.close()
        self._lines.clear()

    def _dial(self, number: int) -> socket.socket:
        line = socket.socket(socket.AF_INET, socket.SOCK_STREAM | socket.SOCK_NONBLOCK)
        line.bind((f"127.0.1.{1 + number % SOURCES}", 0))
        line.connect_ex(("127.0.0.1", self._port))
        return line


def _connect(device: Credential) -> bytes:
    """MQTT 5, a session that is kept for an hour: what a terminal sends."""
    texts = (device.device_id, device.device_id, device.secret)
    body = b"\x00\x04MQTT\x05\xc0" + struct.pack("!H", 60) + b"\x05\x11" + struct.pack("!I", 3600)
    body += b"".join(struct.pack("!H", len(text)) + text.encode() for text in texts)
    assert len(body) < 16_384
    length = bytes([len(body) & 0x7F | 0x80, len(body) >> 7]) if len(body) > 127 else bytes([len(body)])
    return b"\x10" + length + body


def _is_accepted(answer: bytes) -> bool:
    return len(answer) >= 4 and answer[0] == CONNACK and answer[3] == 0
