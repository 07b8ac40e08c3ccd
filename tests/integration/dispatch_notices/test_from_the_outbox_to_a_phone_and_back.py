"""The parts as the program wires them: a notice leaves by a real provider's protocol, and the log says all of it."""

from __future__ import annotations

import json
import shutil
from collections.abc import Callable, Iterator
from contextlib import ExitStack
from dataclasses import dataclass
from pathlib import Path
from typing import Any
from urllib.parse import parse_qsl, urlsplit

import pytest
from fastapi import APIRouter
from prometheus_client import CollectorRegistry, generate_latest
from sqlalchemy import Engine, insert
from starlette.testclient import TestClient

from backend.adapters.db.access_subjects import SubjectSqlReader
from backend.adapters.db.engine import writing
from backend.adapters.db.identity_store import SqlIdentityStore
from backend.adapters.db.people import people
from backend.api.shell import make_api
from backend.app import DATABASE_AWAY
from backend.domain.escalation.targets import Channel
from backend.parts import notices as part
from backend.parts.notices import NoticesParts
from backend.services.access.authorise import Authorise
from backend.services.identity.actor import Actor, ActorKind, Scope, StaffRole
from backend.services.identity.identify import Identify
from backend.services.identity.session import token_sha256
from backend.services.notices.ports import NoticeKind
from backend.settings import Settings
from tests.fakes.notice_channels import NumberedLinks
from tests.harness.alarm import Alarm, Uuids
from tests.harness.clock import ManualClock, wait_until
from tests.harness.notices import NoticeDesk
from tests.harness.provider import Provider, provider

DOOR = "receipts-secret"


class Tokens:
    """Service accounts that stand for people, too: what is tested is not how they log in."""

    def find(self, sha256: str) -> Actor | None:
        actors = [
            Actor(ActorKind.STAFF, "op1", "王丽", StaffRole.OPERATOR),
            Actor(ActorKind.STAFF, "tech", "技术员", StaffRole.TECHNICIAN),
            Actor(ActorKind.SERVICE, "reader", "reader", scopes=frozenset({Scope.READ})),
        ]
        return {token_sha256(actor.id): actor for actor in actors}.get(sha256)


@dataclass
class House:
    """The parts, one provider, and clients by who they are."""

    desk: NoticeDesk
    alarm: Alarm
    parts: NoticesParts
    provider: Provider
    client: Callable[[str], TestClient]

    def send(self) -> None:
        """One bell; waits until nothing is being sent."""
        tick = next(tick for tick in self.parts.ticks() if tick.name == "outbox")
        tick.run()
        worker: Any = tick.run
        wait_until(lambda: not any(worker.busy.values()), "all hands are free")

    def alert(self) -> str:
        self.alarm.enrol("t1")
        self.alarm.press("t1")
        return self.alarm.only().id


@pytest.fixture
def house(database: Engine, clock: ManualClock, alarm: Alarm, desk: NoticeDesk, tmp_path: Path) -> Iterator[House]:
    with ExitStack() as stack:
        server = stack.enter_context(provider())
        for name, content in (("hook", "s3cret"), ("alibaba", "s3cret"), ("door", DOOR)):
            (tmp_path / name).write_text(content)
            (tmp_path / name).chmod(0o600)
        shutil.copytree("config/notices", tmp_path / "notices")
        (tmp_path / "channels.toml").write_text(
            f"""
[channels.webhook]
adapter = "webhook"
secret_file = "{tmp_path}/hook"
plain_http = true
[channels.sms]
adapter = "alibaba_sms"
access_key_id = "LTAI1"
access_key_secret_file = "{tmp_path}/alibaba"
sign_name = "海岛养老"
endpoint = "{server.url}"
receipt_secret_file = "{tmp_path}/door"
[channels.sms.templates.call_out]
code = "SMS_1"
params = ["who", "place", "code"]
[channels.sms.templates.verify]
code = "SMS_2"
params = ["code"]
""",
            encoding="utf-8",
        )
        settings = Settings(answer_key_file=tmp_path / "answer.key")
        parts = NoticesParts(settings, tmp_path, database, clock, Uuids(), NumberedLinks())  # type: ignore[arg-type]
        stack.callback(parts.stop)
        under = APIRouter(prefix="/api/v1")
        for router in parts.staff_routers():
            under.include_router(router)
        api = make_api(
            [under, *parts.public_routers()],
            identify=Identify(SqlIdentityStore(database), Tokens(), clock),
            authorise=Authorise(SubjectSqlReader(database), clock),
            console_dir=None,
            unavailable_errors=DATABASE_AWAY,
            also_public=part.is_public,
        )
        with writing(database) as connection:
            connection.execute(
                insert(people).values(
                    id="p1", organisation_id="district", name="陈强", roles=["responder"], locale="en"
                )
            )
            connection.commit()

        def client(who: str) -> TestClient:
            headers = {"Authorization": f"Bearer {who}", "Accept-Language": "en"} if who else {}
            return stack.enter_context(TestClient(api, headers=headers))

        yield House(desk, alarm, parts, server, client)


