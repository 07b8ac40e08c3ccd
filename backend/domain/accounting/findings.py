"""What a device's numbers give people to do: an alert at once, or a look at the device by day."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime, timedelta
from enum import StrEnum
from typing import Final

from backend.domain.accounting.account import Hearing
from backend.domain.accounting.spans import Span, Spans, holds, without
from backend.domain.accounting.track import Fact
from contract.vocabulary import Flag

GRACE: Final = timedelta(minutes=10)
"""Events of a spool or another gateway come within this time; only then is somebody asked to look at the device."""


class FindingKind(StrEnum):
    """What was found about a device's numbers."""

    SOS_GAP = str(Flag.SOS_GAP)
    SEQ_GAP = str(Flag.SEQ_GAP)
    NUMBERING = "numbering"
    """A number came twice with different events, or jumped: a counter that is broken, or somebody else's events."""


BROKEN: Final = frozenset({Fact.REPEATED, Fact.JUMPED})


@dataclass(frozen=True, slots=True)
class Finding:
    """Of one device and kind, at one moment. `count`: numbers that are missing, or events that are odd."""

    device_id: str
    kind: FindingKind
    count: int
    detail: str
    at: datetime
    alert_id: str | None = None

    @property
    def due_at(self) -> datetime | None:
        """When somebody is asked to look at the device; of a missing press an alert has been raised instead."""
        return None if self.kind is FindingKind.SOS_GAP else self.at + GRACE


@dataclass(frozen=True, slots=True)
class Balance:
    """What hearings that came together leave: numbers missing since, and numbers that were missing before."""

    lost: Spans
    found: tuple[int, ...]
    broken: int


def balance(hearings: Iterable[Hearing]) -> Balance:
    """What is missing only until the next event of the same batch is not missing."""
    lost: list[tuple[int, Span]] = []
    found: list[int] = []
    broken = 0
    for hearing in hearings:
        broken += hearing.fact in BROKEN
        lost += [(hearing.key, span) for span in hearing.lost]
        if hearing.fact is not Fact.FOUND:
            continue
        mine = [span for key, span in lost if key == hearing.key]
        if not holds(mine, hearing.number):
            found.append(hearing.number)
            continue
        others = [(key, span) for key, span in lost if key != hearing.key]
        lost = [*others, *((hearing.key, span) for span in without(mine, hearing.number))]
    return Balance(tuple(sorted(span for _, span in lost)), tuple(found), broken)
