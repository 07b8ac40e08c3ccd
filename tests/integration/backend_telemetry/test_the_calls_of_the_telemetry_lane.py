"""Readings, statuses and results over HTTP, up to what the technician sees of the device."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import Any

import httpx2
import pytest

from contract.times import format_time
from tests.harness.backend import Platform, running
from tests.harness.clock import ManualClock

NOW = ManualClock().now()
TERMINAL = {"device_id": "T1", "kind": "terminal", "home": {"label": "林家", "address": "衢山镇 1 号"}}


@pytest.fixture(scope="module")
def platform(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Platform]:
    folder = tmp_path_factory.mktemp("platform")
    with running(folder, f"sqlite:///{folder}/care.sqlite") as found:
        with found.client("cli") as client:
            lobby = {"device_id": "lobby-1", "kind": "terminal", "lobby": True}
            answer = client.post("/api/v1/devices", json={"items": [TERMINAL, lobby]})
            assert answer.status_code == 201, answer.text
        yield found


def hand_over(platform: Platform, call: str, *items: dict[str, Any], who: str | None = "gw1") -> httpx2.Response:
    whole = [{"received_at": format_time(NOW), **item} for item in items]
    with platform.client(who) as client:
        return client.post(f"/ingest/v1/{call}", json={"gateway": "gw1", "items": whole})


def outcomes(answer: httpx2.Response) -> list[tuple[str, str | None]]:
    assert answer.status_code == 202, answer.text
    return [(outcome["outcome"], outcome["reason"]) for outcome in answer.json()["outcomes"]]


def test_what_a_device_measures_and_says_is_seen_at_the_device(platform: Platform) -> None:
    pack = [{"bn": "T1/", "bt": NOW.timestamp(), "n": "heart_rate", "u": "beat/min", "v": 71}, {"n": "aura", "v": 1}]
    answer = hand_over(platform, "telemetry", {"device_id": "T1", "pack": pack}, {"device_id": "lobby-1", "pack": pack})
    assert outcomes(answer) == [("accepted", "some_records_refused"), ("refused", "lobby_credential")]
    status = {"state": "online", "boot": 7, "battery": 64}
    assert outcomes(hand_over(platform, "status", {"device_id": "T1", "status": status})) == [("accepted", None)]
    with platform.client("cli") as client:
        text = client.get("/api/v1/devices/T1").text
    assert "heart_rate" in text
    assert "online" in text
    assert "64" in text


def test_a_result_for_a_command_that_is_not_there_is_refused(platform: Platform) -> None:
    answer = hand_over(platform, "results", {"device_id": "T1", "result": {"id": "c1", "status": "done"}})
    assert outcomes(answer) == [("refused", "unknown_command")]


@pytest.mark.parametrize("call", ["telemetry", "status", "results"])
def test_a_body_that_is_no_batch_stores_nothing_and_says_why(platform: Platform, call: str) -> None:
    with platform.client("gw1") as client:
        for content in (b"", b"[]", b'{"gateway":"gw1"}', b'{"gateway":"gw1","items":[{}]}', b"\xff", b"[" * 100_000):
            answer = client.post(f"/ingest/v1/{call}", content=content)
            assert (answer.status_code, answer.json()["code"]) == (422, "unreadable_batch")
    many = hand_over(platform, call, *[{"device_id": "T1"}] * 501)
    assert (many.status_code, many.json()["code"]) == (422, "unreadable_batch")


@pytest.mark.parametrize("call", ["telemetry", "status", "results"])
def test_only_a_gateway_may_hand_over(platform: Platform, call: str) -> None:
    assert hand_over(platform, call, who=None).status_code == 401
    assert hand_over(platform, call, who="cli").status_code == 403


def test_a_store_that_is_away_is_503_and_alarms_go_on(tmp_path: Path) -> None:
    broken = tmp_path / "broken.sqlite"
    broken.write_bytes(b"this is no database, " * 1000)
    with running(tmp_path, f"sqlite:///{tmp_path}/care.sqlite", telemetry_path=broken) as platform:
        with platform.client("cli") as client:
            assert client.post("/api/v1/devices", json={"items": [TERMINAL]}).status_code == 201
        answer = hand_over(platform, "telemetry", {"device_id": "T1", "pack": [{"n": "steps", "v": 1}]})
        assert (answer.status_code, answer.json()["code"]) == (503, "telemetry_away")
        event = {"specversion": "1.0", "id": "e1", "source": "care/v1/T1", "type": "care.sos.pressed"}
        assert outcomes(hand_over(platform, "events", {"device_id": "T1", "event": event})) == [("accepted", None)]