def test_a_call_out_leaves_in_the_readers_language_and_the_log_masks_the_address(house: House) -> None:
    alert_id = house.alert()
    address = f"{house.provider.url}/hook/team-token"
    house.desk.put(house.desk.notice(house.desk.point("p1", Channel.WEBHOOK, address), alert_id=alert_id))
    house.send()
    document = json.loads(house.provider.only.body)
    assert document["title"].startswith("SOS pressed")
    assert "https://care.example/a/" in document["text"]
    (notice,) = house.client("reader").get(f"/api/v1/alerts/{alert_id}/notices").json()["items"]
    assert (notice["state"], notice["state_label"]) == ("delivered", {"zh-CN": "已送达", "en": "Delivered"})
    assert notice["recipient"] == {"kind": "person", "id": "p1", "name": "陈强"}
    (attempt,) = notice["attempts"]
    assert (attempt["channel"], attempt["result"]) == ("webhook", "delivered")
    assert attempt["address"] == "http://127.0.0.1/****"
    assert "team-token" not in json.dumps(notice)


def test_a_text_message_is_taken_and_its_receipt_counts_once(house: House) -> None:
    alert_id = house.alert()
    house.provider.answer = b'{"Code":"OK","BizId":"biz^1"}'
    house.desk.put(house.desk.notice(house.desk.point("p1"), alert_id=alert_id))
    house.send()
    stranger = house.client("")
    report = [{"phone_number": "13800000001", "success": True, "err_code": "DELIVERED", "biz_id": "biz^1"}]
    unknown = [{"success": False, "err_code": "MK:0001", "biz_id": "biz^9"}]
    for body in (report, report, unknown):
        answer = stranger.post(f"/receipts/alibaba/{DOOR}", json=body)
        assert (answer.status_code, answer.json()) == (200, {"code": 0, "msg": "成功"})
    (notice,) = house.client("reader").get(f"/api/v1/alerts/{alert_id}/notices").json()["items"]
    assert (notice["state"], notice["attempts"][0]["receipt"]) == ("delivered", "delivered")
    assert notice["attempts"][0]["address"] == "+86138****0001"
    registry = CollectorRegistry()
    registry.register(house.parts.figures)
    figures = generate_latest(registry).decode()
    assert 'care_backend_notice_attempts_total{channel="sms",result="accepted"} 1.0' in figures
    for result in ("recorded", "known", "unknown"):
        assert f'care_backend_notice_receipts_total{{provider="alibaba",result="{result}"}} 1.0' in figures
    assert "care_backend_oldest_sos_notice_seconds 0.0" in figures


@pytest.mark.parametrize(
    ("path", "body", "status"),
    [
        ("/receipts/alibaba/another-secret", "[]", 404),
        (f"/receipts/tencent/{DOOR}", "[]", 404),
        (f"/receipts/alibaba/{DOOR}", "<xml/>", 400),
        (f"/receipts/alibaba/{DOOR}", "7", 400),
        (f"/receipts/alibaba/{DOOR}", '[1, {"biz_id": 7}, {}]', 200),
        ("/receipts/nobody/receipts-secret", "[]", 401),
    ],
)
def test_receipts_are_let_in_by_their_secret_alone(house: House, path: str, body: str, status: int) -> None:
    assert house.client("").post(path, content=body).status_code == status


