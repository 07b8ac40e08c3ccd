"""One counter of a device: which of its numbers came, which are missing, and what another number says of it."""

from __future__ import annotations

from dataclasses import dataclass, replace
from enum import StrEnum
from typing import Final

from backend.domain.accounting.spans import Span, Spans, holds, without

MOST_GAP: Final = 10_000
"""A step further than this is a broken counter, not so many presses: nobody presses that often unheard."""
MOST_SPANS: Final = 64
"""So many gaps are kept apart; the oldest are then written off: still lost, but no longer found when they come."""


class Fact(StrEnum):
    """What a number says of its counter."""

    FIRST = "first"
    """The first that was ever heard of it: what came before is not known."""
    NEXT = "next"
    GAP = "gap"
    """It came, and numbers before it did not."""
    FOUND = "found"
    """It was missing."""
    EARLIER = "earlier"
    """From before the first that was heard of."""
    REPEATED = "repeated"
    """Another event had it: the counter went backwards within a boot."""
    RESTARTED = "restarted"
    """With a new boot it began again."""
    JUMPED = "jumped"
    """So far away that the counter is broken: counted anew from there."""
    OLD = "old"
    """From before what is kept: nobody can tell whether it was missing."""
    UNNUMBERED = "unnumbered"
    """It has no usable number."""


@dataclass(frozen=True, slots=True)
class Track:
    """Numbers `first` to `highest`, all but `missing` have come; those up to `floor` are written off."""

    first: int
    highest: int
    missing: Spans = ()
    floor: int = -1


@dataclass(frozen=True, slots=True)
class Taken:
    """The track with one more number. `lost`: numbers that are missing from now on."""

    track: Track
    fact: Fact
    lost: Span | None = None


def begin(number: int, fact: Fact, *, from_one: bool) -> Taken:
    """A counter is heard of. `from_one`: it began while we were listening, so it counted from 1 (or from 0)."""
    if not from_one or number <= 1:
        return Taken(Track(number, number), fact)
    if number - 1 > MOST_GAP:
        return Taken(Track(number, number), Fact.JUMPED)
    lost = (1, number - 1)
    return Taken(Track(1, number, (lost,)), fact, lost)


def take(track: Track, number: int) -> Taken:
    """Another number of the same counter."""
    if number > track.highest:
        return _above(track, number)
    if number < track.first:
        return _below(track, number)
    if holds(track.missing, number):
        return Taken(_bounded(replace(track, missing=without(track.missing, number))), Fact.FOUND)
    return Taken(track, Fact.OLD if number <= track.floor else Fact.REPEATED)


def reach_down_to_one(track: Track) -> tuple[Track, Span | None]:
    """The track of a counter that turns out to have begun while we were listening."""
    if track.first <= 1 or track.first - 1 > MOST_GAP:
        return track, None
    lost = (1, track.first - 1)
    return _bounded(replace(track, first=1, missing=(lost, *track.missing))), lost


def _above(track: Track, number: int) -> Taken:
    if number - track.highest > MOST_GAP:
        return Taken(Track(number, number), Fact.JUMPED)
    if number == track.highest + 1:
        return Taken(replace(track, highest=number), Fact.NEXT)
    lost = (track.highest + 1, number - 1)
    after = replace(track, highest=number, missing=(*track.missing, lost))
    return Taken(_bounded(after), Fact.GAP, lost)


def _below(track: Track, number: int) -> Taken:
    if track.first - number > MOST_GAP:
        return Taken(Track(number, number), Fact.JUMPED)
    lost = (number + 1, track.first - 1) if number + 1 < track.first else None
    missing = (lost, *track.missing) if lost else track.missing
    return Taken(_bounded(replace(track, first=number, missing=missing)), Fact.EARLIER, lost)


def _bounded(track: Track) -> Track:
    if len(track.missing) <= MOST_SPANS:
        return track
    written_off = track.missing[-MOST_SPANS - 1][1]
    return replace(track, missing=track.missing[-MOST_SPANS:], floor=max(track.floor, written_off))
