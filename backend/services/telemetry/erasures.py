"""What was erased, and what therefore must not come back: the record of erasures."""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Final, Protocol

FIRST_REPEAT: Final = timedelta(seconds=60)
"""Longer than a batch can be under way between the look at the fence and its commit (the gateway waits 10 s)."""
REPEAT: Final = timedelta(days=1)
LAST_REPEAT: Final = timedelta(days=30)
"""A backend that was away wrote down readings of before and catches up when it returns: repeated until this age."""


@dataclass(frozen=True, slots=True)
class Erasure:
    """One device of one request. Readings measured or received up to `until` are gone and stay gone.

    `deleted`: how many readings it were, as far as the store can count; None: not done yet. `due_at`: when it is done
    (again), None when that is over. Ids only, no names: this is the audit of the erasure.
    """

    request_id: str
    device_id: str
    resident_id: str
    actor: str
    until: datetime
    due_at: datetime | None
    deleted: int | None = None


class Fences(Protocol):
    """Up to when readings of a device were erased."""

    def fences(self, device_ids: Collection[str]) -> Mapping[str, datetime]:
        """The newest erasure of each device; one that was never erased is left out."""
        ...


class Erasures(Fences, Protocol):
    """The record of erasures."""

    def begin(self, erasures: Sequence[Erasure]) -> list[Erasure]:
        """Write them down, durably. Where a request of that id is known already: what is known of it instead."""
        ...

    def done(self, erasure: Erasure, deleted: int, due_at: datetime | None) -> None:
        """It was done, and will be again at `due_at`; `deleted` counts on top of what was counted."""
        ...

    def due(self, now: datetime, limit: int) -> list[Erasure]:
        """Those whose time has come, the oldest first."""
        ...


def next_repeat(erasure: Erasure, now: datetime) -> datetime | None:
    """When an erasure that was done at `now` is repeated; None: never again."""
    if erasure.deleted is None:
        return now + FIRST_REPEAT
    return now + REPEAT if now - erasure.until < LAST_REPEAT else None
