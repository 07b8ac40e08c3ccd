"""A TCP port on loopback that nobody listens on, and that no other test process of this machine is given meanwhile."""

from __future__ import annotations

import random
import socket
from collections import deque
from typing import Final

_DICE: Final = random.SystemRandom()
_RANGE: Final = (15_000, 32_000)
"""Below what the system gives to outgoing connections: one of those could take the port before its server starts."""
_KEPT: Final = 200
"""So many ports back is long enough ago: its server listens by now, or never will."""
_reserved: deque[socket.socket] = deque()


def free_port() -> int:
    """A port that could just be bound and has been let go; kept for this process by name until many others are."""
    while True:
        port = _DICE.randrange(*_RANGE)
        name = socket.socket(socket.AF_UNIX)
        try:
            name.bind(f"\0care-tests-port-{port}")
            with socket.socket() as probe:
                probe.bind(("127.0.0.1", port))
        except OSError:
            name.close()
            continue
        _reserved.append(name)
        if len(_reserved) > _KEPT:
            _reserved.popleft().close()
        return port
