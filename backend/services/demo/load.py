"""Loading the demo district: batch by batch, with a rest after each, and from where it was broken off."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import timedelta
from enum import StrEnum
from typing import Final, Protocol
from zoneinfo import ZoneInfo

from backend.domain.demo.district import Batch, make_district
from backend.services.demo.plan import plan_of
from backend.services.demo.ports import DemoLoad, DemoStore, LoadState, Progress, Statuses
from backend.services.demo.turn import Pause, in_turn

REST: Final = 2.0
"""After each batch, so many times as long as it took: two thirds of the time the database is free for presses."""
MOST_REST: Final = timedelta(milliseconds=100)
"""What took longer has waited for others itself."""


class Monotonic(Protocol):
    """Seconds of a clock that only runs forward."""

    def monotonic(self) -> float: ...


class Loaded(StrEnum):
    """What became of it."""

    DONE = "done"
    ALREADY = "already"
    """The very same is there, to the last batch; nothing was changed."""
    ANOTHER = "another"
    """One of another seed, size or span is there, or half there; nothing was changed."""
    WIPING = "wiping"
    """One is being wiped; nothing was changed."""
    OVERTAKEN = "overtaken"
    """Somebody else loads or wipes it at the same time, and was quicker."""


@dataclass(frozen=True, slots=True)
class LoadDemo:
    """The use case. Dies anywhere: another call with the same seed goes on after the last batch that was stored."""

    store: DemoStore
    statuses: Statuses
    clock: Monotonic
    pause: Pause

    def __call__(self, wanted: DemoLoad, progress: Progress) -> Loaded:
        """`wanted.made_at`: now; one that is there already keeps its own."""
        there = self.store.load()
        if there is None:
            in_turn(lambda: self.store.begin(wanted), self.pause)
            there = self.store.load() or wanted
        if refusal := _refusal(there, wanted):
            return refusal
        zone = ZoneInfo(there.time_zone)
        batches = list(make_district(plan_of(there.seed, there.homes, there.days, there.made_at, zone)))
        for number in range(there.batches, len(batches)):
            began = self.clock.monotonic()
            if not self._put(batches[number], number):
                return Loaded.OVERTAKEN
            progress(number + 1, len(batches))
            rest(self.clock.monotonic() - began, self.pause)
        in_turn(lambda: self.store.finish(LoadState.LOADED), self.pause)
        return Loaded.DONE

    def _put(self, batch: Batch, number: int) -> bool:
        if batch.said:
            self.statuses.put(batch)
        return in_turn(lambda: self.store.put(batch, number), self.pause)


def rest(seconds: float, pause: Pause) -> None:
    """After `seconds` of work."""
    pause(min(timedelta(seconds=seconds * REST), MOST_REST))


def _refusal(there: DemoLoad, wanted: DemoLoad) -> Loaded | None:
    if there.state is LoadState.WIPING:
        return Loaded.WIPING
    if (there.seed, there.homes, there.days) != (wanted.seed, wanted.homes, wanted.days):
        return Loaded.ANOTHER
    return Loaded.ALREADY if there.state is LoadState.LOADED else None
