"""Which figures are made of handled alerts: shares within a time, quantiles, and what they are held against."""

from __future__ import annotations

import math
from collections import Counter, defaultdict
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum
from typing import Final
from zoneinfo import ZoneInfo

ANCHORS: Final[Mapping[int, float]] = {60: 0.975, 180: 0.99}
"""Shares of alerts accepted, and of persons spoken with, within so many seconds (issue 3, item 9)."""
ARRIVALS_MINUTES: Final = (15, 30, 45, 60)
FEW: Final = 10
"""Below this a share says little, and the answer says so."""


class By(StrEnum):
    """What figures are grouped by."""

    ALL = "all"
    CENTRE = "centre"
    OPERATOR = "operator"
    MONTH = "month"
    TYPE = "type"


@dataclass(frozen=True, slots=True)
class Handled:
    """An alert as figures see it. All spans count from `received_at`, the gateway's receipt of the first press.

    `centre_id`: of the responsible centre, empty for the district. `operator_id`: who accepted it first, whoever had it
    afterwards; empty: nobody has. `sent_at`: when somebody was first sent, or said that they go.
    `late`: the platform learned of the press long after it; it is counted from receipt, and apart.
    `called_back`: a work order that it caused has a call-back with a result; None where there is no such order.
    """

    id: str
    type: str
    severity: str
    centre_id: str
    centre: str
    operator_id: str
    operator: str
    received_at: datetime
    accepted_at: datetime | None
    first_voice_at: datetime | None
    sent_at: datetime | None
    arrived_at: datetime | None
    outcome: str | None
    late: bool
    called_back: bool | None = None


@dataclass(frozen=True, slots=True)
class Speed:
    """Of `count` alerts: the share within each span in seconds, and quantiles in seconds of those that it happened to.

    What never happened counts as not in time; of no alert at all there is no share (None). `met`: per span of
    `ANCHORS`; empty where there is no anchor, or nothing to hold against it.
    """

    count: int
    happened: int
    within: Mapping[int, float | None]
    p50: float | None
    p90: float | None
    longest: float | None
    met: Mapping[int, bool]


@dataclass(frozen=True, slots=True)
class Figures:
    """One group. `label`: what it is called, empty for nobody and the district. `few`: fewer than ten alerts, so shares
    say little."""

    key: str
    label: str
    count: int
    late: int
    few: bool
    accepted: Speed
    voice: Speed
    arrival: Speed
    outcomes: Mapping[str, int]
    types: Mapping[str, int]
    called_back: float | None


def figures(rows: Iterable[Handled], by: By, zone: ZoneInfo) -> list[Figures]:
    """A group each, by its key; months are local ones. An alert stands in exactly one group."""
    groups: dict[str, list[Handled]] = defaultdict(list)
    for row in rows:
        groups[key_of(row, by, zone)].append(row)
    return [_figures(key, _label(groups[key][-1], by, key), groups[key]) for key in sorted(groups)]


def key_of(row: Handled, by: By, zone: ZoneInfo) -> str:
    """The group in which an alert stands: people and centres by their id, for names are not unique."""
    if by is By.CENTRE:
        return row.centre_id
    if by is By.OPERATOR:
        return row.operator_id
    if by is By.MONTH:
        return row.received_at.astimezone(zone).strftime("%Y-%m")
    return row.type if by is By.TYPE else ""


def _label(row: Handled, by: By, key: str) -> str:
    """The latest name, where somebody has changed it."""
    if by is By.CENTRE:
        return row.centre
    return row.operator if by is By.OPERATOR else key


def _figures(key: str, label: str, rows: Sequence[Handled]) -> Figures:
    fresh = [row for row in rows if not row.late]
    answered = [row.called_back for row in rows if row.called_back is not None]
    minutes = tuple(minutes * 60 for minutes in ARRIVALS_MINUTES)
    sent = [row for row in rows if row.sent_at is not None or row.arrived_at is not None]
    return Figures(
        key=key,
        label=label,
        count=len(rows),
        late=len(rows) - len(fresh),
        few=len(rows) < FEW,
        accepted=speed(fresh, lambda row: row.accepted_at, tuple(ANCHORS), ANCHORS),
        voice=speed(fresh, lambda row: row.first_voice_at, tuple(ANCHORS), ANCHORS),
        # Of those to whom somebody was sent, come or not: most calls need nobody to go.
        arrival=speed(sent, lambda row: row.arrived_at, minutes, {}),
        outcomes=dict(Counter(row.outcome for row in rows if row.outcome)),
        types=dict(Counter(row.type for row in rows)),
        called_back=sum(answered) / len(answered) if answered else None,
    )


Moment = Callable[[Handled], datetime | None]


def speed(rows: Sequence[Handled], moment: Moment, spans: Sequence[int], anchors: Mapping[int, float]) -> Speed:
    """How soon `moment` (of a row) came after receipt."""
    seconds = sorted(
        max(0.0, (at - row.received_at).total_seconds()) for row in rows if (at := moment(row)) is not None
    )
    shares = {span: sum(each <= span for each in seconds) / len(rows) for span in spans} if rows else {}
    return Speed(
        count=len(rows),
        happened=len(seconds),
        within={span: shares.get(span) for span in spans},
        p50=_quantile(seconds, 0.5),
        p90=_quantile(seconds, 0.9),
        longest=seconds[-1] if seconds else None,
        met={span: shares[span] >= goal for span, goal in anchors.items()} if rows else {},
    )


def _quantile(ordered: Sequence[float], share: float) -> float | None:
    """The smallest value that at least `share` of them do not exceed."""
    if not ordered:
        return None
    return ordered[max(0, math.ceil(len(ordered) * share) - 1)]
