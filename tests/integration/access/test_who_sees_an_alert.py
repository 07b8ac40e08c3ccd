"""Where an alert opens: at its own desk, where it was offered until a day after the end, at the district's always."""

from __future__ import annotations

import json
from datetime import timedelta
from typing import Any

import pytest
from sqlalchemy import insert, select
from starlette.testclient import TestClient

from backend.adapters.clock import SystemClock
from backend.adapters.db.alarm import alerts
from backend.adapters.db.audit_log import audit_log, audit_pending
from backend.adapters.db.engine import reading, writing
from backend.domain.access.roles import StaffRole
from backend.domain.access.subjects import Kind
from tests.harness.backend import Platform
from tests.harness.clock import wait_until
from tests.harness.two_towns import HERE, THERE, TOWNS, alert_row, cookie_of, filled, id_of, offer, staff_id


def put(platform: Platform, id_: str, town: str | None, offered: str | None = None, **more: Any) -> None:
    now = SystemClock().now()
    with writing(platform.backend.engine) as connection:
        row = alert_row(id_, town, now, **{"device_id": f"d-{id_}", **more})
        connection.execute(insert(alerts).values(filled(alerts, row, now)))
        if offered is not None:
            offer(connection, id_, offered, now)
        connection.commit()


def status(client: TestClient, role: StaffRole, town: str, id_: str) -> int:
    return client.get(f"/api/v1/alerts/{id_}", headers=cookie_of(role, town)).status_code


def listed(client: TestClient, role: StaffRole, town: str, **query: str) -> set[str]:
    answer = client.get("/api/v1/alerts", params=query, headers=cookie_of(role, town)).json()
    assert answer["total"] == len(answer["items"])
    return {one["id"] for one in answer["items"]}


@pytest.mark.parametrize(
    ("id_", "fields"),
    [
        ("of-nobody", {"organisation_id": None, "home_id": None}),
        ("of-a-stranger", {"organisation_id": None, "home_id": None, "unknown_device": True}),
        ("of-who-is-gone", {"organisation_id": "taken-out-of-the-tree"}),
    ],
)
def test_the_district_desk_sees_every_alert(
    platform: Platform, client: TestClient, id_: str, fields: dict[str, Any]
) -> None:
    put(platform, id_, HERE, **fields)
    assert id_ in listed(client, StaffRole.OPERATOR, "")
    assert id_ in listed(client, StaffRole.OPERATOR, "", desk="district")
    assert status(client, StaffRole.OPERATOR, "", id_) == 200
    assert id_ not in listed(client, StaffRole.OPERATOR, THERE)


def test_an_alert_that_nobody_was_responsible_for_is_seen_at_the_home_s_centre(
    platform: Platform, client: TestClient
) -> None:
    put(platform, "home-only", HERE, organisation_id=None)
    assert status(client, StaffRole.OPERATOR, HERE, "home-only") == 200
    assert status(client, StaffRole.OPERATOR, THERE, "home-only") == 404


def test_an_offered_alert_opens_there_until_a_day_after_the_end_and_is_on_record(
    platform: Platform, client: TestClient
) -> None:
    now = SystemClock().now()
    put(platform, "offered", HERE, THERE)
    put(platform, "just-over", HERE, THERE, handling="closed", closed_at=now - timedelta(hours=23))
    put(platform, "long-over", HERE, THERE, handling="closed", closed_at=now - timedelta(hours=25))
    there = [status(client, StaffRole.OPERATOR, THERE, id_) for id_ in ("offered", "just-over", "long-over")]
    assert there == [200, 200, 404]
    assert "offered" in listed(client, StaffRole.OPERATOR, THERE)
    assert not {"long-over"} & listed(client, StaffRole.OPERATOR, THERE, state="closed")
    assert status(client, StaffRole.OPERATOR, HERE, "long-over") == 200

    def lent() -> bool:
        with reading(platform.backend.engine) as connection:
            rows = connection.execute(select(audit_pending)).mappings().all()
        return any("offered" in str(dict(row)) and "lent" in str(dict(row)) for row in rows)

    wait_until(lent, "the look is in the audit log", 30)


def test_a_responder_sees_only_what_they_were_asked_to_do(client: TestClient) -> None:
    own = id_of(Kind.ALERT, HERE)
    assert listed(client, StaffRole.RESPONDER, HERE) == {own}
    shown = client.get(f"/api/v1/alerts/{own}/assignments", headers=cookie_of(StaffRole.RESPONDER, HERE)).json()
    assert [one["recipient_id"] for one in shown["items"]] == [id_of(Kind.PERSON, HERE)]
    assert status(client, StaffRole.RESPONDER, HERE, f"{HERE}-closed") == 404


def test_illnesses_are_not_for_technicians(client: TestClient) -> None:
    url = f"/api/v1/alerts/{id_of(Kind.ALERT, HERE)}"
    for role, shown in ((StaffRole.OPERATOR, True), (StaffRole.TECHNICIAN, False)):
        text = client.get(url, headers=cookie_of(role, HERE)).text
        assert ("heart" in text, "pills" in text) == (shown, shown)


def test_an_auditor_of_a_town_reads_what_its_own_staff_have_done(platform: Platform, client: TestClient) -> None:
    now = SystemClock().now()
    with writing(platform.backend.engine) as connection:
        for position, town in enumerate(TOWNS, start=1):
            body = {"at": now.isoformat(), "actor": {"kind": "staff", "id": town}, "action": "GET", "subject": town}
            who = staff_id(StaffRole.OPERATOR, town)
            row = {"position": position, "actor_id": who, "body": json.dumps({**body, "detail": {}})}
            connection.execute(insert(audit_log).values(filled(audit_log, row, now)))
        connection.commit()
    answer = client.get("/api/v1/audit-log", headers=cookie_of(StaffRole.AUDITOR, HERE))
    assert [one["subject"] for one in answer.json()["items"]] == [HERE]
    whole = client.get("/api/v1/audit-log", headers=cookie_of(StaffRole.AUDITOR, ""))
    assert [one["subject"] for one in whole.json()["items"]] == [THERE, HERE]
