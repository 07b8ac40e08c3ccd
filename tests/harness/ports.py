"""A TCP port on loopback that nobody listens on."""

from __future__ import annotations

import socket


def free_port() -> int:
    """A port that the system has just given out and taken back."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])
