"""Which swaps are refused and why; how far is near, and who counts where no roster is."""

from __future__ import annotations

from datetime import UTC, date, datetime, time, timedelta
from zoneinfo import ZoneInfo

import pytest

from backend.domain.escalation.targets import DutyRole, ResponderKind
from backend.domain.roster.distance import Place, cut_off, distance_km, minutes_away, nearness
from backend.domain.roster.duty import on_duty
from backend.domain.roster.model import OverrideKind, Roster, Rotation, RotationKind
from backend.domain.roster.standing import Standing, standing
from backend.domain.roster.swap import Given, SwapFault, SwapRefused, plan_swap

DAY = timedelta(days=1)
FIRST = datetime(2026, 11, 1, 0, 0, tzinfo=UTC)
SHIFTS = Rotation("r", RotationKind.DAILY, date(2026, 11, 1), 1, 480, ("a", "b"))
ALONE = Rotation("q", RotationKind.DAILY, date(2026, 11, 1), 1, 480, ("c",))
ROSTER = Roster("x", "o", DutyRole.OPERATOR, ZoneInfo("Asia/Shanghai"), (SHIFTS, ALONE))
IDS = ("swap", "o1", "o2")


def test_two_people_change_their_shifts() -> None:
    halves = plan_swap(ROSTER, Given("a", FIRST, FIRST + DAY), Given("b", FIRST + DAY, FIRST + 2 * DAY), IDS)
    assert [(each.kind, each.person, each.replaced, each.swap_id) for each in halves] == [
        (OverrideKind.REPLACE, "b", "a", "swap"),
        (OverrideKind.REPLACE, "a", "b", "swap"),
    ]
    swapped = Roster("x", "o", DutyRole.OPERATOR, ROSTER.zone, ROSTER.rotations, (), halves)
    assert [[duty.person for duty in on_duty(swapped, FIRST + offset)] for offset in (0 * DAY, DAY, 2 * DAY)] == [
        ["c", "b"],
        ["c", "a"],
        ["a", "c"],
    ]


@pytest.mark.parametrize(
    ("first", "second", "reason", "person"),
    [
        (("a", 0, 1), ("a", 1, 2), SwapFault.SAME_PERSON, "a"),
        (("a", 1, 1), ("b", 1, 2), SwapFault.EMPTY_SPAN, "a"),
        (("a", 0, 2), ("b", 1, 3), SwapFault.SPANS_OVERLAP, "a"),
        (("a", 1, 2), ("b", 3, 4), SwapFault.NOT_ON_DUTY, "a"),
        (("a", 0, 1), ("c", 1, 2), SwapFault.ALREADY_ON_DUTY, "c"),
    ],
)
def test_a_swap_that_would_change_the_cover_is_refused(
    first: tuple[str, int, int], second: tuple[str, int, int], reason: SwapFault, person: str
) -> None:
    given = [Given(who, FIRST + start * DAY, FIRST + end * DAY) for who, start, end in (first, second)]
    with pytest.raises(SwapRefused) as refused:
        plan_swap(ROSTER, given[0], given[1], IDS)
    assert (refused.value.reason, refused.value.person) == (reason, person)


def test_distance_and_minutes() -> None:
    home = Place(30.0, 122.0, "main")
    assert distance_km(home, Place(31.0, 122.0)) == pytest.approx(111.2, abs=0.1)
    assert minutes_away(home, Place(30.0, 122.0)) == 0
    assert minutes_away(home, Place(30.00898, 122.0)) == 15, "just under 1 km on foot"
    assert minutes_away(home, Place(30.0100, 122.0)) == 4, "1.1 km by road"
    assert minutes_away(home, Place(None, 122.0)) is None
    assert minutes_away(home, Place(30.0, 122.0, "outer")) is None


@pytest.mark.parametrize(
    ("outer", "last", "local", "cut"),
    [
        (False, None, time(3), False),
        (True, None, time(12), True),
        (True, time(16, 30), time(16, 29), False),
        (True, time(16, 30), time(16, 30), True),
        (True, time(16, 30), time(5, 59), True),
        (True, time(16, 30), time(6), False),
    ],
)
def test_an_outer_island_is_cut_off_between_its_ferries(outer: bool, last: time | None, local: time, cut: bool) -> None:
    assert cut_off(outer, last, local) is cut


def test_the_order_is_by_distance_unless_the_sea_is_shut() -> None:
    home, near, same = Place(30.0, 122.0, "i"), Place(30.01, 122.0, "main"), Place(30.05, 122.0, "i")
    assert nearness(home, near, home_cut_off=False) < nearness(home, same, home_cut_off=False)
    assert nearness(home, same, home_cut_off=True) < nearness(home, near, home_cut_off=True)
    assert nearness(home, near, home_cut_off=True) < nearness(home, Place(), home_cut_off=True)


@pytest.mark.parametrize(
    ("role", "kind", "account", "roster", "named", "when"),
    [
        (DutyRole.OPERATOR, None, True, False, False, Standing.OPENING_HOURS),
        (DutyRole.OPERATOR, None, False, False, False, Standing.NEVER),
        (DutyRole.OPERATOR, None, True, True, False, Standing.NEVER),
        (DutyRole.MANAGER, None, False, False, False, Standing.ALWAYS),
        (DutyRole.MANAGER, None, True, True, False, Standing.NEVER),
        (DutyRole.RESPONDER, ResponderKind.VOLUNTEER, False, True, False, Standing.ALWAYS),
        (DutyRole.RESPONDER, ResponderKind.FIRE_POST, False, True, True, Standing.NEVER),
        (DutyRole.RESPONDER, ResponderKind.CENTRE_STAFF, False, False, False, Standing.OPENING_HOURS),
        (DutyRole.RESPONDER, None, False, False, False, Standing.OPENING_HOURS),
    ],
)
def test_who_counts_without_a_roster(
    role: DutyRole, kind: ResponderKind | None, account: bool, roster: bool, named: bool, when: Standing
) -> None:
    assert standing(role, kind, has_account=account, role_has_roster=roster, in_a_roster=named) is when