def test_a_contact_is_proved_over_the_api(house: House) -> None:
    house.provider.answer = b'{"Code":"OK","BizId":"biz^1"}'
    point = house.desk.point("p1", verified_at=None)
    operator = house.client("op1")
    listed = operator.get("/api/v1/contact-points/no-cover?state=unverified").json()["items"]
    assert [(item["id"], item["owner"]["name"], item["address"]) for item in listed] == [
        (point, "陈强", "+86138****0001")
    ]
    assert operator.post(f"/api/v1/contact-points/{point}/verify").status_code == 202
    too_soon = operator.post(f"/api/v1/contact-points/{point}/verify")
    assert (too_soon.status_code, too_soon.json()["code"]) == (429, "code_sent_already")
    house.send()
    code = json.loads(_query(house.provider.only.target)["TemplateParam"])["code"]
    wrong = "000000" if code != "000000" else "111111"
    confirm = f"/api/v1/contact-points/{point}/confirm"
    assert operator.post(confirm, json={"code": wrong}).json()["code"] == "wrong_code"
    assert operator.post(confirm, json={"code": "12345"}).json()["code"] == "invalid"
    assert operator.post(confirm, json={"code": code}).json() == {"contact_point_id": point, "verified": True}
    assert operator.post(confirm, json={"code": code}).json()["code"] == "no_code"
    assert operator.get("/api/v1/contact-points/no-cover?state=unverified").json()["items"] == []
    assert operator.post("/api/v1/contact-points/none/verify").status_code == 404
    assert house.client("tech").post(f"/api/v1/contact-points/{point}/verify").status_code == 403


def test_grave_news_is_a_call_on_the_operators_list(house: House) -> None:
    alert_id = house.alert()
    notice = house.desk.notice(house.desk.point("p1"), alert_id=alert_id, kind=NoticeKind.ENDED, voice_only=True)
    house.desk.put(notice)
    house.send()
    assert house.provider.requests == []
    operator = house.client("op1")
    (call,) = operator.get("/api/v1/notices?state=to_call").json()["items"]
    assert (call["id"], call["attempts"][0]["cause"]) == (notice.id, "call_to_make")
    called = f"/api/v1/notices/{notice.id}/called"
    made = {"contact_point_id": call["attempts"][0]["contact_point_id"], "outcome": "reached"}
    assert operator.post(called, json={**made, "outcome": "busy"}).status_code == 422
    assert operator.post(called, json={**made, "contact_point_id": "x"}).json()["code"] == "no_call_to_make"
    assert [operator.post(called, json=made).status_code for _ in range(2)] == [204, 204]
    assert operator.get("/api/v1/notices?state=to_call").json() == {"items": [], "more": False}


def test_what_reached_nobody_is_listed_with_its_cause(house: House) -> None:
    alert_id = house.alert()
    for step in range(3):
        house.desk.put(house.desk.notice(house.desk.point("p1", Channel.FEISHU, "tok"), alert_id=alert_id, step=step))
    house.send()
    page = house.client("reader").get("/api/v1/notices?state=failed&limit=2").json()
    assert (len(page["items"]), page["more"]) == (2, True)
    assert page["items"][0]["cause_label"] == {"zh-CN": "该通道未配置", "en": "The channel is not configured"}
    assert house.client("reader").get("/api/v1/alerts/none/notices").status_code == 404


def test_which_channels_are_set_up_is_said(house: House) -> None:
    items = house.client("reader").get("/api/v1/notices/channels").json()["items"]
    assert {item["channel"] for item in items if item["configured"]} == {"sms", "webhook", "voice"}
    assert {"channel": "feishu", "label": {"zh-CN": "飞书", "en": "Feishu"}, "configured": False} in items


def test_a_process_that_is_no_worker_sends_nothing_when_it_is_woken(house: House) -> None:
    house.desk.put(house.desk.notice(house.desk.point("p1", Channel.FEISHU, "tok")))
    house.parts.wake()
    assert house.desk.states() == {"pending": 1}
    house.send()
    house.desk.put(house.desk.notice(house.desk.point("p1", Channel.FEISHU, "tok"), step=1))
    house.parts.wake()
    wait_until(lambda: house.desk.states() == {"failed": 2}, "the second left without a bell")


def _query(target: str) -> dict[str, str]:
    return dict(parse_qsl(urlsplit(target).query))
