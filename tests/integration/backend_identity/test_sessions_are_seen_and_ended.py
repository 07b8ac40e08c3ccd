"""Sessions: how long they live, how they are listed, and what ends them."""

from __future__ import annotations

from datetime import timedelta
from pathlib import Path

import pytest
from sqlalchemy import Engine, select

from backend.adapters.db.engine import reading
from backend.adapters.db.identity import known_devices, sessions
from backend.services.identity.policy import LAST_ACT, Policy
from tests.harness.identity import House

SHORT = Policy(idle=timedelta(hours=1), whole=timedelta(hours=4))


@pytest.fixture
def house(database: Engine, tmp_path: Path) -> House:
    return House(database, tmp_path).open_demo()


def test_the_list_says_when_from_where_and_with_what(house: House) -> None:
    first = house.enter("op1", address="192.168.7.23")
    house.clock.turn(timedelta(minutes=20))
    second = house.enter("op1", address="2001:db8:7:1::9")
    house.enter("op2")
    shown = house.sessions(first.staff.id, first.token)
    assert [(line.address, line.agent, line.current) for line in shown] == [
        ("2001:db8:7:*", "Firefox, Windows", False),
        ("192.168.7.*", "Firefox, Windows", True),
    ]
    assert shown[0].created_at - shown[1].created_at == timedelta(minutes=20)
    assert second.token not in str(shown)
    with reading(house.engine) as connection:
        assert "192.168.7.23" not in str(connection.execute(select(sessions)).all())


def test_use_is_noted_but_not_at_each_call(house: House) -> None:
    entered = house.enter("op1")
    begun = house.clock.now()
    used = []
    for _ in range(4):
        house.clock.turn(timedelta(minutes=5))
        house.identify.session(entered.token)
        used.append(house.sessions(entered.staff.id)[0].used_at)
    assert used == [begun, begun, begun + timedelta(minutes=15), begun + timedelta(minutes=15)]


def test_one_is_ended_by_its_name_in_the_list(house: House) -> None:
    first, second, other = house.enter("op1"), house.enter("op1"), house.enter("op2")
    named = {line.current: line.id for line in house.sessions(first.staff.id, first.token)}
    assert house.end_sessions.one(other.staff.actor, named[False]) is False
    assert house.end_sessions.one(first.staff.actor, named[False]) is True
    assert house.end_sessions.one(first.staff.actor, named[False]) is False
    assert house.identify.session(second.token) is None
    assert house.identify.session(first.token) is not None


def test_all_others_are_ended_and_their_browsers_are_strangers_again(house: House) -> None:
    first, second, other = house.enter("op1"), house.enter("op1"), house.enter("op2")
    assert house.end_sessions.others(first.staff.actor, first.token) == 1
    assert house.identify.session(second.token) is None
    assert house.identify.session(first.token) is not None
    assert house.identify.session(other.token) is not None
    with reading(house.engine) as connection:
        assert set(connection.scalars(select(known_devices.c.staff_id))) == {other.staff.id}


def test_an_administrator_ends_all_of_an_account(house: House) -> None:
    first, second = house.enter("op1"), house.enter("op1")
    assert house.end_sessions.of(house.actor("admin"), first.staff.id) == 2
    assert [house.identify.session(one.token) for one in (first, second)] == [None, None]


def test_idle_and_whole_life_are_those_of_the_settings(house: House) -> None:
    house.wire(SHORT)
    token = house.enter("op1").token
    house.clock.turn(timedelta(minutes=59))
    assert house.identify.session(token) is not None
    house.clock.turn(timedelta(minutes=60))
    assert house.identify.session(token) is None


def test_the_whole_life_ends_in_a_pause_and_not_in_the_middle_of_work(house: House) -> None:
    house.wire(SHORT)
    token, begun = house.enter("op1").token, house.clock.now()
    while house.identify.session(token) is not None:
        house.clock.turn(timedelta(minutes=10))
    # At work without a pause: past the four hours, and another idle time at most.
    assert SHORT.whole < house.clock.now() - begun <= SHORT.whole + SHORT.idle
    token, begun = house.enter("op1").token, house.clock.now()
    while house.clock.now() - begun < SHORT.whole - timedelta(minutes=10):
        house.clock.turn(timedelta(minutes=10))
        assert house.identify.session(token) is not None
    house.clock.turn(LAST_ACT + timedelta(minutes=1))
    assert house.identify.session(token) is None


def test_looking_whether_a_stream_may_go_on_prolongs_nothing(house: House) -> None:
    house.wire(SHORT)
    token = house.enter("op1").token
    for _ in range(5):
        house.clock.turn(timedelta(minutes=10))
        assert house.identify.still_open(None, token) is True
    house.clock.turn(timedelta(minutes=10))
    assert house.identify.still_open(None, token) is False
