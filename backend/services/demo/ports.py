"""What loading, showing and wiping the demo district need of the world."""

from __future__ import annotations

from collections.abc import Callable, Collection, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum
from typing import Protocol

from backend.domain.demo.census import Census
from backend.domain.demo.district import Batch
from backend.domain.demo.terminals import Said

Progress = Callable[[int, int], None]
"""Told how many steps of how many are done."""


class LoadState(StrEnum):
    """How far a demo district has got."""

    LOADING = "loading"
    LOADED = "loaded"
    WIPING = "wiping"


@dataclass(frozen=True, slots=True)
class DemoLoad:
    """Which district it is. `made_at`: the moment as which it was made; `batches`: so many of it are stored."""

    seed: int
    homes: int
    days: int
    made_at: datetime
    time_zone: str
    state: LoadState = LoadState.LOADING
    batches: int = 0


class StoreBusy(Exception):  # noqa: N818 - a state, not a fault
    """The database has no time, or is away. Nothing of the call was kept; the caller may try again."""


class DemoStore(Protocol):
    """The demo district in the database. Every call is a transaction of its own, and raises `StoreBusy`."""

    def load(self) -> DemoLoad | None:
        """Which one is there, or is half there."""
        ...

    def begin(self, load: DemoLoad) -> bool:
        """Take the place; False where there is one already."""
        ...

    def put(self, batch: Batch, number: int) -> bool:
        """Store the batch that comes after `number` stored ones. False: somebody else was quicker, or wipes."""
        ...

    def finish(self, state: LoadState) -> None:
        """It is loaded, or it is being wiped from now on."""
        ...

    def devices(self) -> Sequence[str]:
        """Ids of all devices in homes of the demo, those that were enrolled there later included."""
        ...

    def left(self) -> int:
        """How many alerts, homes, villages and organisations of it there are."""
        ...

    def wipe(self) -> int:
        """Take out some of these with all that refers to them; how many. 0: nothing is left, the place included."""
        ...

    def census(self) -> Census:
        """Everything that the targets speak of, of one moment."""
        ...


class Statuses(Protocol):
    """What devices said last. Calls raise `TelemetryAway`."""

    def put(self, batch: Batch) -> None:
        """What a batch says of them; again, it changes nothing."""
        ...

    def said(self, device_ids: Collection[str]) -> Mapping[str, Said]:
        """Of those that were ever heard."""
        ...

    def forget(self, device_ids: Collection[str]) -> None:
        """Their statuses and every reading, in every place that holds some."""
        ...
