"""A punctual worker conforms; one that was away deviates by step and seconds; who waited long is looked at again."""

from __future__ import annotations

from datetime import timedelta

import pytest
from sqlalchemy import Engine

from backend.adapters.db.audit_reading import AuditSqlReader
from backend.api import reviews
from backend.domain.alert.lifecycle import Verb
from backend.domain.escalation.targets import Level
from tests.harness.escalating import Escalating
from tests.harness.in_process import client


@pytest.fixture
def desk(database: Engine) -> Escalating:
    return Escalating(database)


def _close(desk: Escalating, alert_id: str) -> None:
    desk.do(Verb.ACCEPT, alert_id)
    desk.do(Verb.CLOSE, alert_id, outcome="helped_by_phone")
    desk.tick()


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
    desk.pass_time(310)
    desk.do(Verb.ACCEPT, alert_id)
    desk.do(Verb.CLOSE, alert_id, outcome="helped_by_phone")
    desk.tick()
    found = AuditSqlReader(desk.engine).verdict(alert_id)
    assert found is not None
    assert found == ("conforms", {"policy": "sos", "deviations": []})


def test_who_waited_for_more_than_three_minutes_is_looked_at_again(desk: Escalating) -> None:
    alert_id = desk.pressed()
    desk.pass_time(181)
    _close(desk, alert_id)
    assert set(_reasons(desk)) == {"nobody_reached", "accepted_late"}
    assert desk.kinds(alert_id).count("review_opened") == 2


def test_reviews_are_closed_with_what_was_found_and_the_verdict_is_said_in_words(desk: Escalating) -> None:
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
    address = f"/reviews/{alert_id}/deviated/close"
    assert api.post(address, json={"finding": "换班时无人看管"}).status_code == 204
    assert api.post(address, json={"finding": "again"}).status_code == 404
    assert api.get("/reviews").json()["items"] == []
    assert api.get("/reviews?state=closed").json()["items"][0]["finding"] == "换班时无人看管"
