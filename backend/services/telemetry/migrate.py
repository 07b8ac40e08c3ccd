"""Copy every reading from one telemetry store into another: what is copied already, and whether all has arrived.

A copy that was broken off goes on where it stood. What was under way then is written again: the same device, metric
and time is the same reading, so a copy changes nothing.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from enum import Enum
from math import inf
from typing import Final, Protocol

from backend.services.telemetry.erasures import Fences
from backend.services.telemetry.ports import DeviceReading, TelemetryAway, TelemetryStore

BATCH: Final = 2000
"""Readings written together: about 200 kB of line protocol."""
TRIES: Final = 60
TRY_AGAIN_SECONDS: Final = 1.0
"""A target that is away, or whose backlog is full, gets a minute before the copy gives up (and can be resumed)."""

HOUR: Final = 3600.0
MICROSECOND: Final = 1e-6

Counts = Mapping[str, int]
"""Readings by metric."""


class RollUps(Enum):
    """What becomes of roll-ups whose readings have expired: they are not copied, so the source has the only ones."""

    KEEP = "keep"
    DELETE = "delete"


@dataclass(frozen=True, slots=True, order=True)
class Place:
    """A place in the export of a device, which is ordered by metric and time: all before it is in the target."""

    metric: str
    at: float


class Journal(Protocol):
    """What is copied already; every note is durable when it returns."""

    def place(self, device_id: str) -> Place | None:
        """How far the copy of an unfinished device has come; None: not begun."""
        ...

    def finished(self) -> Mapping[str, Counts]:
        """The devices that are copied, with how many readings they had."""
        ...

    def note(self, device_id: str, place: Place) -> None: ...

    def finish(self, device_id: str, counts: Counts) -> None: ...

    def reopen(self, device_id: str) -> None:
        """Forget that the device was copied."""
        ...


@dataclass(frozen=True, slots=True)
class Difference:
    """A series of which the target holds less than was copied."""

    device_id: str
    metric: str
    copied: int
    found: int


class Tell(Protocol):
    """Is told how far the work is: `step` of `steps` devices are done, `readings` more are copied or counted."""

    def __call__(self, step: int, steps: int, readings: int) -> None: ...


@dataclass(frozen=True, slots=True)
class Migrate:
    """`oldest`: epoch seconds; what is older the target would refuse by its retention, so it is left out.

    What was erased is left out as well, by `fences`: an erasure may wait for the source.
    """

    source: TelemetryStore
    target: TelemetryStore
    journal: Journal
    fences: Fences
    oldest: float
    pause: Callable[[float], None]

    def copy(self, device_ids: Sequence[str], tell: Tell) -> None:
        """Copy what is not copied yet. Raises `TelemetryAway`; another call goes on from there."""
        done = self.journal.finished()
        for step, device_id in enumerate(device_ids):
            if device_id not in done:
                self._copy(device_id, lambda readings, step=step: tell(step, len(device_ids), readings))  # type: ignore[misc]
            tell(step + 1, len(device_ids), 0)

    def compare(self, tell: Tell) -> list[Difference]:
        """The series of which something is missing; their devices are copied again by the next `copy`.

        Call it when the target has nothing waiting any more. More than was copied is no difference: the target may
        have received newer readings meanwhile. Raises `TelemetryAway`.
        """
        copied = self.journal.finished()
        differences: list[Difference] = []
        for step, (device_id, counts) in enumerate(copied.items()):
            found = Counter(reading.metric for reading in self.target.export(device_id))
            missing = [
                Difference(device_id, metric, count, found[metric])
                for metric, count in counts.items()
                if found[metric] < count
            ]
            if missing:
                self.journal.reopen(device_id)
            differences.extend(missing)
            tell(step + 1, len(copied), found.total())
        return differences

    def forget(self, device_ids: Sequence[str], roll_ups: RollUps, tell: Tell) -> list[Difference]:
        """Delete from the source what the target holds; a device of which something is missing keeps everything.

        Both are read anew: since `compare`, readings may have gone from the target, or more have come to the source.
        Raises `TelemetryAway`.
        """
        differences: list[Difference] = []
        start = self.oldest - self.oldest % HOUR if roll_ups is RollUps.KEEP else -inf
        for step, device_id in enumerate(device_ids):
            missing, end = self._missing(device_id)
            differences.extend(missing)
            if missing:
                self.journal.reopen(device_id)
            deleted = self.source.delete(device_id, start, end) if not missing and start < end else 0
            tell(step + 1, len(device_ids), deleted)
        return differences

    def _missing(self, device_id: str) -> tuple[list[Difference], float]:
        """What the target lacks, reading by reading: a newer one makes up for none. And where what was read ends."""
        copied: Counter[str] = Counter()
        found: Counter[str] = Counter()
        end = self.oldest
        held = map(_place, self.target.export(device_id))
        reached = next(held, None)
        for place in map(_place, self._current(device_id)):
            while reached is not None and reached < place:
                reached = next(held, None)
            copied[place.metric] += 1
            found[place.metric] += reached == place
            end = max(end, place.at + MICROSECOND)
        missing = [
            Difference(device_id, metric, count, found[metric])
            for metric, count in copied.items()
            if found[metric] < count
        ]
        return missing, end

    def _copy(self, device_id: str, tell: Callable[[int], None]) -> None:
        reached = self.journal.place(device_id)
        counts: Counter[str] = Counter()
        batch: list[DeviceReading] = []
        for reading in self._current(device_id):
            counts[reading.metric] += 1
            if reached is not None and _place(reading) <= reached:
                continue
            batch.append(reading)
            if len(batch) == BATCH:
                self._write(batch)
                self.journal.note(device_id, _place(batch[-1]))
                tell(len(batch))
                batch = []
        if batch:
            self._write(batch)
            tell(len(batch))
        self.journal.finish(device_id, counts)

    def _current(self, device_id: str) -> Iterator[DeviceReading]:
        fence = self.fences.fences([device_id]).get(device_id)
        for reading in self.source.export(device_id):
            is_erased = fence is not None and (reading.at <= fence.timestamp() or reading.received_at <= fence)
            if reading.at >= self.oldest and not is_erased:
                yield reading

    def _write(self, batch: Sequence[DeviceReading]) -> None:
        for left in reversed(range(TRIES)):
            try:
                self.target.write(batch)
                return
            except TelemetryAway:
                if not left:
                    raise
                self.pause(TRY_AGAIN_SECONDS)


def _place(reading: DeviceReading) -> Place:
    return Place(reading.metric, reading.at)
