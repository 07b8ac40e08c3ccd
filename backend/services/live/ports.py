"""What the live stream needs of the world: the change log, the components, a clock."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any, Protocol


@dataclass(frozen=True, slots=True)
class Change:
    """An alert changed. `stream_id`: place in the change log, in commit order; `alert`: its summary as JSON."""

    stream_id: int
    alert: Mapping[str, Any]


class ChangeLog(Protocol):
    """Changes in commit order: once an id was seen, no smaller one appears any more."""

    def last_id(self) -> int:
        """Of the newest change; 0 where there is none."""
        ...

    def after(self, stream_id: int, limit: int) -> Sequence[Change]:
        """The oldest `limit` changes after `stream_id`, in order."""
        ...


@dataclass(frozen=True, slots=True)
class Told:
    """Something that a desk is told of beside its alerts, once: a call that came in. `data`: JSON."""

    id: int
    data: Mapping[str, Any]


class TellLog(Protocol):
    """What desks are told, in commit order."""

    def last_id(self) -> int: ...

    def after(self, told_id: int, limit: int) -> Sequence[Told]:
        """The oldest `limit` after `told_id`, in order."""
        ...

    def since(self, at: datetime, limit: int) -> Sequence[Told]:
        """The oldest `limit` that are not older than `at`."""
        ...


class Components(Protocol):
    """How every component fares now, as JSON; see `services.health.read_components`."""

    def __call__(self) -> Sequence[Mapping[str, Any]]: ...


class Clock(Protocol):
    """The wall clock, and seconds of one that only runs forward."""

    def now(self) -> datetime: ...

    def monotonic(self) -> float: ...
