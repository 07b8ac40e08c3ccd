"""What forgetting a device means: in every place that holds something of it, not only in the store that is in use."""

from __future__ import annotations

from bisect import bisect_left
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime
from math import inf
from typing import Final, Protocol

from backend.services.telemetry.ports import TelemetryStore
from contract.metrics import METRICS

PAGE: Final = 5_000
MICROSECOND: Final = 1e-6
"""The finest step between two readings of a series, in seconds."""


class Forgets(Protocol):
    """A place that holds something of devices. Raises `TelemetryAway`; safe to repeat."""

    def forget(self, device_id: str, until: datetime | None) -> int:
        """Forget all of it, or what was measured or received up to `until` (included). Says how many readings."""
        ...


def forget_everywhere(places: Sequence[Forgets], device_id: str, until: datetime | None) -> int:
    """How many readings it were; two stores may hold the same ones, so the most that one of them held."""
    return max([place.forget(device_id, until) for place in places], default=0)


@dataclass(frozen=True, slots=True)
class StoreForgets:
    """`Forgets` on a telemetry store."""

    store: TelemetryStore

    def forget(self, device_id: str, until: datetime | None) -> int:
        """Also what a clock that ran ahead dated after `until`, where it was received before."""
        if until is None:
            # Everything, whatever the device's clock says: one that runs ahead measured before now all the same.
            return self.store.delete(device_id, -inf, inf)
        end = until.timestamp() + MICROSECOND
        deleted = self.store.delete(device_id, -inf, end)
        for first, last in self._received_before(device_id, end, until):
            deleted += self.store.delete(device_id, first, last + MICROSECOND)
        return deleted

    def _received_before(self, device_id: str, start: float, until: datetime) -> Iterator[tuple[float, float]]:
        """The spans from `start` on with nothing but readings received up to `until`, both ends included."""
        old: set[float] = set()
        new: set[float] = set()
        for metric in METRICS:
            for at, received_at in self._moments(device_id, metric, start):
                (old if received_at <= until else new).add(at)
        yield from spans(sorted(old), sorted(new))

    def _moments(self, device_id: str, metric: str, start: float) -> Iterator[tuple[float, datetime]]:
        page = self.store.range(device_id, metric, start, inf, PAGE)
        while page:
            yield from ((reading.at, reading.received_at) for reading in page)
            after = page[-1].at + MICROSECOND
            page = self.store.range(device_id, metric, after, inf, PAGE) if len(page) == PAGE else []


def spans(old: Sequence[float], new: Sequence[float]) -> Iterator[tuple[float, float]]:
    """Runs of `old` moments with none of `new` between them: each is one call of a store. Both are in order."""
    run: list[float] = []
    for at in old:
        if run and bisect_left(new, run[-1]) != bisect_left(new, at):
            yield run[0], run[-1]
            run = []
        run.append(at)
    if run:
        yield run[0], run[-1]
