"""A connection without a broker: remembers what was published, and acknowledges unless told not to."""

from __future__ import annotations

import asyncio
from collections.abc import Callable

from contract.topics import Channel
from device_sim.adapters.link import ConnectionLost, Listener, Loss
from tests.harness.clock import PATIENCE_SECONDS, stopwatch


class FakeLink:
    """Fulfils `device_sim.adapters.link.Link`. `refuse`: what `open` says; `silent`: no PUBACKs."""

    def __init__(self, will: bytes, listener: Listener, refuse: Loss | None = None, silent: bool = False) -> None:
        self.will = will
        self.listener = listener
        self.published: list[tuple[Channel, bytes]] = []
        self.closed = False
        self.silent = silent
        self._refuse = refuse
        self._loss: Loss | None = None

    async def open(self) -> None:
        if self._refuse is not None:
            raise ConnectionLost(self._refuse)

    def publish(self, channel: Channel, payload: bytes, *, qos: int = 1, retain: bool = False) -> int:
        self._check()
        self.published.append((channel, payload))
        mid = len(self.published)
        if not self.silent:
            asyncio.get_running_loop().call_soon(self._acknowledge, mid)
        return mid

    def _acknowledge(self, mid: int) -> None:
        self.listener.on_puback(mid, "success", accepted=True)

    def tend(self) -> None:
        self._check()

    def close(self) -> None:
        self.closed = True

    def cut(self, loss: Loss = Loss.DROPPED) -> None:
        """The broker goes."""
        self._loss = loss
        self.listener.on_lost()

    def _check(self) -> None:
        if self._loss is not None:
            raise ConnectionLost(self._loss)

    def sent(self, channel: Channel) -> list[bytes]:
        """What was published on `channel`."""
        return [payload for published, payload in self.published if published is channel]


async def eventually(condition: Callable[[], object], what: str, seconds: float = PATIENCE_SECONDS) -> None:
    """Let the loop run until `condition` holds; AssertionError naming `what` after `seconds`."""
    limit = stopwatch() + seconds
    while not condition():
        assert stopwatch() < limit, f"not within {seconds} s: {what}"
        await asyncio.sleep(0)
