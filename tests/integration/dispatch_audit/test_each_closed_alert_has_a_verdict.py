"""A punctual worker conforms; one that was away deviates by step and seconds; who waited long is looked at again."""

from __future__ import annotations

from datetime import timedelta

import pytest
from sqlalchemy import Engine, update

from backend.adapters.db.audit_reading import AuditSqlReader
from backend.adapters.db.engine import writing
from backend.adapters.db.escalation import runs
from backend.api import reviews
from backend.domain.alert.lifecycle import Verb
from backend.domain.alert.model import Entry, EntryKind
from backend.domain.alert.notable import heard
from backend.domain.escalation.targets import Level
from backend.services.alarm.apply import apply
from tests.harness.alarm import WANG
from tests.harness.escalating import CHEN, Escalating
from tests.harness.in_process import client


@pytest.fixture
def desk(database: Engine) -> Escalating:
    return Escalating(database)


def _close(desk: Escalating, alert_id: str, spoken: bool = True) -> None:
    desk.do(Verb.ACCEPT, alert_id)
    if spoken:
        _speak(desk, alert_id)
    desk.do(Verb.CLOSE, alert_id, outcome="helped_by_phone")
    desk.tick()


def _speak(desk: Escalating, alert_id: str) -> None:
    with desk.store.begin() as tx:
        alert = tx.alert(alert_id)
        assert alert is not None
        apply(tx, heard(alert, WANG, "call", desk.clock.now()), (), desk.clock.now())
        tx.commit()


def _reasons(desk: Escalating) -> list[str]:
    return [row["reason"] for row in AuditSqlReader(desk.engine).reviews(True, 100)]


def test_an_alert_that_was_taken_in_time_conforms_and_needs_no_review(desk: Escalating) -> None:
    alert_id = desk.pressed()
    desk.pass_time(45)
    _close(desk, alert_id)
    found = AuditSqlReader(desk.engine).verdict(alert_id)
    assert found is not None
    assert found[0] == "conforms"
    assert _reasons(desk) == []


@pytest.mark.parametrize("away", [7, 41])
def test_a_worker_that_was_away_is_named_with_its_step_and_seconds(desk: Escalating, away: int) -> None:
    alert_id = desk.pressed()
    desk.pass_time(29)
    desk.clock.turn(timedelta(seconds=1 + away))
    desk.tick()
    _close(desk, alert_id)
    found = AuditSqlReader(desk.engine).verdict(alert_id)
    assert found is not None
    assert found[0] == "deviated"
    assert found[1]["deviations"][0] == {"step": 2, "round": 0, "late_seconds": away, "fired": True}
    assert _reasons(desk) == ["deviated"]


def test_skipped_held_and_resumed_steps_conform(desk: Escalating) -> None:
    desk.cover.desks[Level.CENTRE] = ("centre", False)
    alert_id = desk.pressed()
    desk.pass_time(20)
    desk.do(Verb.ACCEPT, alert_id)
    _speak(desk, alert_id)
    for seconds in (200, 100, 5):  # warned, over, somebody is told again
        desk.clock.turn(timedelta(seconds=seconds))
        desk.tick()
    assert "resumed" in desk.kinds(alert_id)
    desk.do(Verb.ACCEPT, alert_id)
    desk.do(Verb.CLOSE, alert_id, outcome="helped_by_phone")
    desk.tick()
    found = AuditSqlReader(desk.engine).verdict(alert_id)
    assert found is not None
    assert found == ("conforms", {"policy": "sos", "deviations": []})


@pytest.mark.parametrize("moved", [41, 7])
def test_a_run_that_was_moved_is_held_against_its_policy_and_not_against_what_it_wrote_down(
    desk: Escalating, moved: int
) -> None:
    alert_id = desk.pressed()
    desk.pass_time(40)
    began = desk.run(alert_id)["began_at"] + timedelta(seconds=moved)
    with writing(desk.engine) as connection:
        connection.execute(update(runs).values(began_at=began, due_at=began + timedelta(seconds=60)))
        connection.commit()
    desk.pass_time(60 + moved - 40)
    _close(desk, alert_id)
    found = AuditSqlReader(desk.engine).verdict(alert_id)
    assert found is not None
    assert found[0] == "deviated"
    assert {"step": 3, "round": 0, "late_seconds": moved, "fired": True} in found[1]["deviations"]


def test_a_step_that_was_left_out_is_named(desk: Escalating) -> None:
    alert_id = desk.pressed()
    desk.pass_time(20)
    with writing(desk.engine) as connection:
        connection.execute(update(runs).values(step=2, due_at=desk.clock.now() + timedelta(seconds=40)))
        connection.commit()
    desk.pass_time(41)
    _close(desk, alert_id)
    found = AuditSqlReader(desk.engine).verdict(alert_id)
    assert found is not None
    assert found[1]["deviations"] == [{"step": 2, "round": 0, "late_seconds": 30, "fired": False}]


def test_a_moment_that_a_person_asked_for_is_no_deviation(desk: Escalating) -> None:
    alert_id = desk.pressed()
    desk.pass_time(20)
    until = desk.clock.now() + timedelta(seconds=60)
    with desk.store.begin() as tx:
        alert = tx.alert(alert_id)
        assert alert is not None
        tx.hold_run(alert.id, until)
        held = Entry(EntryKind.HELD, CHEN, desk.clock.now(), "link", "", {"until": until.isoformat()})
        tx.add_entries(alert.id, [held])
        tx.commit()
    desk.pass_time(70)
    assert "resumed" in desk.kinds(alert_id)
    _close(desk, alert_id)
    assert AuditSqlReader(desk.engine).verdict(alert_id) == ("conforms", {"policy": "sos", "deviations": []})


def test_an_sos_that_was_closed_without_a_voice_is_looked_at_again(desk: Escalating) -> None:
    silent, urgent = desk.pressed("T1"), desk.pressed("T2", type="care.family.pressed")
    desk.pass_time(20)
    _close(desk, silent, spoken=False)
    _close(desk, urgent, spoken=False)
    assert _reasons(desk) == ["no_voice"]


def test_the_verdict_on_an_alert_that_is_not_there_is_not_found(desk: Escalating) -> None:
    api = client([reviews.router(reviews.ReviewCalls(AuditSqlReader(desk.engine), desk.clock.now))])
    assert api.get("/alerts/nowhere/verdict").status_code == 404


def test_who_waited_for_more_than_three_minutes_is_looked_at_again(desk: Escalating) -> None:
    alert_id = desk.pressed()
    desk.pass_time(181)
    _close(desk, alert_id)
    assert set(_reasons(desk)) == {"nobody_reached", "accepted_late", "voice_late"}
    assert desk.kinds(alert_id).count("review_opened") == 3


def test_the_verdict_is_said_in_words(desk: Escalating) -> None:
    alert_id = desk.pressed()
    desk.pass_time(29)
    desk.clock.turn(timedelta(seconds=42))
    desk.tick()
    api = client([reviews.router(reviews.ReviewCalls(AuditSqlReader(desk.engine), desk.clock.now))])
    assert api.get(f"/alerts/{alert_id}/verdict").json()["verdict"] == "open"
    _close(desk, alert_id)
    said = api.get(f"/alerts/{alert_id}/verdict").json()["words"]
    assert said["en"].startswith("deviated at step 2: 41 s late")
    assert said["zh-CN"].startswith("第 2 步晚了 41 秒")
    (open_one,) = api.get("/reviews").json()["items"]
    assert open_one["label"]["zh-CN"] == "未按策略执行"
