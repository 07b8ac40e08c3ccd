"""An escalation that fails: the district rings until a person takes it, the auditor sees it, and no other waits."""

from __future__ import annotations

import contextlib
from collections.abc import Callable, Iterator
from datetime import datetime, timedelta

import pytest
import structlog
from sqlalchemy import text, update
from sqlalchemy.exc import DataError, OperationalError

from backend.adapters.db.alarm import alerts
from backend.adapters.db.engine import writing
from backend.adapters.db.escalation import runs
from backend.domain.alert.lifecycle import Verb
from backend.domain.escalation.targets import DutyRole, Level, Reach, Target, TargetKind
from backend.services.escalation.ports import Scene
from contract.vocabulary import Severity
from tests.fakes.cover import person
from tests.harness.escalating import Escalating

Break = Callable[[str], None]


@pytest.fixture
def break_run(desk: Escalating) -> Iterator[Break]:
    """Makes each look at one alert fail where it matters most: when it asks whom to tell."""
    sound = desk.cover.reach

    def break_it(broken: str, error: Exception | None = None) -> None:
        def reach(target: Target, scene: Scene, at: datetime) -> Reach:
            if scene.alert_id == broken and target.level is not Level.DISTRICT:
                raise error or RuntimeError("something nobody has thought of")
            return sound(target, scene, at)

        desk.cover.reach = reach  # type: ignore[method-assign]

    yield break_it
    desk.cover.reach = sound  # type: ignore[method-assign]


def test_a_run_that_always_fails_rings_the_district_as_an_emergency_until_somebody_has_it(
    desk: Escalating, break_run: Break
) -> None:
    desk.cover.people[(TargetKind.ON_DUTY, Level.DISTRICT)] = [person("周主任", DutyRole.MANAGER)]
    alert_id = desk.pressed(type="care.leak.detected")
    break_run(alert_id)
    desk.tick()
    assert desk.desks(alert_id) == {"district"}
    assert desk.only().severity is Severity.EMERGENCY
    assert desk.only().waiting
    rung = desk.only().ring_seq
    for _ in range(3):
        desk.pass_time(120)
        assert desk.only().ring_seq == rung + 1
        rung += 1
    assert len(desk.told(alert_id, "desk_trouble")) == 4
    desk.do(Verb.ACCEPT, alert_id)
    desk.pass_time(240)
    assert desk.only().ring_seq == rung


def test_the_auditor_sees_a_run_that_always_fails(desk: Escalating, break_run: Break) -> None:
    alert_id = desk.pressed()
    break_run(alert_id)
    desk.pass_time(62)
    # It looks for runs whose time is past: this one's stays where it was, however often it is tried.
    assert desk.clock.now() - desk.run(alert_id)["due_at"] > timedelta(seconds=60)


def test_why_a_run_fails_is_said_once_and_that_it_works_again(desk: Escalating, break_run: Break) -> None:
    alert_id = desk.pressed()
    break_run(alert_id)
    with structlog.testing.capture_logs() as said:
        desk.pass_time(120)
        desk.cover.reach = type(desk.cover).reach.__get__(desk.cover)  # type: ignore[method-assign]
        desk.pass_time(11)
    about = [line for line in said if line.get("alert_id") == alert_id]
    assert [line["event"] for line in about] == ["run_failed", "run_works_again"]
    assert about[0]["reason"].startswith("RuntimeError at test_what_breaks_is_heard.py:")
    assert {"centre", "sibling", "town"} <= desk.desks(alert_id)


def test_a_row_that_cannot_be_read_holds_back_no_other_and_rings_the_district(desk: Escalating) -> None:
    broken = desk.pressed("T1")
    if desk.engine.dialect.name != "sqlite":
        spoil = text("UPDATE escalations SET began_at = '24:00' WHERE alert_id = :alert")
        with pytest.raises(DataError), writing(desk.engine) as connection:
            connection.execute(spoil, {"alert": broken})
        return  # PostgreSQL itself refuses what is no moment
    other = desk.pressed("T2")
    with writing(desk.engine) as connection:
        connection.exec_driver_sql("UPDATE escalations SET began_at = '24:00' WHERE alert_id = ?", (broken,))
        connection.commit()
    desk.tick()
    assert desk.desks(other) == {"centre"}
    assert desk.desks(broken) == {"district"}


