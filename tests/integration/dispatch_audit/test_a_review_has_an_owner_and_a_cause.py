"""Who waits is on the list while they wait; somebody takes it; without a cause nothing is closed."""

from __future__ import annotations

from datetime import timedelta

import pytest
from sqlalchemy import Engine
from starlette.testclient import TestClient

from backend.adapters.db.audit_reading import AuditSqlReader
from backend.api import reviews
from backend.domain.alert.lifecycle import Verb
from backend.services.identity.actor import StaffRole
from tests.harness.audited import Audited
from tests.harness.in_process import client


@pytest.fixture
def desk(database: Engine) -> Audited:
    return Audited(database)


def _api(desk: Audited, role: StaffRole = StaffRole.MANAGER) -> TestClient:
    return client([reviews.router(reviews.ReviewCalls(AuditSqlReader(desk.engine), desk.clock.now))], role)


def _waiting(desk: Audited) -> str:
    """An SOS that nobody has accepted for three minutes."""
    desk.cover.people = {}
    alert_id = desk.pressed()
    _later(desk, 181)
    desk.audit()
    return alert_id


def _later(desk: Audited, seconds: int) -> None:
    """Nobody looked meanwhile: quicker than second by second, and no less true here."""
    desk.clock.turn(timedelta(seconds=seconds))
    desk.tick()


def test_an_sos_that_nobody_has_after_180_seconds_is_on_the_list_while_it_waits(desk: Audited) -> None:
    desk.cover.people = {}
    alert_id = desk.pressed("T1")
    desk.pressed("T2", type="care.battery.low")
    _later(desk, 179)
    desk.audit()
    assert _api(desk).get("/reviews").json()["items"] == []
    _later(desk, 2)
    desk.audit()
    found = {(item["alert_id"], item["reason"]) for item in _api(desk).get("/reviews").json()["items"]}
    assert found == {(alert_id, "accepted_late"), (alert_id, "voice_late")}
    desk.audit()
    assert desk.kinds(alert_id).count("review_opened") == 2


def test_what_nobody_has_to_accept_is_on_no_list(desk: Audited) -> None:
    desk.pressed("T1", type="care.service.pressed")
    taken = desk.pressed("T2", type="care.family.pressed")
    desk.do(Verb.ACCEPT, taken)
    _later(desk, 180)
    desk.audit()
    assert _api(desk).get("/reviews").json()["items"] == []


def test_somebody_takes_it_and_closes_it_with_a_cause(desk: Audited) -> None:
    alert_id = _waiting(desk)
    api, address = _api(desk), f"/reviews/{alert_id}/accepted_late"
    assert api.post(f"{address}/take").status_code == 204
    item = next(each for each in api.get("/reviews").json()["items"] if each["reason"] == "accepted_late")
    assert (item["state"], item["owner_id"], item["owner_name"]) == ("taken", "manager-1", "manager")
    assert item["label"]["en"] == "Not accepted within 180 s"
    assert api.put(address, json={"finding": "只有一人值班"}).status_code == 204
    assert api.post(f"{address}/close", json={"finding": "只有一人值班"}).status_code == 422
    assert api.post(f"{address}/close", json={"cause": "nonsense"}).status_code == 422
    assert api.post(f"{address}/close", json={"cause": "other"}).status_code == 422
    said = {"cause": "desk_busy", "measures": "晚班加一人"}
    assert api.post(f"{address}/close", json=said).status_code == 204
    (closed,) = api.get("/reviews?state=closed").json()["items"]
    assert (closed["cause"], closed["measures"], closed["finding"]) == ("desk_busy", "晚班加一人", "只有一人值班")
    assert closed["cause_label"]["en"] == "Everybody at the desk was busy"
    assert closed["closed_by"] == "manager"


def test_a_closed_review_says_what_it_said(desk: Audited) -> None:
    alert_id = _waiting(desk)
    api, address = _api(desk), f"/reviews/{alert_id}/accepted_late"
    assert api.post(f"{address}/close", json={"cause": "desk_busy"}).status_code == 204
    again = api.post(f"{address}/close", json={"cause": "platform"})
    assert (again.status_code, again.json()["code"]) == (409, "review_closed")
    assert api.post(f"{address}/take").status_code == 409
    assert api.post("/reviews/nowhere/accepted_late/take").status_code == 404


def test_an_operator_reads_reviews_and_changes_none(desk: Audited) -> None:
    alert_id = _waiting(desk)
    api = _api(desk, StaffRole.OPERATOR)
    assert len(api.get("/reviews").json()["items"]) >= 2
    assert api.post(f"/reviews/{alert_id}/accepted_late/take").status_code == 403


def test_every_cause_is_offered_in_both_languages(desk: Audited) -> None:
    for item in _api(desk).get("/review-causes").json()["items"]:
        assert item["label"]["zh-CN"] != item["label"]["en"]
