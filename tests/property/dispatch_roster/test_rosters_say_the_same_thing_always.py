"""Whatever the roster: duty and shifts agree, overrides stay within their span, swaps keep cover, gaps divide time."""

from __future__ import annotations

from collections import Counter
from dataclasses import replace
from datetime import UTC, date, datetime, timedelta
from itertools import pairwise
from zoneinfo import ZoneInfo

from hypothesis import assume, event, given
from hypothesis import strategies as st

from backend.domain.escalation.targets import DutyRole
from backend.domain.organisation.hours import Span, is_open, make_hours
from backend.domain.roster.duty import duties, on_duty, shifts
from backend.domain.roster.gaps import gaps, quality
from backend.domain.roster.model import (
    Holiday,
    Override,
    OverrideKind,
    Roster,
    Rotation,
    RotationKind,
    RotationUse,
    Uncovered,
)
from backend.domain.roster.stretches import common, within
from backend.domain.roster.swap import Given, SwapRefused, plan_swap

# Clocks go forward on 29 March and back on 25 October in Berlin; Lord Howe changes by half an hour, Shanghai never.
ZONES = [ZoneInfo(name) for name in ("Asia/Shanghai", "Europe/Berlin", "Australia/Lord_Howe", "America/St_Johns")]
STARTS = [datetime(2026, 3, 27, tzinfo=UTC), datetime(2026, 10, 23, tzinfo=UTC), datetime(2026, 4, 3, tzinfo=UTC)]
PEOPLE = ("a", "b", "c")
SPAN = timedelta(days=5)

people = st.sampled_from(PEOPLE)
minutes = st.integers(0, 1439)
offsets = st.integers(0, int(SPAN / timedelta(minutes=1))).map(lambda count: timedelta(minutes=count))


@st.composite
def hours(draw: st.DrawFn):
    days = draw(st.sets(st.integers(0, 6), min_size=1))
    opens = draw(minutes)
    span = Span(opens, draw(st.integers(opens + 1, 1440)))
    return make_hours({day: [span] for day in days})


@st.composite
def rotations(draw: st.DrawFn, number: int, start: date):
    kind = draw(st.sampled_from(RotationKind))
    return Rotation(
        id=f"r{number}",
        kind=kind,
        start=start + timedelta(days=draw(st.integers(-20, 2))),
        length=draw(st.integers(1, 13 if kind is RotationKind.HOURLY else 3)),
        hand_over=draw(minutes),
        participants=tuple(draw(st.lists(people, min_size=0, max_size=3))),
        windows=draw(st.none() | hours()),
        use=draw(st.sampled_from([RotationUse.REGULAR, RotationUse.REGULAR, RotationUse.HOLIDAY])),
    )


@st.composite
def overrides(draw: st.DrawFn, number: int, start: datetime):
    kind = draw(st.sampled_from(OverrideKind))
    first, second = sorted(draw(st.tuples(offsets, offsets)))
    assume(first < second)
    person = None if kind is OverrideKind.REMOVE else draw(people)
    replaced = None if kind is OverrideKind.ADD else draw(people)
    return Override(f"o{number}", kind, start + first, start + second, person, replaced)


@st.composite
def rosters(draw: st.DrawFn):
    start = draw(st.sampled_from(STARTS))
    layers = [draw(rotations(number, start.date())) for number in range(draw(st.integers(0, 3)))]
    names = st.sampled_from([None, *(layer.id for layer in layers)])
    days = draw(st.sets(st.integers(0, 6), max_size=2))
    holidays = tuple(
        Holiday(start.date() + timedelta(days=day), draw(names), tuple(draw(st.lists(people, max_size=2))))
        for day in sorted(days)
    )
    changes = tuple(draw(overrides(number, start)) for number in range(draw(st.integers(0, 3))))
    zone = draw(st.sampled_from(ZONES))
    needed = draw(st.none() | hours())
    return Roster("x", "o", DutyRole.OPERATOR, zone, tuple(layers), holidays, changes, needed), start


@given(rosters(), st.data())
def test_who_is_on_duty_is_who_has_a_shift(drawn: tuple[Roster, datetime], data: st.DataObject) -> None:
    roster, start = drawn
    found = shifts(roster, start, start + SPAN)
    edges = [edge for shift in found for edge in (shift.start, shift.end)]
    edges += [edge - timedelta(microseconds=1) for edge in edges]
    moments = st.builds(lambda offset: start + offset, offsets)
    at = data.draw(st.sampled_from(edges) | moments if edges else moments)
    assume(start <= at < start + SPAN)
    by_shift = Counter(shift.duty for shift in found if shift.start <= at < shift.end)
    assert by_shift == Counter(on_duty(roster, at))


@given(rosters(), offsets, offsets)
def test_shifts_do_not_depend_on_how_much_is_asked(
    drawn: tuple[Roster, datetime], one: timedelta, two: timedelta
) -> None:
    roster, start = drawn
    first, second = sorted((start + one, start + two))
    assume(first < second)
    whole = shifts(roster, start, start + SPAN)
    cut = [replace(each, start=max(each.start, first), end=min(each.end, second)) for each in whole]
    assert sorted(shifts(roster, first, second), key=repr) == sorted((c for c in cut if c.start < c.end), key=repr)


