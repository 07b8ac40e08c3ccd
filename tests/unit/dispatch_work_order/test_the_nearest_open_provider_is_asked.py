"""Who is asked to do the work: the nearest that is open, else the one that opens first, else the home's centre."""

from __future__ import annotations

from datetime import UTC, datetime
from zoneinfo import ZoneInfo

import pytest

from backend.domain.organisation.hours import Hours, read_hours
from backend.domain.work_order.provider import ChoiceReason, Position, Provider, choose, kilometres

ZONE = ZoneInfo("Asia/Shanghai")
NOON = datetime(2026, 11, 25, 4, 0, tzinfo=UTC)
NIGHT = datetime(2026, 11, 25, 14, 0, tzinfo=UTC)
HOME = Position(30.0, 122.0)
CHAIN = ("centre", "town", "district")
DAY = read_hours({day: [["08:00", "17:00"]] for day in ("mon", "tue", "wed", "thu", "fri")})
EARLY = read_hours({day: [["06:30", "10:00"]] for day in ("mon", "tue", "wed", "thu", "fri")})
NEVER = read_hours({})


def _at(id_: str, hours: Hours | None, east: float | None = None, steps_up: int = 1, provides: bool = True) -> Provider:
    position = Position(30.0, 122.0 + east) if east is not None else None
    return Provider(id_, f"机构 {id_}", hours, steps_up, provides, position)


def test_the_nearest_that_is_open_is_asked() -> None:
    known = [
        _at("far", None, 0.2),
        _at("near-closed", EARLY, 0.01),
        _at("near", DAY, 0.1),
        _at("other", None, 0.0, 0, False),
    ]
    choice = choose(HOME, known, CHAIN, NOON, ZONE)
    assert choice is not None
    assert (choice.provider_id, choice.reason, choice.opens_at) == ("near", ChoiceReason.NEAREST_OPEN, None)
    assert choice.distance_km == pytest.approx(9.6, abs=0.1)


def test_without_places_it_goes_up_the_tree() -> None:
    known = [_at("district", None, steps_up=2), _at("town", DAY, steps_up=1), _at("sibling", None, 0.1)]
    choice = choose(None, known, CHAIN, NOON, ZONE)
    assert choice is not None
    assert (choice.provider_id, choice.reason) == ("sibling", ChoiceReason.UP_THE_TREE)
    at_night = choose(None, known[:2], CHAIN, NIGHT, ZONE)
    assert at_night is not None
    assert at_night.provider_id == "district"


def test_one_whose_place_is_known_is_asked_before_one_whose_place_is_not() -> None:
    choice = choose(HOME, [_at("unknown", None, steps_up=0), _at("known", None, 0.3)], CHAIN, NOON, ZONE)
    assert choice is not None
    assert choice.provider_id == "known"


def test_when_all_are_closed_the_one_that_opens_first_is_asked_with_that_time() -> None:
    known = [_at("near", DAY, 0.01), _at("early", EARLY, 0.4), _at("never", NEVER, 0.0)]
    choice = choose(HOME, known, CHAIN, NIGHT, ZONE)
    assert choice is not None
    assert (choice.provider_id, choice.reason) == ("early", ChoiceReason.OPENS_FIRST)
    assert choice.opens_at == datetime(2026, 11, 25, 22, 30, tzinfo=UTC)
    assert choice.detail()["opens_at"] == "2026-11-25T22:30:00+00:00"


def test_of_two_that_open_together_the_nearer_is_asked() -> None:
    choice = choose(HOME, [_at("b", DAY, 0.3), _at("a", DAY, 0.5)], CHAIN, NIGHT, ZONE)
    assert choice is not None
    assert choice.provider_id == "b"


def test_what_nobody_offers_falls_to_the_centre_of_the_home() -> None:
    known = [
        _at("centre", DAY, None, 0, False),
        _at("town", None, None, 1, False),
        _at("district", None, None, 2, False),
    ]
    by_day = choose(HOME, known, CHAIN, NOON, ZONE)
    by_night = choose(HOME, known, CHAIN, NIGHT, ZONE)
    assert by_day is not None
    assert by_night is not None
    assert (by_day.provider_id, by_day.reason, by_day.opens_at) == ("centre", ChoiceReason.RESPONSIBLE_CENTRE, None)
    assert (by_night.provider_id, by_night.opens_at) == ("centre", datetime(2026, 11, 26, 0, 0, tzinfo=UTC))


def test_a_centre_that_never_opens_is_passed_over() -> None:
    known = [_at("centre", NEVER, None, 0, False), _at("town", None, None, 1, False)]
    choice = choose(HOME, known, CHAIN, NIGHT, ZONE)
    assert choice is not None
    assert choice.provider_id == "town"
    assert choose(HOME, [], CHAIN, NOON, ZONE) is None


def test_distances_are_those_of_the_globe() -> None:
    assert kilometres(Position(30.0, 122.0), Position(30.0, 122.0)) == 0
    assert kilometres(Position(0.0, 0.0), Position(0.0, 180.0)) == pytest.approx(20015, rel=0.001)
    assert kilometres(Position(30.0, 122.1), Position(30.0, 122.0)) == pytest.approx(9.63, abs=0.01)
