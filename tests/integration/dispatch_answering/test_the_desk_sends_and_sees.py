"""What a desk does with answers: sends somebody, sees who is where, writes down what is said, finds keys."""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Iterator

import pytest
from fastapi import APIRouter, FastAPI, Request, Response
from sqlalchemy import select, update
from starlette.testclient import TestClient

from backend.adapters.db.notices import notices
from backend.adapters.db.people import people
from backend.adapters.db.registry import homes
from backend.api.problems import install
from backend.domain.access.sight import WHOLE
from backend.domain.alert.lifecycle import Verb
from backend.domain.answering.model import StepKind
from backend.services.identity.actor import Actor, ActorKind, StaffRole
from tests.harness.answering import Answering

WANG = Actor(ActorKind.STAFF, "op1", "王丽", StaffRole.ADMINISTRATOR)


@pytest.fixture
def desk(answering: Answering) -> Iterator[TestClient]:
    """An operator's browser."""
    api, staff = FastAPI(openapi_url=None), APIRouter(prefix="/api/v1")
    for router in answering.parts.staff_routers():
        staff.include_router(router)
    api.include_router(staff)
    install(api, ())

    @api.middleware("http")
    async def let_in(request: Request, call_next: Callable[[Request], Awaitable[Response]]) -> Response:
        request.state.actor = WANG
        request.state.sight = WHOLE
        return await call_next(request)

    with TestClient(api) as client:
        yield client


def test_somebody_is_sent_by_hand(answering: Answering, desk: TestClient) -> None:
    url = f"/api/v1/alerts/{answering.alert_id}/assignments"
    early = desk.post(url, json={"person_id": "chen"})
    assert (early.status_code, early.json()["code"]) == (409, "illegal_transition")
    answering.alarm.do(Verb.ACCEPT, answering.alert_id)
    for _ in range(2):
        sent = desk.post(url, json={"person_id": "chen"}, headers={"Idempotency-Key": "k1"})
        assert sent.status_code == 201, sent.text
    (one,) = sent.json()["items"]
    assert (one["name"], one["state"], one["by_hand"]) == ("陈志愿", "offered", "王丽")
    alert = answering.alarm.only()
    assert (alert.handling, alert.responder) == ("dispatched", "陈志愿")
    with answering.engine.connect() as connection:
        (row,) = connection.execute(select(notices)).all()
    assert (row.kind, row.recipient_id, row.contact_points, row.state) == ("call_out", "chen", ["p-chen"], "pending")
    assert row.facts["residents"] == ["林阿婆"]
    found = answering.parts.links.link(row.id)
    assert found is not None
    token = found[0].rsplit("/", 1)[1]
    answering.take(token, answering.opened(token), StepKind.ACCEPT)
    assert desk.get(url).json()["items"][0]["state"] == "accepted"


def test_a_further_person_is_sent_while_one_is_on_the_way(answering: Answering, desk: TestClient) -> None:
    answering.alarm.do(Verb.ACCEPT, answering.alert_id)
    answering.alarm.do(Verb.EN_ROUTE, answering.alert_id, eta_minutes=9)
    sent = desk.post(f"/api/v1/alerts/{answering.alert_id}/assignments", json={"person_id": "zhao"})
    assert sent.status_code == 201, sent.text
    assert answering.alarm.only().handling == "en_route"
    assert answering.reasons("dispatched") == ["further"]


def test_who_cannot_be_sent_is_said(answering: Answering, desk: TestClient) -> None:
    answering.alarm.do(Verb.ACCEPT, answering.alert_id)
    answering.person("mute", "无号码")
    answering.contact("never", "前夫", "13800000007", role="never")
    url = f"/api/v1/alerts/{answering.alert_id}/assignments"
    cases = [
        ({"person_id": "mute"}, 422, "no_channel"),
        ({"person_id": "nobody"}, 404, "not_found"),
        ({"contact_id": "never"}, 404, "not_found"),
        ({}, 422, "invalid"),
        ({"person_id": "chen", "contact_id": "never"}, 422, "invalid"),
    ]
    for body, status, code in cases:
        answer = desk.post(url, json=body)
        assert (answer.status_code, answer.json()["code"]) == (status, code), body
    assert desk.post("/api/v1/alerts/none/assignments", json={"person_id": "chen"}).status_code == 404
    assert desk.get("/api/v1/alerts/none/assignments").status_code == 404


def test_the_nearest_responders_come_first(answering: Answering, desk: TestClient) -> None:
    answering.write(
        update(homes).values(latitude=30.0, longitude=122.0),
        update(people).where(people.c.id == "chen").values(latitude=30.2, longitude=122.0),
        update(people).where(people.c.id == "zhao").values(latitude=30.01, longitude=122.0),
    )
    found = desk.get(f"/api/v1/alerts/{answering.alert_id}/responders").json()
    assert [(one["name"], one["distance_km"]) for one in found["items"]] == [("赵志愿", 1.1), ("陈志愿", 22.2)]
    assert desk.get("/api/v1/alerts/none/responders").status_code == 404


def test_what_is_said_on_the_phone_is_written_down(answering: Answering, desk: TestClient) -> None:
    answering.call("chen", "陈志愿")
    url = f"/api/v1/alerts/{answering.alert_id}/assignments"
    (one,) = desk.get(url).json()["items"]
    steps = f"{url}/{one['id']}/steps"
    early = desk.post(steps, json={"step": "arrived"})
    assert (early.status_code, early.json()["code"]) == (409, "not_accepted")
    for body in ({"step": "accept"}, {"step": "en-route", "minutes": 12}, {"step": "arrived"}):
        assert desk.post(steps, json=body).status_code == 200, body
    (one,) = desk.get(url).json()["items"]
    assert (one["state"], one["alone_until"] is not None) == ("arrived", True)
    assert answering.alarm.only().holder is not None
    assert desk.post(f"{url}/{one['id']}/unbind").status_code == 200
    assert desk.post(f"{url}/none/steps", json={"step": "accept"}).status_code == 404


def test_keys_are_found_by_home(answering: Answering, desk: TestClient) -> None:
    url = f"/api/v1/alerts/{answering.alert_id}/key-uses"
    for _ in range(2):
        made = desk.post(url, json={"who": "邻居老王", "kind": "neighbour"}, headers={"Idempotency-Key": "k"})
        assert made.status_code == 201
    assert desk.post(f"/api/v1/key-uses/{made.json()['id']}/returned").status_code == 204
    (use,) = desk.get("/api/v1/homes/h-t1/key-uses").json()["items"]
    assert (use["who"], use["kind"], use["returned_at"] is not None) == ("邻居老王", "neighbour", True)
    assert desk.get("/api/v1/homes/none/key-uses").status_code == 404
    assert desk.post("/api/v1/key-uses/none/returned").status_code == 404
    assert answering.reasons("key_used") == ["taken", "returned"]


def test_the_addresses_for_replies_and_the_words(answering: Answering, desk: TestClient) -> None:
    items = desk.get("/api/v1/replies/addresses").json()["items"]
    assert [item["provider"] for item in items] == ["alibaba", "tencent", "plain"]
    assert all(item["url"].startswith("http://testserver/replies/") for item in items)
    assert desk.get("/api/v1/replies").json() == {"items": []}
    words = desk.get("/api/v1/answer-vocabulary").json()
    assert {"zh-CN", "en"} == set(words["outcomes"][0]["label"])
