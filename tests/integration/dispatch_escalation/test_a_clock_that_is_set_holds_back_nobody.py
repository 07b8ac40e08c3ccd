"""The clock is set a day back or ahead in the middle of an open alert: nobody waits for it to come back."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

import msgspec
import pytest
from sqlalchemy import Engine, select

from backend.adapters.db.alarm import alerts, commands
from backend.adapters.db.notices import notices
from backend.domain.alert.lifecycle import Verb
from backend.domain.escalation.targets import DutyRole, Level, TargetKind
from contract.times import format_time
from contract.vocabulary import Lane
from tests.fakes.cover import person
from tests.harness.escalating import Escalating

DAY = timedelta(days=1)


def _column(engine: Engine, column: Any) -> list[Any]:
    with engine.connect() as connection:
        return list(connection.scalars(select(column)))


@pytest.mark.parametrize("jump", [-DAY, DAY, -timedelta(minutes=10)])
def test_the_next_centre_is_called_in_time_whatever_the_clock_says(desk: Escalating, jump: timedelta) -> None:
    alert_id = desk.pressed()
    desk.pass_time(10)
    assert desk.desks(alert_id) == {"centre"}
    desk.clock.turn(jump)
    desk.pass_time(30)
    assert {"centre", "sibling", "town"} <= desk.desks(alert_id)


@pytest.mark.parametrize("jump", [-DAY, DAY])
def test_the_district_rings_on_in_its_rhythm(desk: Escalating, jump: timedelta) -> None:
    alert_id = desk.pressed()
    desk.pass_time(190)
    assert "nobody_reached" in desk.kinds(alert_id)
    desk.clock.turn(jump)
    desk.tick()
    before = desk.only().ring_seq
    desk.pass_time(360)
    assert 3 <= desk.only().ring_seq - before <= 4


def test_after_a_day_ahead_and_back_everything_goes_on(desk: Escalating) -> None:
    desk.cover.people[(TargetKind.RESPONDERS, Level.CENTRE)] = [person("陈师傅")]
    alert_id = desk.pressed()
    desk.pass_time(10)
    desk.clock.turn(DAY)
    desk.tick()
    desk.clock.turn(-DAY)
    desk.pass_time(5)
    now = desk.clock.now()
    assert desk.run(alert_id)["due_at"] <= now + timedelta(seconds=120)
    assert all(due <= now + timedelta(seconds=65) for due in _column(desk.engine, notices.c.due_at))
    assert all(end <= now + timedelta(minutes=31) for end in _column(desk.engine, notices.c.deadline_at))


def test_a_moment_that_somebody_asked_for_is_no_longer_after_the_clock_was_set_back(desk: Escalating) -> None:
    alert_id = desk.pressed()
    desk.tick()
    with desk.store.begin() as tx:
        tx.hold_run(desk.only().id, desk.clock.now() + timedelta(seconds=100))  # type: ignore[arg-type]
        tx.commit()
    desk.clock.turn(-DAY)
    desk.pass_time(40)
    assert "town" in desk.desks(alert_id)


def test_a_holder_who_is_silent_is_noticed_although_the_clock_was_set_back(desk: Escalating) -> None:
    alert_id = desk.pressed()
    desk.do(Verb.ACCEPT, alert_id)
    desk.clock.turn(-DAY)
    desk.pass_time(400)
    assert "lease_ran_out" in desk.kinds(alert_id)
    assert desk.only().waiting


def test_another_press_that_nobody_reacts_to_is_put_back_although_the_clock_was_set_back(desk: Escalating) -> None:
    alert_id = desk.pressed()
    desk.do(Verb.ACCEPT, alert_id)
    desk.again()
    assert _column(desk.engine, alerts.c.reaction_due_at) != [None]
    desk.clock.turn(-DAY)
    desk.pass_time(31)
    assert "requeued" in desk.kinds(alert_id)


def test_an_answer_leaves_although_the_clock_was_set_back(desk: Escalating) -> None:
    desk.do(Verb.ACCEPT, desk.pressed())
    desk.clock.turn(-DAY)
    desk.tick()
    waiting = desk.claim("gw1", Lane.EMERGENCY, 10)
    assert {command.args["stage"] for command in waiting} >= {"accepted"}
    assert all(due <= desk.clock.now() + timedelta(seconds=75) for due in _column(desk.engine, commands.c.due_at))


def test_a_press_that_a_gateway_says_comes_from_the_future_is_called_for_now(desk: Escalating) -> None:
    desk.enrol("T1")
    ahead = format_time(desk.clock.now() + DAY)
    desk.send(msgspec.structs.replace(desk.item("T1", desk.event("T1")), received_at=ahead))
    alert_id = desk.only().id
    desk.pass_time(31)
    assert {"centre", "sibling", "town"} <= desk.desks(alert_id)


def test_a_run_that_nothing_is_wrong_with_is_not_looked_at(desk: Escalating) -> None:
    desk.cover.people[(TargetKind.ON_DUTY, Level.CENTRE)] = [person("小王", DutyRole.OPERATOR)]
    alert_id = desk.pressed()
    desk.pass_time(5)
    version = desk.run(alert_id)["version"]
    desk.pass_time(20)
    assert desk.run(alert_id)["version"] == version


def test_a_step_that_was_hurried_is_not_taken_for_a_wrong_clock(desk: Escalating) -> None:
    """Nobody is left to answer, so the second step fires early; the third one still waits for its time."""
    desk.cover.desks = {level: (name, False) for level, (name, _) in desk.cover.desks.items()}
    desk.cover.people = {
        (TargetKind.ON_DUTY, Level.CENTRE): [person("小王", DutyRole.OPERATOR)],
        (TargetKind.ON_DUTY, Level.PARENT): [person("小李", DutyRole.OPERATOR)],
        (TargetKind.RESPONDERS, Level.CENTRE): [person("陈师傅")],
    }
    alert_id = desk.pressed()
    desk.tick()
    desk.settle(alert_id, "passed", "小王")
    desk.pass_time(40)
    assert desk.told(alert_id) == ["小王", "小李"]
    desk.pass_time(21)
    assert "陈师傅" in desk.told(alert_id)