@given(rosters(), st.data())
def test_an_override_changes_nothing_outside_its_span(drawn: tuple[Roster, datetime], data: st.DataObject) -> None:
    roster, start = drawn
    change = data.draw(overrides(9, start))
    with_it = replace(roster, overrides=(*roster.overrides, change))
    for begins, ends in ((start, change.start), (change.end, start + SPAN)):
        assert shifts(with_it, begins, ends) == shifts(roster, begins, ends)


@st.composite
def swaps(draw: st.DrawFn):
    """Two people who take turns, and two spans apart from each other."""
    roster, start = draw(rosters())
    turns = Rotation(
        "pair",
        draw(st.sampled_from([RotationKind.HOURLY, RotationKind.DAILY])),
        start.date() - timedelta(days=1),
        draw(st.integers(1, 12)),
        draw(minutes),
        ("a", "b"),
        draw(st.none() | hours()),
    )
    edges = sorted(draw(st.lists(offsets, min_size=4, max_size=4, unique=True)))
    spans = draw(st.permutations([(edges[0], edges[1]), (edges[2], edges[3])]))
    given_away = [Given(who, start + span[0], start + span[1]) for who, span in zip("ab", spans, strict=True)]
    others = roster.rotations if draw(st.booleans()) else ()
    return replace(roster, rotations=(turns, *others)), start, given_away[0], given_away[1]


@given(swaps())
def test_a_swap_keeps_as_many_on_duty_at_every_instant(drawn: tuple[Roster, datetime, Given, Given]) -> None:
    roster, start, first, second = drawn
    try:
        halves = plan_swap(roster, first, second, ("s", "o8", "o9"))
    except SwapRefused as refused:
        event(str(refused.reason))
        return
    event("swapped")
    swapped = replace(roster, overrides=(*roster.overrides, *halves))
    edges = {edge for each in (roster, swapped) for piece in duties(each, start, start + SPAN) for edge in piece[:2]}
    for at in sorted(edges)[:-1]:
        before, after = on_duty(roster, at), on_duty(swapped, at)
        assert len(before) == len(after)
        given_away = {given.person for given in (first, second) if given.start <= at < given.end}
        assert given_away.isdisjoint(duty.person for duty in after)


@given(rosters(), st.sets(people))
def test_gaps_and_covered_time_divide_what_is_needed(drawn: tuple[Roster, datetime], mute: set[str]) -> None:
    roster, start = drawn

    def covered(person: str) -> Uncovered | None:
        return Uncovered.NO_VERIFIED_CHANNEL if person in mute else None

    found = gaps(roster, start, start + SPAN, covered)
    assert all(first.end <= second.start for first, second in pairwise(found))
    needed = list(within(roster.needed, start, start + SPAN, roster.zone))
    for begins, ends, present in duties(roster, start, start + SPAN):
        reached = any(duty.person not in mute for duty in present)
        for since, until in within(roster.needed, begins, ends, roster.zone):
            inside = [gap for gap in found if gap.start < until and gap.end > since]
            assert bool(inside) is not reached
            assert reached or (inside[0].start <= since and until <= inside[0].end)
    assert all(any(since <= gap.start and gap.end <= until for since, until in needed) for gap in found)


@given(rosters(), st.lists(st.tuples(st.integers(1, 48), st.integers(0, 3)), min_size=1, max_size=8))
def test_quality_is_a_share_and_any_gap_costs(drawn: tuple[Roster, datetime], lengths: list[tuple[int, int]]) -> None:
    roster, start = drawn
    pieces = []
    for length, count in lengths:
        pieces.append((start, start + timedelta(hours=length), count))
        start += timedelta(hours=length)
    score = quality(roster, pieces)
    assert 0 <= score <= 100
    assert (score == 100) is all(count > 1 for _, _, count in pieces)
    better = [(since, until, count + 1) for since, until, count in pieces]
    assert quality(roster, better) >= score


@st.composite
def any_hours(draw: st.DrawFn):
    """Spans that may last past midnight."""
    days = {}
    for day in draw(st.sets(st.integers(0, 6))):
        opens, length = draw(minutes), draw(st.integers(1, 1439))
        days[day] = [Span(opens, (opens + length) % 1440 or 1440)]
    return make_hours(days)


@given(any_hours(), st.sampled_from(STARTS), st.sampled_from(ZONES), offsets)
def test_stretches_are_the_hours_in_which_it_is_open(found, start: datetime, zone: ZoneInfo, offset: timedelta) -> None:
    stretches = list(within(found, start, start + SPAN, zone))
    assert all(first[1] < second[0] for first, second in pairwise(stretches)), "as long as can be"
    edges = [edge for stretch in stretches for edge in stretch]
    moments = [start + offset, *edges, *(edge - timedelta(microseconds=1) for edge in edges)]
    for at in moments:
        if start <= at < start + SPAN:
            assert any(since <= at < until for since, until in stretches) is is_open(found, at, zone)


@given(any_hours(), any_hours(), st.sampled_from(STARTS), offsets)
def test_what_two_lists_have_in_common_is_in_both(one, two, start: datetime, offset: timedelta) -> None:
    lists = [list(within(hours_, start, start + SPAN, ZONES[0])) for hours_ in (one, two)]
    at = start + offset
    both = all(any(since <= at < until for since, until in each) for each in lists)
    assert any(since <= at < until for since, until in common(*lists)) is both
