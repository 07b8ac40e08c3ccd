"""What may be erased lies in more than one place: the store in use, the one of before, statuses, a backlog."""

from __future__ import annotations

from datetime import timedelta
from pathlib import Path

import pytest

from backend.adapters.clock import SystemClock
from backend.adapters.telemetry.influx.backlog import Backlog, Refused
from backend.adapters.telemetry.units import micros
from backend.services.telemetry.forget_device import StoreForgets, forget_everywhere
from backend.services.telemetry.ports import DeviceReading, StatusReport, TelemetryAway
from backend.settings import Settings
from backend.telemetry_store import ChosenTelemetry
from tests.harness.clock import wall_now
from tests.harness.ports import free_port

NOW = wall_now()


def chosen(folder: Path, store: str) -> ChosenTelemetry:
    (folder / "influx.token").write_text("token")
    settings = Settings(
        telemetry_store=store,
        telemetry_path=folder / "telemetry.sqlite",
        influx_url=f"http://127.0.0.1:{free_port()}",
        influx_token_file=folder / "influx.token",
        influx_backlog_path=folder / "backlog.sqlite",
        influx_timeout_seconds=1.0,
    )
    return ChosenTelemetry(settings, SystemClock())


def test_with_influxdb_in_use_the_file_of_before_the_switch_is_erased_even_while_influxdb_is_away(
    tmp_path: Path,
) -> None:
    before = chosen(tmp_path, "embedded")
    for device in ("T1", "T2"):
        before.store.write([DeviceReading(device, "steps", NOW.timestamp(), 7.0, NOW)])
    after = chosen(tmp_path, "influx")
    with pytest.raises(TelemetryAway):
        forget_everywhere(after.erasable, "T1", None)
    assert (before.store.latest("T1"), list(before.store.export("T1"))) == ([], [])
    assert len(list(before.store.export("T2"))) == 1


def test_with_the_file_in_use_what_waits_for_influxdb_is_erased(tmp_path: Path) -> None:
    backlog = Backlog(tmp_path / "backlog.sqlite", 2**30)
    old, new = micros(NOW - timedelta(hours=1)), micros(NOW + timedelta(hours=1))
    for _ in range(2):
        backlog.append([(device, "steps", old, 1.0, old) for device in ("T1", "T2")])
    backlog.settle(backlog.oldest(2), [Refused(point, "bad") for point in backlog.oldest(2)], [], 0)
    backlog.append([("T1", "steps", new, 1.0, old), ("T1", "heart_rate", new, 70.0, new)])
    places = chosen(tmp_path, "embedded").erasable
    assert forget_everywhere(places, "T1", NOW) == 2
    assert [point.values[:2] for point in backlog.oldest(9)] == [("T2", "steps"), ("T1", "heart_rate")]
    assert [row[0] for row in backlog.quarantine()] == ["T2"]
    assert [values[1] for values in backlog.latest(["T1"])["T1"]] == ["heart_rate"]
    forget_everywhere(places, "T1", None)
    assert {point.values[0] for point in backlog.oldest(9)} == {"T2"}
    backlog.close()


def test_the_status_goes_with_the_readings_and_one_of_after_the_erasure_stays(tmp_path: Path) -> None:
    platform = chosen(tmp_path, "embedded")
    platform.states.apply([StatusReport("T1", "online", NOW, battery=80.0), StatusReport("T2", "online", NOW)])
    forget_everywhere(platform.erasable, "T1", None)
    assert list(platform.states.status_many(["T1", "T2"])) == ["T2"]
    later = NOW + timedelta(seconds=1)
    platform.states.apply([StatusReport("T1", "online", later)])
    forget_everywhere(platform.erasable, "T1", NOW)
    assert platform.states.status("T1") is not None
    forget_everywhere(platform.erasable, "T1", later)
    assert platform.states.status("T1") is None


def test_a_repeat_reaches_the_file_s_readings_that_were_dated_ahead(tmp_path: Path) -> None:
    store = chosen(tmp_path, "embedded").store
    later = NOW + timedelta(seconds=30)
    ahead = [DeviceReading("T1", metric, NOW.timestamp() + 3600, 1.0, NOW) for metric in ("steps", "heart_rate")]
    at_until = DeviceReading("T1", "steps", NOW.timestamp(), 1.0, NOW)
    kept = DeviceReading("T1", "steps", later.timestamp(), 2.0, later)
    store.write([*ahead, at_until, kept])
    assert StoreForgets(store).forget("T1", NOW) == 3
    assert [reading.value for reading in store.export("T1")] == [2.0]
    assert [reading.value for reading in store.latest("T1")] == [2.0]
