"""Each matter is agreed to by itself; a guardian proves that they may; what is taken back is blanked at once."""

from __future__ import annotations

import io
import json
import zipfile
from collections.abc import Iterator
from datetime import timedelta

import pytest
from sqlalchemy import Engine, select, update
from starlette.testclient import TestClient

from backend.adapters.db.audit_log import audit_pending
from backend.adapters.db.engine import reading, writing
from backend.adapters.db.privacy_consents import ConsentSqlStore
from backend.adapters.db.privacy_erasure import ErasureSqlStore
from backend.adapters.db.privacy_reading import PersonSqlReader
from backend.adapters.db.registry import residents
from backend.api import privacy
from backend.services.privacy.consents import Consents
from backend.services.privacy.erase import EraseResident
from backend.services.privacy.export import ExportResident
from contract.times import format_time
from tests.harness.alarm import Alarm
from tests.harness.in_process import client

GUARDIAN = {"giver": "guardian", "guardian": "林志强", "relation": "儿子", "document": "公证书 2026-118"}


@pytest.fixture
def alarm(database: Engine) -> Alarm:
    alarm = Alarm(database)
    alarm.enrol("T1")
    with writing(database) as connection:
        connection.execute(update(residents).values(conditions="高血压", medicines="氨氯地平"))
        connection.commit()
    return alarm


@pytest.fixture
def office(alarm: Alarm) -> Iterator[TestClient]:
    engine, clock = alarm.engine, alarm.clock
    calls = privacy.PersonCalls(
        Consents(ConsentSqlStore(engine), clock),
        EraseResident(ErasureSqlStore(engine), clock),
        ExportResident(PersonSqlReader(engine), lambda _: iter((b"{}\n",))),
    )
    with client([privacy.router(calls)]) as office:
        yield office


def person(alarm: Alarm) -> tuple[str | None, str | None]:
    with reading(alarm.engine) as connection:
        row = connection.execute(select(residents)).one()
    return row.conditions, row.medicines


def test_given_taken_back_and_on_record(alarm: Alarm, office: TestClient) -> None:
    address = "/residents/r-T1/consents"
    assert office.get(address).json() == {"in_force": [], "history": []}
    given = {"matter": "health_data", "agreed": True, "giver": "resident"}
    assert office.post(address, json=given).status_code == 201
    assert person(alarm) == ("高血压", "氨氯地平")
    alarm.clock.turn(timedelta(days=1))
    office.post(address, json={"matter": "recording", "agreed": True, **GUARDIAN})
    answer = office.post(address, json={**given, "agreed": False}).json()
    assert [(row["matter"], row["agreed"]) for row in answer["in_force"]] == [
        ("health_data", False),
        ("recording", True),
    ]
    assert len(answer["history"]) == 3
    assert person(alarm) == (None, None)
    with reading(alarm.engine) as connection:
        actions = list(connection.scalars(select(audit_pending.c.action)))
    assert actions == ["consent_taken_down"] * 3


@pytest.mark.parametrize("missing", ["guardian", "relation", "document"])
def test_a_guardian_proves_that_they_may(office: TestClient, missing: str) -> None:
    body = {"matter": "recording", "agreed": True, **GUARDIAN}
    del body[missing]
    refused = office.post("/residents/r-T1/consents", json=body)
    assert (refused.status_code, refused.json()["code"]) == (422, "needs_guardian")
    assert office.get("/residents/r-T1/consents").json()["history"] == []


def test_nobody_has_agreed_tomorrow(alarm: Alarm, office: TestClient) -> None:
    tomorrow = format_time(alarm.clock.now() + timedelta(days=1))
    body = {"matter": "recording", "agreed": True, "giver": "resident", "at": tomorrow}
    assert office.post("/residents/r-T1/consents", json=body).json()["code"] == "from_the_future"


def test_over_http_a_copy_and_a_refusal(office: TestClient) -> None:
    copy = office.get("/residents/r-T1/export")
    assert copy.headers["content-type"] == "application/zip"
    with zipfile.ZipFile(io.BytesIO(copy.content)) as packed:
        assert json.loads(packed.read("records.json"))["resident_id"] == "r-T1"
    assert office.post("/residents/r-T1/erase", json={"confirm": True}).json()["code"] == "still_served"
    assert office.post("/residents/r-T1/erase", json={}).status_code == 422
    for call in (office.get("/residents/x/export"), office.get("/residents/x/consents")):
        assert call.status_code == 404
    assert office.post("/residents/x/erase", json={"confirm": True}).status_code == 404
