"""Who hears which message: every watcher in order, none twice, and none that cannot keep up for long."""

from __future__ import annotations

import asyncio
from collections import deque
from collections.abc import Iterator
from contextlib import contextmanager
from enum import StrEnum
from typing import Final

from backend.services.live.messages import Message

QUEUE_MESSAGES: Final = 256
MOST_WATCHERS: Final = 500


class Ended(StrEnum):
    """Why a watcher hears nothing more."""

    OVERFLOW = "overflow"
    STOPPING = "stopping"


class TooManyWatchers(Exception):  # noqa: N818 - a state, not a fault
    """This process serves as many screens as it may."""


class Watcher:
    """One screen's queue. Lives on the event loop's thread."""

    def __init__(self, bound: int) -> None:
        self._bound = bound
        self._waiting: deque[Message] = deque()
        self._news = asyncio.Event()
        self.ended: Ended | None = None

    def offer(self, message: Message) -> None:
        """Queue it; a watcher whose queue is full is ended, and what waited is dropped."""
        if self.ended is not None:
            return
        if len(self._waiting) >= self._bound:
            self.end(Ended.OVERFLOW)
            return
        self._waiting.append(message)
        self._news.set()

    def end(self, why: Ended) -> None:
        """Nothing more will be heard."""
        if self.ended is None:
            self.ended = why
            self._waiting.clear()
            self._news.set()

    async def next(self, seconds: float) -> Message | None:
        """The next message; None where there is none within `seconds`, or where `ended` says why."""
        if not self._waiting and self.ended is None:
            self._news.clear()
            try:
                async with asyncio.timeout(seconds):
                    await self._news.wait()
            except TimeoutError:
                return None
        return self._waiting.popleft() if self._waiting else None


class Hub:
    """The watchers of this process. Belongs to the event loop's thread; from another one call `Tail.stop`."""

    def __init__(self, queue_messages: int = QUEUE_MESSAGES, most_watchers: int = MOST_WATCHERS) -> None:
        self._queue_messages = queue_messages
        self._most_watchers = most_watchers
        self._watchers: set[Watcher] = set()
        self._closed = False
        self.overflows = 0

    @property
    def watchers(self) -> int:
        """How many screens watch."""
        return len(self._watchers)

    @property
    def closed(self) -> bool:
        """Whether this process is stopping."""
        return self._closed

    def say(self, message: Message) -> None:
        """To everybody."""
        for watcher in self._watchers:
            watcher.offer(message)

    @contextmanager
    def watcher(self) -> Iterator[Watcher]:
        """A new watcher, which hears everything said from now on. Raises `TooManyWatchers`."""
        if len(self._watchers) >= self._most_watchers:
            raise TooManyWatchers
        watcher = Watcher(self._queue_messages)
        if self._closed:
            watcher.end(Ended.STOPPING)
        self._watchers.add(watcher)
        try:
            yield watcher
        finally:
            self._watchers.discard(watcher)
            self.overflows += watcher.ended is Ended.OVERFLOW

    def close(self) -> None:
        """End every watcher at once, and every later one: the server can then stop in time."""
        self._closed = True
        for watcher in list(self._watchers):
            watcher.end(Ended.STOPPING)
