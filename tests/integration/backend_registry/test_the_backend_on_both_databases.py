"""The whole backend on SQLite and PostgreSQL: from enrolment over a press to the desk, and two that start at once."""

from __future__ import annotations

import threading
from pathlib import Path

from tests.harness.backend import Platform, running


def press(device_id: str, event_id: str) -> dict[str, object]:
    event = {
        "specversion": "1.0",
        "id": event_id,
        "source": f"care/v1/{device_id}",
        "type": "care.sos.pressed",
        "data": {"seq": 1, "boot": 1, "sos_seq": 1},
    }
    return {"device_id": device_id, "received_at": "2026-11-24T03:12:45.120Z", "retained": False, "event": event}


def test_from_enrolment_to_the_desk(database_url: str, tmp_path: Path) -> None:
    with running(tmp_path, database_url) as platform, platform.browser("op1") as desk:
        home = {"label": "塔湾 12 号", "address": "塔湾村 12 号", "residents": [{"name": "王桂英"}]}
        with platform.client("cli") as tool, platform.client("gw1") as gateway:
            body = {"items": [{"kind": "terminal", "home": home}]}
            device_id = tool.post("/api/v1/devices", json=body).json()["items"][0]["device_id"]
            items = [press(device_id, "e1"), press(device_id, "e1"), press("nobody", "e2")]
            answer = gateway.post("/ingest/v1/events", json={"gateway": "gw1", "items": items})
        assert answer.status_code == 202, answer.text
        outcomes = [entry["outcome"] for entry in answer.json()["outcomes"]]
        assert outcomes == ["accepted", "duplicate", "unknown_device"]
        alerts = desk.get("/api/v1/alerts").json()["items"]
        assert {alert["device_id"] for alert in alerts} == {device_id, "nobody"}
        mine = next(alert for alert in alerts if alert["device_id"] == device_id)
        taken = desk.post(f"/api/v1/alerts/{mine['id']}/accept")
        assert (taken.status_code, taken.json()["holder"]["name"]) == (200, "王晓棠")


def test_two_that_start_at_once_share_accounts_and_devices(empty_database_url: str, tmp_path: Path) -> None:
    first = Platform(tmp_path, empty_database_url)
    second = Platform(tmp_path, empty_database_url)
    second.tokens = first.tokens
    first.write_service_accounts({"cli": ["enrol", "read"]})
    failures: list[BaseException] = []

    def start(platform: Platform) -> None:
        try:
            platform.backend.start()
        except BaseException as error:
            failures.append(error)

    threads = [threading.Thread(target=start, args=(platform,)) for platform in (first, second)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    try:
        assert failures == []
        for number, platform in enumerate((first, second)):
            with platform.browser("op1") as operator, platform.client("cli") as tool:
                assert operator.get("/api/v1/session").status_code == 200
                body = {"items": [{"kind": "terminal", "lobby": True, "device_id": f"lobby-{number}"}]}
                assert tool.post("/api/v1/devices", json=body).status_code == 201
        lines = first.settings.broker_passwd_file.read_text().splitlines()
        assert [line.split(":")[0] for line in lines] == ["lobby-0", "lobby-1"]
    finally:
        for platform in (first, second):
            platform.backend.stop()
