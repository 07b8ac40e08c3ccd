"""The one look per process at what changed. It follows the change log and misses nothing that was committed."""

from __future__ import annotations

import asyncio
from collections.abc import Mapping
from concurrent.futures import ThreadPoolExecutor
from contextlib import suppress
from dataclasses import dataclass
from datetime import timedelta
from typing import Any, Final

import structlog

from backend.services.live import messages
from backend.services.live.hub import Hub
from backend.services.live.ports import Change, ChangeLog, Clock, Components, TellLog, Told

log = structlog.get_logger()

PAGE: Final = 200
COMPONENT_SECONDS: Final = 1.0
CALL_SECONDS: Final = 0.2
"""A telephone rings for longer than it takes to see whose card is up."""
CALLS_REPEATED: Final = timedelta(seconds=60)
"""A screen that comes back hears again of calls so young, each with its id: they may still ring."""
IDLE_SECONDS: Final = 1.0
"""How often it looks while nobody watches: only so that the first watcher is not behind."""
AWAY_SECONDS: Final = 0.5


@dataclass(frozen=True, slots=True)
class _Look:
    changes: list[Change]
    components: list[Mapping[str, Any]] | None
    calls: list[Told]


class Tail:
    """Polls on a thread of its own, so that a slow database never holds up the event loop."""

    def __init__(
        self,
        hub: Hub,
        changes: ChangeLog,
        components: Components,
        clock: Clock,
        poll_seconds: float,
        calls: TellLog | None = None,
    ) -> None:
        self._hub = hub
        self._log = changes
        self._components = components
        self._clock = clock
        self._poll_seconds = poll_seconds
        self._thread = ThreadPoolExecutor(1, "live-tail")
        self._wake = asyncio.Event()
        self._loop: asyncio.AbstractEventLoop | None = None
        self._task: asyncio.Task[None] | None = None
        self._head: int | None = None
        self._good_at: float | None = None
        self._components_at = float("-inf")
        self._calls = calls
        self._calls_at = float("-inf")
        self._call_head: int | None = None
        self._said: dict[str, tuple[Any, Any]] = {}
        self.is_away = False

    def watch(self) -> None:
        """Somebody watches now: begin where this is the first, and look at once. On the event loop's thread."""
        if self._task is None:
            self._loop = asyncio.get_running_loop()
            self._task = self._loop.create_task(self._run(), name="live-tail")
        self._wake.set()

    def stop(self) -> None:
        """End every watcher, and every later one, at once: the server can then stop in time. From any thread."""
        if self._loop is None:
            self._close()
            return
        with suppress(RuntimeError):  # the loop has ended already, and every watcher with it
            self._loop.call_soon_threadsafe(self._close)

    def _close(self) -> None:
        self._hub.close()
        self._wake.set()
        self._thread.shutdown(wait=False)

    def age_seconds(self) -> float:
        """How long ago the database was last read with success; while it is old, the stream must not look alive."""
        return float("inf") if self._good_at is None else self._clock.monotonic() - self._good_at

    async def _run(self) -> None:
        loop = asyncio.get_running_loop()
        while not self._hub.closed:
            self._wake.clear()
            pause = self._poll_seconds if self._hub.watchers else IDLE_SECONDS
            try:
                look = await loop.run_in_executor(self._thread, self._look)
                self._tell(look)
            except Exception as error:  # whatever the database raises: the tail goes on
                self._say_away(error)
                pause = AWAY_SECONDS
            else:
                self._say_back()
                if len(look.changes) == PAGE:
                    continue
            await self._rest(pause)

    def _look(self) -> _Look:
        """On the tail's thread."""
        if self._head is None:
            self._head = self._log.last_id()
        changes = list(self._log.after(self._head, PAGE))
        components = None
        now = self._clock.monotonic()
        if now - self._components_at >= COMPONENT_SECONDS:
            components = list(self._components())
            self._components_at = now
        return _Look(changes, components, self._new_calls(now))

    def _new_calls(self, now: float) -> list[Told]:
        """On the tail's thread. The first look takes the latest as well: they may have come after a watcher looked."""
        if self._calls is None or now - self._calls_at < CALL_SECONDS:
            return []
        if self._call_head is None:
            self._call_head = self._calls.last_id()
            calls = self._calls.since(self._clock.now() - CALLS_REPEATED, PAGE)
        else:
            calls = self._calls.after(self._call_head, PAGE)
        self._calls_at = now
        return list(calls)

    def _tell(self, look: _Look) -> None:
        for change in look.changes:
            self._hub.say(messages.alert(change))
            self._head = change.stream_id
        for call in look.calls:
            self._hub.say(messages.call(call))
            self._call_head = max(call.id, self._call_head or 0)
        for component in look.components or ():
            name, said = component["component"], (component["state"], component["detail"])
            if self._said.get(name) != said:
                self._said[name] = said
                self._hub.say(messages.health(component))

    async def _rest(self, seconds: float) -> None:
        try:
            async with asyncio.timeout(seconds):
                await self._wake.wait()
        except TimeoutError:
            return

    def _say_away(self, error: Exception) -> None:
        if not self.is_away:
            log.error("live_tail_lost_database", error=type(error).__name__)
        self.is_away = True

    def _say_back(self) -> None:
        if self.is_away:
            log.info("live_tail_has_database_again")
        self.is_away = False
        self._good_at = self._clock.monotonic()
