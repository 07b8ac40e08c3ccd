"""The whole way on the real program: a press, a text message, an answer by link and by reply, and the desk knows."""

from __future__ import annotations

import json
import shutil
from collections.abc import Iterator
from datetime import UTC, datetime
from pathlib import Path
from urllib.parse import parse_qsl, urlsplit

import msgspec
import pytest
from sqlalchemy import insert, update

from backend.adapters.db.engine import make_engine, writing
from backend.adapters.db.migrations import migrate
from backend.adapters.db.people import contact_points, people
from backend.adapters.db.registry import devices, homes, residents
from contract.times import format_time
from contract.topics import source
from contract.vocabulary import SOS
from tests.harness.answering import Phone
from tests.harness.backend import Platform, running
from tests.harness.clock import wait_until, wall_now
from tests.harness.provider import Provider, provider

CALL_RESPONDERS = """
id = "sos"
title = { zh-CN = "测试", en = "Test" }
[match]
[needs]
responder = 1
[[steps]]
after_seconds = 0
notify = [{ target = "responders", level = "district" }]
"""
CHANNELS = """
[channels.sms]
adapter = "alibaba_sms"
access_key_id = "LTAI1"
access_key_secret_file = "%s/alibaba"
sign_name = "海岛养老"
endpoint = "%s"
[channels.sms.templates.call_out]
code = "SMS_1"
params = ["who", "place", "link_path", "code"]
"""
LONG_AGO = datetime(2026, 1, 1, tzinfo=UTC)


@pytest.fixture
def sms() -> Iterator[Provider]:
    with provider() as server:
        server.answer = b'{"Code":"OK","BizId":"biz^1"}'
        yield server


@pytest.fixture
def platform(sms: Provider, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Platform]:
    """The program with one home, one volunteer at the district, and a policy that calls responders at once."""
    config = tmp_path / "config"
    shutil.copytree("config", config)
    shutil.rmtree(config / "escalation")
    (config / "escalation").mkdir()
    (config / "escalation" / "sos.toml").write_text(CALL_RESPONDERS, encoding="utf-8")
    (config / "channels.toml").write_text(CHANNELS % (tmp_path, sms.url), encoding="utf-8")
    (tmp_path / "alibaba").write_text("s3cret")
    (tmp_path / "alibaba").chmod(0o600)
    monkeypatch.setenv("CARE_CONFIG_DIR", str(config))
    url = f"sqlite:///{tmp_path}/care.sqlite"
    engine = make_engine(url)
    migrate(engine)
    with writing(engine) as connection:
        for statement in (
            insert(homes).values(id="h1", label="沙湾村 12 号", address="沙湾村", landmark="妈祖庙旁"),
            insert(residents).values(id="r1", home_id="h1", name="林阿婆"),
            insert(devices).values(
                id="t1", kind="terminal", state="installed", home_id="h1", secret_hash="$7$x", created_at=LONG_AGO
            ),
            insert(people).values(
                id="chen",
                organisation_id="district",
                name="陈志愿",
                roles=["responder"],
                responder_kind="volunteer",
                latitude=30.0,
                longitude=122.0,
            ),
            update(homes).values(latitude=30.01, longitude=122.0),
            insert(contact_points).values(
                id="p-chen",
                owner_kind="person",
                owner_id="chen",
                channel="sms",
                address="+8613800000001",
                verified_at=LONG_AGO,
                created_at=LONG_AGO,
            ),
        ):
            connection.execute(statement)
        connection.commit()
    engine.dispose()
    with running(tmp_path, url) as there:
        yield there


def press(platform: Platform) -> str:
    """As a gateway brings it; the id of the alert."""
    now = format_time(wall_now())
    event = {
        "specversion": "1.0",
        "id": "e1",
        "source": source("t1"),
        "type": SOS,
        "time": now,
        "data": {"seq": 1, "boot": 1, "sos_seq": 1},
    }
    item = {"device_id": "t1", "received_at": now, "retained": False, "event": event}
    with platform.client("gw1") as gateway:
        answer = gateway.post("/ingest/v1/events", content=msgspec.json.encode({"gateway": "gw1", "items": [item]}))
        assert answer.status_code == 202, answer.text
        return str(answer.json()["outcomes"][0]["alert_id"])


def message(sms: Provider) -> dict[str, str]:
    """The parameters of the text message that has come."""
    request = wait_until(lambda: next(iter(sms.requests), None), "a text message")
    fields = dict(parse_qsl(urlsplit(request.target).query)) | dict(parse_qsl(request.body.decode()))
    found: dict[str, str] = json.loads(fields["TemplateParam"])
    return found


def test_a_call_out_by_text_is_answered_by_link_and_by_reply(platform: Platform, sms: Provider) -> None:
    alert_id = press(platform)
    said = message(sms)
    assert (said["who"], said["place"]) == ("林阿婆", "妈祖庙旁")
    token = said["link_path"].removeprefix("r/")
    with platform.client() as stranger:
        phone = Phone(stranger)
        phone.look(token).press(token, "open")
        assert "妈祖庙旁" in phone.look(token).page
        assert phone.press(token, "accept").status == 303
    with platform.browser("op1") as desk:
        alert = desk.get(f"/api/v1/alerts/{alert_id}").json()
        assert (alert["handling"], alert["responder"]) == ("accepted", "陈志愿")
        with platform.browser("admin") as administrator:
            addresses = administrator.get("/api/v1/replies/addresses").json()["items"]
        path = urlsplit(next(one["url"] for one in addresses if one["provider"] == "alibaba")).path
        reply = [{"phone_number": "13800000001", "content": f"4 {said['code']} 10", "sequence_id": "1"}]
        with platform.client() as uplink:
            assert uplink.post(path, json=reply).json()["code"] == 0
        alert = desk.get(f"/api/v1/alerts/{alert_id}").json()
        assert (alert["handling"], alert["eta_minutes"]) == ("en_route", 10)
        (one,) = desk.get(f"/api/v1/alerts/{alert_id}/assignments").json()["items"]
        assert one["state"] == "en_route"
