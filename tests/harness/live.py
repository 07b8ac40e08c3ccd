"""The live stream without the wire: a change log in memory, and watchers that note what they hear."""

from __future__ import annotations

import asyncio
from collections.abc import Callable

from backend.adapters.clock import SystemClock
from backend.services.live.hub import QUEUE_MESSAGES, Hub
from backend.services.live.messages import Message
from backend.services.live.tail import Tail
from backend.services.live.watch_changes import WatchChanges
from tests.fakes.live_changes import MemoryChangeLog, SaidComponents
from tests.harness.clock import PATIENCE_SECONDS

Heard = list[tuple[str, int | None]]


class Live:
    """To be made and used on a running event loop."""

    def __init__(
        self,
        changes: MemoryChangeLog,
        *,
        ping_seconds: float = 30.0,
        stale_seconds: float = 30.0,
        queue: int = QUEUE_MESSAGES,
    ) -> None:
        clock = SystemClock()
        self.changes = changes
        self.components = SaidComponents()
        self.hub = Hub(queue_messages=queue, most_watchers=3)
        self.tail = Tail(self.hub, changes, self.components, clock, poll_seconds=0.001)
        self.watch = WatchChanges(self.hub, self.tail, changes, self.components, clock, ping_seconds, stale_seconds)

    def listen(self, after: int | None, heard: Heard, allowed: Callable[[], bool] = lambda: True) -> asyncio.Task[None]:
        """Note (kind, place) of every message until the stream ends."""

        async def note() -> None:
            async for message in self.watch(after, allowed):
                heard.append(_short(message))

        return asyncio.create_task(note())


def _short(message: Message) -> tuple[str, int | None]:
    return str(message.kind), message.stream_id


def alerts(heard: Heard) -> list[int | None]:
    """The places of the alerts."""
    return [place for kind, place in heard if kind == "alert"]


async def until(condition: Callable[[], object], what: str, seconds: float = PATIENCE_SECONDS) -> None:
    """Let the event loop go on until the condition holds; AssertionError naming `what`."""
    try:
        async with asyncio.timeout(seconds):
            while not condition():
                await asyncio.sleep(0.002)
    except TimeoutError:
        raise AssertionError(f"not within {seconds} s: {what}") from None