@pytest.mark.parametrize(
    ("table", "values"),
    [
        (runs, {"state": "newer", "trouble": "newer"}),
        (alerts, {"severity": "dire", "condition": "odd", "handling": "pondered", "flags": ["late", "odd"]}),
    ],
)
def test_a_word_that_this_version_does_not_know_is_taken_for_the_worst(
    desk: Escalating, table: object, values: dict[str, object]
) -> None:
    alert_id = desk.pressed()
    key = runs.c.alert_id if table is runs else alerts.c.id
    with writing(desk.engine) as connection:
        connection.execute(update(table).where(key == alert_id).values(**values))  # type: ignore[arg-type]
        connection.commit()
    desk.tick()
    assert desk.desks(alert_id) == {"centre"}
    assert desk.only().severity is Severity.EMERGENCY
    desk.do(Verb.ACCEPT, alert_id)


def test_storage_that_fails_for_one_alert_takes_nothing_from_the_others(desk: Escalating, break_run: Break) -> None:
    """As a statement timeout on PostgreSQL: what the others were told stays told, and nobody is alarmed for nothing."""
    first = desk.pressed("T1")
    break_run(first, OperationalError("SELECT", None, TimeoutError("statement timeout")))  # type: ignore[call-arg]
    others = [desk.pressed(f"T{number}") for number in (2, 3)]
    desk.tick()
    assert [desk.desks(each) for each in others] == [{"centre"}, {"centre"}]
    assert desk.desks(first) == set()
    desk.cover.reach = type(desk.cover).reach.__get__(desk.cover)  # type: ignore[method-assign]
    desk.pass_time(2)
    assert desk.desks(first) == {"centre"}


def test_two_alerts_that_storage_never_serves_starve_no_other(desk: Escalating, break_run: Break) -> None:
    """Two in a row look like a database that is away; a second later they are the first in the queue again."""
    sound = desk.cover.reach

    def reach(target: Target, scene: Scene, at: datetime) -> Reach:
        if scene.alert_id in broken:
            desk.clock.turn(timedelta(seconds=5))  # the lock that it waits for
            raise OperationalError("SELECT", None, TimeoutError("lock timeout"))  # type: ignore[call-arg]
        return sound(target, scene, at)

    broken = [desk.pressed(f"T{number}") for number in (1, 2)]
    desk.clock.turn(timedelta(seconds=1))
    other = desk.pressed("T3")
    desk.cover.reach = reach  # type: ignore[method-assign]
    for _ in range(6):
        with contextlib.suppress(OperationalError):
            desk.tick()
        desk.clock.turn(timedelta(seconds=1))
    assert "centre" in desk.desks(other)


def test_one_person_is_told_once_by_a_worker_that_was_away(desk: Escalating) -> None:
    desk.cover.people[(TargetKind.RESPONDERS, Level.CENTRE)] = [person("陈师傅")]
    desk.cover.people[(TargetKind.CONTACTS, Level.CENTRE)] = [person("女儿")]
    desk.cover.people[(TargetKind.ON_DUTY, Level.DISTRICT)] = [person("女儿", DutyRole.OPERATOR)]
    alert_id = desk.pressed()
    desk.clock.turn(timedelta(minutes=10))
    desk.tick()
    assert sorted(desk.told(alert_id)) == ["女儿", "陈师傅"]
    missed = [entry for entry in desk.detail(alert_id).timeline if entry.reason == "missed"]
    assert [entry.detail["step"] for entry in missed] == [1, 2, 3, 4, 3]
    desk.pass_time(119)
    assert len(desk.told(alert_id)) == 2
