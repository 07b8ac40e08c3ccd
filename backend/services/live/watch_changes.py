"""What one screen hears: what it missed, then what happens, a ping in between, and why it ends."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncGenerator, Callable
from contextlib import aclosing
from dataclasses import dataclass
from typing import Final

from backend.services.live import messages
from backend.services.live.hub import Ended, Hub, Watcher
from backend.services.live.lens import EVERYTHING, Heard, Shown
from backend.services.live.messages import Message
from backend.services.live.ports import ChangeLog, Clock, Components, TellLog
from backend.services.live.tail import CALLS_REPEATED, Tail

PING_SECONDS: Final = 5.0
STALE_SECONDS: Final = 5.0
"""A tail that has not read for so long sends no pings: the desk's red bar must say what is true."""
PAGE: Final = 200
KEPT: Final = 1000
"""Whoever is further behind loads the list, which is less than all that happened."""

StillAllowed = Callable[[], bool]


@dataclass(frozen=True, slots=True)
class WatchChanges:
    """The use case of `GET /api/v1/stream`."""

    hub: Hub
    tail: Tail
    changes: ChangeLog
    components: Components
    clock: Clock
    ping_seconds: float = PING_SECONDS
    stale_seconds: float = STALE_SECONDS
    calls: TellLog | None = None

    async def __call__(
        self, after: int | None, still_allowed: StillAllowed, make_lens: Callable[[], Heard] = lambda: EVERYTHING
    ) -> AsyncGenerator[Message, None]:
        """Everything after `after` (None: from now on) that may be heard, in order and without a gap, until the end.

        Raises `TooManyWatchers` before the first message. `still_allowed` may block; it is asked before each ping.
        `make_lens`: what may be heard; may block.
        """
        with self.hub.watcher() as watcher:
            self.tail.watch()
            lens = await asyncio.to_thread(make_lens)
            async with aclosing(self._everything(watcher, after, still_allowed, lens)) as messages_:
                async for message in messages_:
                    shown = Shown.SAID if lens is EVERYTHING else await asyncio.to_thread(lens, message)
                    if shown is Shown.SAID:
                        yield message
                    elif shown is Shown.GONE and message.stream_id is not None:
                        yield messages.resync(self.clock.now(), message.stream_id)

    async def _everything(
        self, watcher: Watcher, after: int | None, still_allowed: StillAllowed, lens: Heard
    ) -> AsyncGenerator[Message, None]:
        components = await asyncio.to_thread(self.components)
        last = await asyncio.to_thread(self.changes.last_id)
        # Not before the database has answered: a first ping makes a desk believe that all is well.
        yield messages.ping(self.clock.now())
        for component in components:
            yield messages.health(component)
        if self.calls is not None:
            for call in await asyncio.to_thread(self.calls.since, self.clock.now() - CALLS_REPEATED, PAGE):
                yield messages.call(call)
        position = last if after is None else after
        if not last - KEPT <= position <= last:
            yield messages.resync(self.clock.now(), last)
            position = last
        # What was committed before the watcher was there is read here; the rest comes through its queue.
        while page := await asyncio.to_thread(self.changes.after, position, PAGE):
            for change in page:
                yield messages.alert(change)
                position = change.stream_id
        async for message in self._follow(watcher, position, still_allowed, lens):
            yield message

    async def _follow(
        self, watcher: Watcher, position: int, still_allowed: StillAllowed, lens: Heard
    ) -> AsyncGenerator[Message, None]:
        ping_at = self.clock.monotonic() + self.ping_seconds
        while True:
            message = await watcher.next(max(0.0, ping_at - self.clock.monotonic()))
            if watcher.ended is Ended.OVERFLOW:
                # From where the tail is by now, the list that is loaded next has everything.
                yield messages.resync(self.clock.now(), await asyncio.to_thread(self.changes.last_id))
            if watcher.ended is not None:
                return
            if self.clock.monotonic() >= ping_at:
                if not await asyncio.to_thread(still_allowed):
                    return
                await asyncio.to_thread(lens.refresh)
                ping_at = self.clock.monotonic() + self.ping_seconds
                if self.tail.age_seconds() < self.stale_seconds:
                    yield messages.ping(self.clock.now())
            if message is None or (message.stream_id is not None and message.stream_id <= position):
                continue
            position = message.stream_id or position
            yield message
