"""Nobody can take the demo district for a real one, and none of its numbers is anybody's."""

from __future__ import annotations

from collections import Counter

import phonenumbers

from backend.domain.demo.district import make_district
from backend.domain.demo.figures import MARK
from backend.services.telephony.numbers import subscriber
from tests.harness.demo import cases, census_of, plan

_EMERGENCY = {"120", "119"}


def _numbers() -> list[str]:
    census = census_of(plan(1, 200))
    named = [
        row["phone"] for table in ("organisations", "homes", "residents", "contacts") for row in census.rows[table]
    ]
    called = [row["number"] for case in cases(make_district(plan(1, 200))) for row in case.rows.get("calls", ())]
    points = [row["address"] for row in census.rows["contact_points"]]
    return [number for number in (*named, *called, *points) if number is not None and number not in _EMERGENCY]


def test_numbers_look_like_numbers_and_are_given_to_nobody() -> None:
    numbers = _numbers()
    assert len(numbers) > 1_000
    for number in numbers:
        assert number.startswith("+86154")
        assert subscriber(number) == number  # every part takes it for a number
        assert not phonenumbers.is_valid_number(phonenumbers.parse(number))  # and no operator has it to give


def test_nobody_shares_a_number_with_somebody_of_another_kind() -> None:
    census = census_of(plan(1, 200))
    kinds = {name: {row["phone"] for row in census.rows[name]} - {None} for name in ("homes", "residents", "contacts")}
    assert not kinds["homes"] & kinds["residents"]
    assert not kinds["contacts"] & (kinds["homes"] | kinds["residents"])
    assert max(Counter(row["phone"] for row in census.rows["contacts"]).values()) == 1


def test_all_of_it_is_marked() -> None:
    census = census_of(plan(1, 60))
    assert all(
        row["demo"]
        for table in ("organisations", "villages", "homes", "people", "rosters")
        for row in census.rows[table]
    )
    assert all(row["name"].startswith(MARK) for row in census.rows["organisations"])
    assert all(row["label"].startswith(MARK) for row in census.rows["homes"])
    assert all(row["synthetic"] and row["secret_hash"] == "" for row in census.rows["devices"])
    assert not any(row["staff_id"] for row in census.rows["people"])


def test_nothing_of_it_hangs_on_the_root_but_its_towns() -> None:
    census = census_of(plan(1, 60))
    below_root = [row["kind"] for row in census.rows["organisations"] if row["parent_id"] == "district"]
    assert below_root == ["town"] * 5
    assert "district" not in {
        row["organisation_id"] for table in ("people", "rosters", "catchments") for row in census.rows[table]
    }
