"""The whole backend: a press is called about, ticked off and closed; a caller is on the stream; others are refused."""

from __future__ import annotations

import secrets
from collections.abc import Iterator
from typing import Any

import httpx2
import pytest

from contract.times import format_time
from contract.topics import source
from contract.vocabulary import SOS
from tests.harness.backend import SCOPES, Platform, running
from tests.harness.clock import wait_until, wall_now
from tests.harness.desk import Desk


@pytest.fixture(scope="module")
def platform(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Platform]:
    """One for all tests, on SQLite, with a telephone system's account."""
    folder = tmp_path_factory.mktemp("script")
    with running(folder, f"sqlite:///{folder}/care.sqlite") as platform:
        platform.tokens["pbx"] = secrets.token_urlsafe(32)
        platform.write_service_accounts({**SCOPES, "pbx": ["telephony"]})
        yield platform


@pytest.fixture(scope="module")
def desk(platform: Platform) -> Iterator[Desk]:
    """An operator."""
    username = next(name for name in platform.passwords() if name.startswith("op"))
    with Desk(platform.backend.url, username, platform.passwords()[username]) as desk:
        yield desk


def press(platform: Platform, device_id: str) -> str:
    """An accepted press's alert."""
    now = format_time(wall_now())
    event = {
        "specversion": "1.0",
        "id": "e1",
        "source": source(device_id),
        "type": SOS,
        "time": now,
        "data": {"seq": 1, "boot": 1, "sos_seq": 1},
    }
    item = {"device_id": device_id, "received_at": now, "retained": False, "event": event}
    with platform.client("gw1") as gateway:
        answer = gateway.post("/ingest/v1/events", json={"gateway": "gw1", "items": [item]})
    assert answer.status_code == 202, answer.text
    alert_id: str = answer.json()["outcomes"][0]["alert_id"]
    return alert_id


def post(desk: Desk, path: str, **body: Any) -> httpx2.Response:
    return desk._client.post(path, json=body)


def test_a_press_is_called_about_and_closed(platform: Platform, desk: Desk) -> None:
    alert_id = press(platform, "A1")
    desk.do(alert_id, "accept")
    refused = desk.act(alert_id, "close", outcome="false_alarm_device")
    assert refused.json()["code"] == "script_incomplete"
    assert "speak" in refused.text
    script = desk._get(f"/alerts/{alert_id}/script")
    assert (script["script"], script["missing"]) == ("sos", ["speak"])
    assert set(script["steps"][0]["label"]) == {"zh-CN", "en"}
    begun = post(desk, f"/alerts/{alert_id}/calls", to="resident", number="13800001234")
    assert begun.status_code == 201, begun.text
    assert begun.json()["tel"] == "tel:+8613800001234"
    call_id = begun.json()["call"]["id"]
    ended = post(desk, f"/calls/{call_id}/result", result="spoken", seconds=12)
    assert (ended.status_code, ended.json()["number"]) == (200, "138****1234")
    assert post(desk, f"/calls/{call_id}/result", result="busy").json()["code"] == "other_result"
    assert desk._get(f"/alerts/{alert_id}/script")["missing"] == []
    assert [call["state"] for call in desk._get(f"/alerts/{alert_id}/calls")["items"]] == ["ended"]
    desk.do(alert_id, "close", outcome="false_alarm_device")


def test_an_impossible_step_needs_a_reason_and_a_manager(platform: Platform, desk: Desk) -> None:
    alert_id = press(platform, "A2")
    desk.do(alert_id, "accept")
    step = f"/alerts/{alert_id}/script/speak"
    assert post(desk, step, state="impossible").json()["code"] == "reason_required"
    assert post(desk, f"/alerts/{alert_id}/script/none", state="done").json()["code"] == "no_such_step"
    assert post(desk, step, state="impossible", reason="没有喇叭").status_code == 200
    assert desk._client.get("/script-reviews").status_code == 403
    with platform.browser("admin") as admin:
        (waiting,) = admin.get("/api/v1/script-reviews").json()["items"]
        assert (waiting["alert_id"], waiting["reason"]) == (alert_id, "没有喇叭")
        path = f"/api/v1/script-reviews/{waiting['id']}"
        assert admin.post(path, json={"verdict": "agreed"}).status_code == 204
        assert admin.post(path, json={"verdict": "objected"}).json()["code"] == "already_reviewed"
    desk.do(alert_id, "close", outcome="false_alarm_device")
    assert post(desk, step, state="done").json()["code"] == "alert_closed"


def test_an_ambulance_keeps_it_open_until_the_hospital_is_known(platform: Platform, desk: Desk) -> None:
    alert_id = press(platform, "A3")
    desk.do(alert_id, "accept")
    steps = [{"step": step, "state": "done"} for step in ("speak", "call_120", "hand_over", "tell_family")]
    refused = desk.act(alert_id, "close", outcome="ambulance", steps=steps)
    assert refused.json()["code"] == "destination_unknown"
    path = f"/alerts/{alert_id}/hand-over"
    assert desk._client.put(path, json={"called_at": "yesterday"}).status_code == 422
    record = {"called_at": format_time(wall_now()), "vehicle": "boat", "hospital": "舟山医院"}
    put = desk._client.put(path, json=record)
    assert put.status_code == 200, put.text
    assert desk._get(path)["hospital"] == "舟山医院"
    desk.do(alert_id, "close", outcome="ambulance", steps=steps)


def test_a_caller_comes_up_on_the_stream(platform: Platform, desk: Desk) -> None:
    body = {"caller": "02155556666", "called": "0580-2031234", "call_id": "c-1"}
    stream = desk.stream()
    with platform.client("pbx") as pbx:
        told = pbx.post("/api/v1/telephony/incoming", json=body)
        assert told.status_code == 200, told.text
        assert pbx.post("/api/v1/telephony/incoming", json=body).json()["id"] == told.json()["id"]
    heard = wait_until(lambda: next((each for each in stream.shown if each.event == "call"), None), "the call")
    again = desk.stream()
    wait_until(lambda: any(each.event == "call" for each in again.shown), "the call, for a screen that comes later")
    assert heard.data["id"] == told.json()["id"]
    assert (heard.data["caller"], heard.data["caller_kind"]) == ("+862155556666", "unknown")
    assert desk._get("/telephony/incoming")["items"][0]["id"] == told.json()["id"]
    assert post(desk, "/telephony/incoming", **body).status_code == 403
    with platform.client("cli") as cli:
        assert cli.post("/api/v1/telephony/incoming", json=body).status_code == 403
