"""Whether two people may swap their duties, and which two overrides that makes."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum

from backend.domain.roster.duty import duties
from backend.domain.roster.model import Override, OverrideKind, Roster


class SwapFault(StrEnum):
    """Why a swap would change how many people are on duty, or nothing at all."""

    SAME_PERSON = "same_person"
    EMPTY_SPAN = "empty_span"
    SPANS_OVERLAP = "spans_overlap"
    NOT_ON_DUTY = "not_on_duty"
    """The one who gives has no duty in that span."""
    ALREADY_ON_DUTY = "already_on_duty"
    """The one who takes is on duty within that span already: of two people one would be left."""


class SwapRefused(Exception):  # noqa: N818 - an answer, not a fault of ours
    """A swap that cannot be, with the reason and the person that it is about."""

    def __init__(self, reason: SwapFault, person: str) -> None:
        super().__init__(reason)
        self.reason = reason
        self.person = person


@dataclass(frozen=True, slots=True)
class Given:
    """The duties of one person between two instants, to be served by the other."""

    person: str
    start: datetime
    end: datetime


def plan_swap(roster: Roster, first: Given, second: Given, ids: tuple[str, str, str]) -> tuple[Override, Override]:
    """The two halves: `second.person` serves for `first.person` in the first span, and the reverse in the second.

    `ids`: of the swap and of the two overrides. At no instant are more or fewer people on duty than before; raises
    `SwapRefused` where that cannot be.
    """
    if first.person == second.person:
        raise SwapRefused(SwapFault.SAME_PERSON, first.person)
    for given in (first, second):
        if given.start >= given.end:
            raise SwapRefused(SwapFault.EMPTY_SPAN, given.person)
    if first.start < second.end and second.start < first.end:
        raise SwapRefused(SwapFault.SPANS_OVERLAP, first.person)
    swap_id, first_id, second_id = ids
    return (
        _half(roster, first, second.person, first_id, swap_id),
        _half(roster, second, first.person, second_id, swap_id),
    )


def _half(roster: Roster, given: Given, taker: str, override_id: str, swap_id: str) -> Override:
    served = False
    for _, _, present in duties(roster, given.start, given.end):
        people = {duty.person for duty in present}
        if taker in people and given.person in people:
            raise SwapRefused(SwapFault.ALREADY_ON_DUTY, taker)
        served = served or given.person in people
    if not served:
        raise SwapRefused(SwapFault.NOT_ON_DUTY, given.person)
    return Override(override_id, OverrideKind.REPLACE, given.start, given.end, taker, given.person, swap_id)
