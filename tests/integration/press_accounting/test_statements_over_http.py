"""Statements and a device's presses as the desk and the technician read them."""

from __future__ import annotations

from datetime import timedelta

import pytest
from starlette.testclient import TestClient

from backend.api.statements import StatementCalls, router
from backend.services.identity.actor import StaffRole
from tests.harness.accounting import Books
from tests.harness.in_process import client


@pytest.fixture
def desk(books: Books) -> TestClient:
    return client([router(StatementCalls(books.statement, books.presses))], StaffRole.TECHNICIAN)


def test_a_statement_shows_sent_received_answered_lost(books: Books, desk: TestClient) -> None:
    books.alarm.enrol("T1")
    books.confirm(books.press("T1", 1))
    books.press("T1", 4)
    books.press("T2", 1)
    shown = desk.get("/statements?day=2026-11-24").json()
    assert (shown["state"], shown["total"], shown["district"]["hash"]) == ("provisional", 2, None)
    assert {name: shown["district"]["sos"][name] for name in ("sent", "received", "answered", "lost")} == {
        "sent": 5,
        "received": 3,
        "answered": 1,
        "lost": 2,
    }
    books.alarm.clock.turn(timedelta(hours=13))
    books.state_all()
    stated = desk.get("/statements?day=2026-11-24&lost=true").json()
    assert [line["device_id"] for line in stated["items"]] == ["T1"]
    assert (stated["state"], stated["total"]) == ("stated", 1)
    assert stated["district"]["hash"] == books.proof().tip
    page = desk.get("/statements?day=2026-11-24&limit=1&offset=1").json()
    assert ([line["device_id"] for line in page["items"]], page["total"]) == (["T2"], 2)


def test_a_devices_presses(books: Books, desk: TestClient) -> None:
    books.alarm.enrol("T1")
    item = books.item("T1", 1)
    books.alarm.send(item, item)
    books.press("T1", 4)
    books.press("T1", 3)
    shown = desk.get("/devices/T1/presses").json()
    assert (shown["sos"]["sent"], shown["sos"]["received"], shown["sos"]["missing"], shown["sos"]["found"]) == (
        4,
        3,
        1,
        1,
    )
    assert shown["missing_presses"] == [{"boot": None, "numbers": "2", "count": 1}]
    assert shown["missing_events"] == [{"boot": 1, "numbers": "2", "count": 1}]
    assert (shown["stored"], shown["duplicated"], shown["late"]) == (3, 1, 0)
    kinds = {finding["kind"]: finding for finding in shown["findings"]}
    missing = books.missing()
    assert missing is not None
    assert (kinds["sos_gap"]["alert_id"], kinds["sos_gap"]["count"]) == (missing.id, 2)
    assert kinds["seq_gap"]["label"]["en"] == "Events missing"


def test_a_device_that_sent_nothing_yet(books: Books, desk: TestClient) -> None:
    books.alarm.enrol("T1")
    shown = desk.get("/devices/T1/presses").json()
    assert (shown["sos"]["sent"], shown["stored"], shown["findings"]) == (0, 0, [])
    assert desk.get("/devices/nobody/presses").status_code == 404


@pytest.mark.parametrize(
    "query", ["day=2026-11-25", "day=9999-12-31", "day=0001-01-01", "day=soon", "", "day=2026-11-24&limit=0"]
)
def test_what_is_no_day_is_refused(desk: TestClient, query: str) -> None:
    assert desk.get(f"/statements?{query}").status_code == 422


def test_a_day_long_before_is_empty(desk: TestClient) -> None:
    answer = desk.get("/statements?day=2020-02-29")
    assert (answer.status_code, answer.json()["items"]) == (200, [])
