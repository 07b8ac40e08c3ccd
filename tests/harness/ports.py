"""A TCP port on loopback that nobody listens on."""

from __future__ import annotations

import random
import socket

_DICE = random.SystemRandom()
_RANGE = (15_000, 32_000)
"""Below what the system gives to outgoing connections: one of those could take the port before its server starts."""


def free_port() -> int:
    """A port that could just be bound and has been let go."""
    while True:
        port = _DICE.randrange(*_RANGE)
        with socket.socket() as probe:
            try:
                probe.bind(("127.0.0.1", port))
            except OSError:
                continue
        return port
