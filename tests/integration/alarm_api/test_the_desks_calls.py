"""What the console and a gateway hear over HTTP: each step, each refusal with its reason, in the caller's language."""

from __future__ import annotations

import threading
from typing import Any

import httpx2
import pytest

from contract.topics import answer_id


def _alert(running: Any, device_id: str | None = None) -> str:
    answer = running.press(device_id or running.device(), "e1")
    return str(answer["outcomes"][0]["alert_id"])


def test_a_step_reaches_a_waiting_gateway_at_once(running: Any) -> None:
    device_id = running.device()
    alert_id = _alert(running, device_id)
    heard: list[dict[str, Any]] = []
    poll = threading.Thread(target=lambda: heard.extend(running.claim(20.0)), name="claim")
    poll.start()
    detail = running.desk("op1").do(alert_id, "accept")
    poll.join(15)
    assert [command["args"]["stage"] for command in heard] == ["accepted"]
    assert heard[0]["id"] == answer_id(device_id, "e1", "accepted")
    assert detail["handling"] == "accepted"
    assert "close" in detail["allowed"]


def test_a_poll_without_commands_ends_empty(running: Any) -> None:
    while running.claim(0.0):
        pass
    assert running.claim(0.1) == []


def test_the_second_operator_is_told_who_has_it_and_since_when(running: Any) -> None:
    alert_id = _alert(running)
    first, second = running.desk("op1"), running.desk("op2")
    taken = first.do(alert_id, "accept")
    refused = second.act(alert_id, "accept")
    problem = refused.json()
    assert refused.status_code == 409
    assert problem["code"] == "already_accepted"
    assert problem["holder"] == {"id": first.staff["id"], "name": first.staff["name"]}
    assert problem["since"] == taken["accepted_at"]
    assert first.staff["name"] in problem["title"]


def test_the_same_key_closes_once(running: Any) -> None:
    alert_id = _alert(running)
    desk = running.desk("op1")
    desk.do(alert_id, "accept")
    for _ in range(2):
        answer = desk.act(alert_id, "close", key="k-close", outcome="helped_by_phone", note="已通话")
        assert answer.status_code == 200
        assert answer.json()["handling"] == "closed"
    assert [entry["kind"] for entry in desk.alert(alert_id)["timeline"]].count("closed") == 1
    assert alert_id not in [alert["id"] for alert in desk.alerts("open")]
    assert desk.alerts("closed")[0]["id"] == alert_id
    other = desk.act(alert_id, "notes", key="k-close", text="x")
    assert (other.status_code, other.json()["code"]) == (422, "idempotency_key_reused")


@pytest.mark.parametrize(
    ("verb", "body", "status", "code"),
    [
        ("close", {"outcome": "helped_by_phone"}, 409, "illegal_transition"),
        ("en-route", {"eta_minutes": 0}, 422, "invalid"),
        ("en-route", {"eta_minutes": 601}, 422, "invalid"),
        ("en-route", {"eta_minutes": "8"}, 422, "invalid"),
        ("en-route", {}, 422, "invalid"),
        ("dispatch", {"responder": "  "}, 422, "invalid"),
        ("notes", {"text": "a\x00b"}, 422, "invalid"),
        ("notes", {"text": "x" * 2001}, 422, "invalid"),
        ("notes", {"text": "x", "more": 1}, 422, "invalid"),
    ],
)
def test_what_does_not_go_is_refused_with_its_reason(
    running: Any, verb: str, body: dict[str, Any], status: int, code: str
) -> None:
    alert_id = _alert(running)
    answer = running.desk("op1").act(alert_id, verb, **body)
    assert (answer.status_code, answer.json()["code"]) == (status, code)
    assert answer.headers["content-type"] == "application/problem+json"
    assert running.desk("op1").alert(alert_id)["version"] == 1


def test_an_unanswered_sos_needs_who_saw_the_person(running: Any) -> None:
    alert_id = _alert(running)
    desk = running.desk("op1")
    desk.do(alert_id, "accept")
    refused = desk.act(alert_id, "close", outcome="no_answer")
    assert (refused.status_code, refused.json()["code"]) == (422, "needs_seen_by")
    unknown = desk.act(alert_id, "close", outcome="whatever")
    assert (unknown.status_code, unknown.json()["code"]) == (422, "unknown_outcome")
    assert "helped_by_phone" in unknown.json()["outcomes"]
    assert desk.act(alert_id, "close", outcome="no_answer", seen_by="村医 周明").status_code == 200


def test_technicians_and_programs_do_not_answer_alarms(running: Any) -> None:
    alert_id = _alert(running)
    technician = running.desk("tech")
    assert technician.act(alert_id, "accept").status_code == 403
    assert technician.alert(alert_id)["handling"] == "new"
    program = httpx2.post(f"{running.backend.url}/api/v1/alerts/{alert_id}/accept", headers=running.gateway.headers)
    assert program.status_code == 403
    assert httpx2.get(f"{running.backend.url}/api/v1/alerts").status_code == 401


def test_no_alert_of_that_id(running: Any) -> None:
    answer = running.desk("op1").act("nothing", "accept")
    assert (answer.status_code, answer.json()["code"]) == (404, "not_found")


@pytest.mark.parametrize(
    "body",
    [b"", b"{", b"[]", b'{"gateway":"gw1"}', b'{"gateway":"gw1","items":[{"device_id":1}]}', b"\xff\xfe"],
)
def test_a_batch_that_cannot_be_read_stores_nothing_and_says_why(running: Any, body: bytes) -> None:
    answer = running.gateway.post("/events", content=body)
    assert (answer.status_code, answer.json()["code"]) == (422, "unreadable_batch")


def test_too_many_items_are_refused_as_a_whole(running: Any) -> None:
    item = {"device_id": "BATCH", "received_at": "2026-11-24T03:12:45.000Z", "event": {}}
    answer = running.hand_over(*[item] * 501)
    assert (answer.status_code, answer.json()["code"]) == (422, "unreadable_batch")
    assert not running.desk("op1").alerts_of("BATCH")


def test_the_vocabulary_names_everything_in_both_languages(running: Any) -> None:
    answer = running.desk("op1")._get("/vocabulary")
    for terms in answer.values():
        assert all(term["label"]["zh-CN"] and term["label"]["en"] for term in terms)
    assert {term["code"] for term in answer["outcomes"] if term["needs_seen_by"]} == {"no_answer", "deceased"}
