"""Who saw and changed what, over HTTP on a running backend; a refusal stands there too, and nobody's name."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

from contract.times import format_time
from contract.topics import source
from contract.vocabulary import SOS
from tests.harness.backend import Platform, running
from tests.harness.clock import wait_until, wall_now


def press(platform: Platform, device_id: str) -> str:
    event = {"specversion": "1.0", "id": "press", "source": source(device_id), "type": SOS}
    item = {"device_id": device_id, "received_at": format_time(wall_now()), "retained": False, "event": event}
    with platform.client("gw1") as gateway:
        answer = gateway.post("/ingest/v1/events", json={"gateway": "gw1", "items": [item]})
    return str(answer.json()["outcomes"][0]["alert_id"])


def test_seeing_changing_and_being_refused(tmp_path: Path, database_url: str) -> None:
    with running(tmp_path, database_url) as platform:
        alert_id = press(platform, "lobby-9")
        with platform.browser("op1") as desk:
            assert desk.get(f"/api/v1/alerts/{alert_id}?secret=%E7%8E%8B").status_code == 200
            assert desk.post(f"/api/v1/alerts/{alert_id}/accept").status_code == 200
            assert desk.get("/api/v1/alerts/no-such-alert").status_code == 404
            assert desk.get("/api/v1/audit-log").status_code == 403
            who = desk.get("/api/v1/session").json()["staff"]["id"]
        with platform.browser("admin") as watcher:

            def entries(**asked: str) -> list[dict[str, Any]]:
                return list(watcher.get("/api/v1/audit-log", params={"actor_id": who, **asked}).json()["items"])

            accepted = "POST /alerts/{alert_id}/accept"
            wait_until(lambda: entries(action=accepted), "the acceptance has its place")
            (accept,) = entries(action=accepted)
            assert (accept["subject"], accept["detail"]["status"]) == (f"alert:{alert_id}", 200)
            wait_until(lambda: entries(action="GET /audit-log"), "the last of them has its place")
            looks = {row["subject"]: row["detail"] for row in entries(action="GET /alerts/{alert_id}")}
            assert looks[f"alert:{alert_id}"]["query"] == ["secret"]
            assert looks["alert:no-such-alert"]["status"] == 404
            assert entries(action="GET /audit-log")[0]["detail"]["status"] == 403
            everything = json.dumps(entries(), ensure_ascii=False)
            assert "王" not in everything
            page = watcher.get("/api/v1/audit-log", params={"limit": 1}).json()
            assert len(page["items"]) == 1
            assert page["next_before"] == page["items"][0]["position"]


def test_presses_are_not_held_up_by_it(tmp_path: Path, database_url: str) -> None:
    with running(tmp_path, database_url) as platform:
        press(platform, "lobby-9")
        with platform.browser("admin") as watcher:
            assert watcher.get("/api/v1/alerts").status_code == 200
            wait_until(lambda: watcher.get("/api/v1/audit-log").json()["items"], "the look has its place")
            actions = {row["action"] for row in watcher.get("/api/v1/audit-log").json()["items"]}
        assert not [action for action in actions if "ingest" in action]
