"""What people are shown of press accounting: a day's statement, and how one device stands."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum

from backend.domain.accounting.account import Account
from backend.domain.accounting.day import Figures
from backend.domain.accounting.findings import FindingKind


class StatementState(StrEnum):
    """How far a day's statement is."""

    STATED = "stated"
    """In the chain."""
    PROVISIONAL = "provisional"
    """Worked out just now; the day is not stated yet."""


@dataclass(frozen=True, slots=True)
class Line:
    """A device's day. `position` and `hash`: its place in the chain, None while provisional."""

    device_id: str
    sos: Figures
    events: Figures
    position: int | None = None
    hash: str | None = None


@dataclass(frozen=True, slots=True)
class Statement:
    """A day: the district's sums, and a line for each device that sent anything."""

    day: str
    state: StatementState
    district: Line
    lines: Sequence[Line]


@dataclass(frozen=True, slots=True)
class FoundLine:
    """A finding on record."""

    kind: FindingKind
    day: str
    count: int
    detail: str
    first_at: datetime
    last_at: datetime
    alert_id: str | None
    order_id: str | None


@dataclass(frozen=True, slots=True)
class Recent:
    """Events stored since a moment: how many, further copies of them, and how many came late."""

    events: int
    copies: int
    late: int


@dataclass(frozen=True, slots=True)
class DevicePresses:
    """How a device stands. `account` empty: nothing was heard of it since its presses are accounted for."""

    device_id: str
    account: Account
    recent: Recent
    findings: Sequence[FoundLine]
