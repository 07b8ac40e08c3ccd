"""Where a roster reaches nobody, and how good it is: the forecast of the next 28 days."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import Final

from backend.domain.organisation.hours import Span, make_hours
from backend.domain.roster.duty import duties
from backend.domain.roster.model import Duty, Gap, Roster, Uncovered
from backend.domain.roster.stretches import Stretch, common, midnight, within

AHEAD: Final = timedelta(days=28)
"""How far a forecast looks: four weeks, so that each weekly hand-over is in it before it happens."""
NIGHT: Final = make_hours({day: [Span(22 * 60, 6 * 60)] for day in range(7)})
"""When an hour without cover weighs more: few people are awake who could step in."""
_SINGLE_COST: Final = 0.15
"""What it costs when all covered time rests on one person at a time."""

Covered = Callable[[str], Uncovered | None]
"""Why a person cannot be reached; None: they can."""


@dataclass(frozen=True, slots=True)
class Forecast:
    """What a roster comes to between `start` and `end`.

    `needed`, `covered`, `single`: hours in which somebody has to be on duty, of these those in which somebody can be
    reached, and of these those that rest on one person alone. `score`: 0 to 100, see `quality`.
    """

    start: datetime
    end: datetime
    gaps: tuple[Gap, ...]
    score: int
    needed_hours: float
    covered_hours: float
    single_hours: float


@dataclass(frozen=True, slots=True)
class _Piece:
    start: datetime
    end: datetime
    present: tuple[Duty, ...]

    @property
    def hours(self) -> float:
        return (self.end - self.start) / timedelta(hours=1)


def gaps(roster: Roster, start: datetime, end: datetime, covered: Covered) -> tuple[Gap, ...]:
    """When somebody has to be on duty and nobody who is can be reached, with the reason; in order."""
    return _gaps(_pieces(roster, start, end), covered)


def _gaps(pieces: Iterable[_Piece], covered: Covered) -> tuple[Gap, ...]:
    found: list[Gap] = []
    for piece in pieces:
        gap = _gap(piece, covered)
        if gap is None:
            continue
        before = found[-1] if found else None
        if before is not None and (before.end, before.reason, before.people) == (gap.start, gap.reason, gap.people):
            found[-1] = Gap(before.start, gap.end, gap.reason, gap.people)
        else:
            found.append(gap)
    return tuple(found)


def forecast(roster: Roster, now: datetime, covered: Covered) -> Forecast:
    """The next 28 days from `now` (aware)."""
    start, end = now.astimezone(UTC), now.astimezone(UTC) + AHEAD
    pieces = list(_pieces(roster, start, end))
    reached = [(piece, _reached(piece, covered)) for piece in pieces]
    return Forecast(
        start=start,
        end=end,
        gaps=_gaps(pieces, covered),
        score=quality(roster, [(piece.start, piece.end, count) for piece, count in reached]),
        needed_hours=sum(piece.hours for piece in pieces),
        covered_hours=sum(piece.hours for piece, count in reached if count),
        single_hours=sum(piece.hours for piece, count in reached if count == 1),
    )


def quality(roster: Roster, reached: Sequence[tuple[datetime, datetime, int]]) -> int:
    """0 to 100, rounded down: `100 × covered × (1 − 0.15 × single)`.

    `reached`: each piece of the needed time with how many people can be reached in it. `covered`: the share of the
    needed time in which somebody can be. `single`: the share of the covered time that rests on one person. An hour
    counts 1; by night (22:00 to 06:00 local) 1 more, on a holiday 1 more. So 100 is two people at all times, 85 one
    person at all times, and with any gap it is less than 100. Nothing needed: 100.
    """
    needed = _weight(roster, [(start, end) for start, end, _ in reached])
    covered = _weight(roster, [(start, end) for start, end, count in reached if count])
    single = _weight(roster, [(start, end) for start, end, count in reached if count == 1])
    if needed <= 0:
        return 100
    if covered <= 0:
        return 0
    # The small addend: a sum of floats that should be 100 must not become 99.
    return int(100 * (covered / needed) * (1 - _SINGLE_COST * single / covered) + 1e-6)


def _weight(roster: Roster, stretches: Sequence[Stretch]) -> float:
    """Hours, those by night and on holidays counted once more each."""
    if not stretches:
        return 0.0
    nights = list(within(NIGHT, stretches[0][0], stretches[-1][1], roster.zone))
    days = sorted(holiday.day for holiday in roster.holidays)
    festive = [(midnight(day, roster.zone), midnight(day + timedelta(days=1), roster.zone)) for day in days]
    return _hours(stretches) + _hours(common(stretches, nights)) + _hours(common(stretches, festive))


def _hours(stretches: Iterable[Stretch]) -> float:
    return sum(((end - start) / timedelta(hours=1) for start, end in stretches), 0.0)


def _pieces(roster: Roster, start: datetime, end: datetime) -> Iterator[_Piece]:
    """The needed time, with who is on duty."""
    needed = list(within(roster.needed, start, end, roster.zone))
    for begins, ends, present in duties(roster, start, end):
        for since, until in common([(begins, ends)], needed):
            yield _Piece(since, until, present)


def _reached(piece: _Piece, covered: Covered) -> int:
    return sum(1 for duty in piece.present if covered(duty.person) is None)


def _gap(piece: _Piece, covered: Covered) -> Gap | None:
    if not piece.present:
        return Gap(piece.start, piece.end, Uncovered.NOBODY_ROSTERED)
    reasons = [covered(duty.person) for duty in piece.present]
    if None in reasons:
        return None
    people = tuple(sorted(duty.person for duty in piece.present))
    # A person without a channel can be helped at once, so that is said where both are true.
    reason = Uncovered.NO_VERIFIED_CHANNEL if Uncovered.NO_VERIFIED_CHANNEL in reasons else Uncovered.INACTIVE
    return Gap(piece.start, piece.end, reason, people)
