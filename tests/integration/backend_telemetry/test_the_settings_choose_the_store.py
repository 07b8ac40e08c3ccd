"""The settings say where readings go; while InfluxDB is away they wait on disk, and presses do not notice."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import httpx2
import pytest
from pydantic import ValidationError

from backend.app import Role
from backend.settings import Settings
from contract.times import format_time
from tests.harness.backend import Platform, running
from tests.harness.clock import wall_now
from tests.harness.ports import free_port

RESIDENT = {"id": "p1", "name": "林阿婆"}
HOME = {"id": "h1", "label": "林家", "address": "1", "residents": [RESIDENT]}
TERMINAL = {"device_id": "T1", "kind": "terminal", "home": HOME}


def ingest(platform: Platform, call: str, **part: Any) -> httpx2.Response:
    item = {"device_id": "T1", "received_at": format_time(wall_now()), **part}
    with platform.client("gw1") as gateway:
        return gateway.post(f"/ingest/v1/{call}", json={"gateway": "gw1", "items": [item]})


def metrics(platform: Platform) -> str:
    with platform.client("cli") as client:
        return client.get("/metrics").text


def test_while_influxdb_is_away_readings_wait_and_people_are_told(tmp_path: Path) -> None:
    (tmp_path / "influx.token").write_text("token")
    settings = {
        "telemetry_store": "influx",
        "influx_url": f"http://127.0.0.1:{free_port()}",
        "influx_token_file": tmp_path / "influx.token",
        "influx_backlog_path": tmp_path / "backlog.sqlite",
        "influx_timeout_seconds": 1.0,
    }
    with running(tmp_path, f"sqlite:///{tmp_path}/care.sqlite", **settings) as platform:
        with platform.client("cli") as client:
            assert client.post("/api/v1/devices", json={"items": [TERMINAL]}).status_code == 201
        assert ingest(platform, "telemetry", pack=[{"n": "steps", "v": 7}]).status_code == 202
        event = {"specversion": "1.0", "id": "e1", "source": "care/v1/T1", "type": "care.sos.pressed"}
        assert ingest(platform, "events", event=event).json()["outcomes"][0]["outcome"] == "accepted"
        with platform.browser("admin") as administrator:
            latest = administrator.get("/api/v1/telemetry/latest", params={"all": "true"}).json()
            assert latest["items"][0]["readings"][0]["value"] == 7, "what was received is known at once"
            series = administrator.get("/api/v1/devices/T1/series", params={"metric": "steps"})
            assert (series.status_code, series.json()["code"]) == (503, "telemetry_away")
            assert administrator.get("/api/v1/residents/p1/telemetry").status_code == 503
            export = administrator.get("/api/v1/devices/T1/telemetry/export")
            assert (export.status_code, export.json()["code"]) == (503, "telemetry_away"), "and not half a file"
            erased = administrator.post("/api/v1/residents/p1/telemetry/erase", json={})
            assert (erased.status_code, erased.json()["pending"]) == (202, True)
        shown = metrics(platform)
        assert "care_backend_telemetry_waiting_points 1.0" in shown
        assert 'tick="erasures"' in shown
        assert 'tick="retention-file"' in shown, "readings of before the switch expire as well"
        assert 'tick="roll-ups"' not in shown, "the server's own work"


def test_the_embedded_store_has_its_ticks_where_telemetry_is_taken_in(tmp_path: Path) -> None:
    with running(tmp_path, f"sqlite:///{tmp_path}/care.sqlite", [Role.INGEST_TELEMETRY]) as platform:
        shown = metrics(platform)
    for tick in ("roll-ups", "retention", "erasures"):
        assert f'care_backend_tick_lag_seconds{{tick="{tick}"}}' in shown
    assert "care_backend_telemetry_waiting_points" not in shown


@pytest.mark.parametrize(
    "wrong",
    [
        {"telemetry_store": "files"},
        {"telemetry_raw_days": 0},
        {"telemetry_raw_days": 400},
        {"telemetry_minute_days": 2000},
        {"time_zone": "Asia/Nowhere"},
        {"time_zone": "../etc/passwd"},
        {"influx_url": "influx:8086"},
        {"influx_url": "http://user:secret@influx:8086"},
        {"influx_bucket_prefix": 'a" or "b'},
    ],
)
def test_settings_that_cannot_be_meant_are_refused(wrong: dict[str, Any]) -> None:
    with pytest.raises(ValidationError):
        Settings(**wrong)
