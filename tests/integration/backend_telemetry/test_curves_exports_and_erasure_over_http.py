"""From the gateway's batch to the curve, the spreadsheet and the erasure, over HTTP, on both stores."""

from __future__ import annotations

import csv
import io
import json
from collections.abc import Iterator
from typing import Any

import httpx2
import pytest
from python_calamine import CalamineWorkbook

from backend.api.telemetry_views import LatestPage
from contract.times import format_time, from_epoch
from tests.harness.backend import Platform, running
from tests.harness.clock import wait_until, wall_now
from tests.harness.influx import influx_target

NOW = wall_now().timestamp()
LIN = {"id": "p-lin", "name": "林阿婆"}
HOMES = [
    {"device_id": "T1", "kind": "terminal", "home": {"id": "h1", "label": "林家", "address": "1", "residents": [LIN]}},
    {
        "device_id": "T2",
        "kind": "terminal",
        "room": "=1+1",
        "home": {
            "id": "h2",
            "label": "王家",
            "address": "2",
            "residents": [{"id": "p-wang", "name": "王公"}, {"id": "p-chen", "name": "陈婆"}],
        },
    },
    {"device_id": "T3", "kind": "terminal", "home": {"id": "h3", "label": "空家", "address": "3"}},
]


@pytest.fixture(scope="module", params=["embedded", "influx"])
def store(request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory) -> Iterator[dict[str, Any]]:
    """The settings that choose a store."""
    if request.param == "embedded":
        yield {"telemetry_store": "embedded"}
        return
    folder, target = tmp_path_factory.mktemp("influx"), influx_target()
    prefix = target.prefix()
    yield {
        "telemetry_store": "influx",
        "influx_url": target.url,
        "influx_org": target.org,
        "influx_bucket_prefix": prefix,
        "influx_token_file": target.token_file(folder),
        "influx_backlog_path": folder / "backlog.sqlite",
    }
    target.clear(prefix)


@pytest.fixture(scope="module")
def platform(store: dict[str, Any], tmp_path_factory: pytest.TempPathFactory) -> Iterator[Platform]:
    folder = tmp_path_factory.mktemp("platform")
    with running(folder, f"sqlite:///{folder}/care.sqlite", **store) as found:
        with found.client("cli") as client:
            answer = client.post("/api/v1/devices", json={"items": HOMES})
            assert answer.status_code == 201, answer.text
        assert measured(found, "T1", *range(-3600, 0, 60)) == ("accepted", None)
        assert measured(found, "T2", *range(-3600, -2400, 60), *range(-600, 0, 60)) == ("accepted", None)
        yield found


@pytest.fixture(scope="module")
def administrator(platform: Platform) -> Iterator[httpx2.Client]:
    with platform.browser("admin") as client:
        yield client


@pytest.fixture(scope="module")
def operator(platform: Platform) -> Iterator[httpx2.Client]:
    with platform.browser("op1") as client:
        yield client


def measured(platform: Platform, device: str, *after: float) -> tuple[str, str | None]:
    """What becomes of a pack with a pulse at each of these seconds from the start of the test."""
    pack = [{"n": "heart_rate", "u": "beat/min", "v": 70 + second % 7, "t": NOW + second} for second in after]
    item = {"device_id": device, "received_at": format_time(wall_now()), "pack": pack}
    with platform.client("gw1") as gateway:
        answer = gateway.post("/ingest/v1/telemetry", json={"gateway": "gw1", "items": [item]})
    assert answer.status_code == 202, answer.text
    [outcome] = answer.json()["outcomes"]
    return outcome["outcome"], outcome["reason"]


def get(client: httpx2.Client, path: str, **query: Any) -> Any:
    answer = client.get(f"/api/v1{path}", params=query)
    assert answer.status_code == 200, answer.text
    return answer.json()


def span() -> dict[str, str]:
    moment = wall_now().timestamp()
    return {"from": _rfc3339(min(NOW, moment) - 3600), "to": _rfc3339(moment)}


def _rfc3339(seconds: float) -> str:
    moment = from_epoch(seconds)
    assert moment is not None
    return format_time(moment)


def test_a_curve_has_windows_that_suit_its_span_and_shows_its_gap(operator: httpx2.Client) -> None:
    # Up to the last reading: how long the tests before this one took must not show as a second gap.
    until = {"from": _rfc3339(NOW - 3600), "to": _rfc3339(NOW)}
    series = get(operator, "/devices/T2/series", metric="heart_rate", **until)
    assert (series["unit"], series["label"]["zh-CN"], series["window_seconds"]) == ("beat/min", "心率", 10)
    assert sum(row["count"] for row in series["rows"]) == 30
    gaps = [row for row in series["rows"] if row["mean"] is None]
    assert len(gaps) == 1
    day = get(operator, "/devices/T2/series", metric="heart_rate")
    assert day["window_seconds"] == 180
    assert all(70 <= row["low"] <= row["mean"] <= row["high"] <= 76 for row in day["rows"] if row["count"])


def test_the_curves_of_a_person_are_those_of_the_home(operator: httpx2.Client) -> None:
    found = get(operator, "/residents/p-wang/telemetry", **span())
    assert (found["home_id"], found["shared_with"]) == ("h2", ["p-chen"])
    assert [(series["device_id"], series["metric"]) for series in found["series"]] == [("T2", "heart_rate")]


def test_the_latest_of_all_of_a_home_or_of_devices_come_in_one_answer(operator: httpx2.Client) -> None:
    page = operator.get("/api/v1/telemetry/latest", params={"all": "true"})
    assert len(LatestPage.model_validate_json(page.content).items) == 3, "as it is described"
    everything = page.json()["items"]
    assert [(item["device_id"], item["home_label"], len(item["readings"])) for item in everything] == [
        ("T1", "林家", 1),
        ("T2", "王家", 1),
        ("T3", "空家", 0),
    ]
    reading = everything[0]["readings"][0]
    assert (reading["metric"], reading["value"], reading["unit"]) == ("heart_rate", 70 + -60 % 7, "beat/min")
    assert reading["at"] == _rfc3339(NOW - 60)
    assert [item["device_id"] for item in get(operator, "/telemetry/latest", home_id=["h2", "h9"])["items"]] == ["T2"]
    assert [item["device_id"] for item in get(operator, "/telemetry/latest", device_id=["T1", "T9"])["items"]] == ["T1"]


@pytest.mark.parametrize(
    ("path", "status", "code"),
    [
        ("/devices/T9/series?metric=heart_rate", 404, "unknown_device"),
        ("/devices/T1/series?metric=aura", 422, "unknown_metric"),
        ("/devices/T1/series?metric=steps&from=2026-01-02T00:00:00Z&to=2026-01-01T00:00:00Z", 422, "bad_span"),
        ("/devices/T1/series?metric=steps&to=9999-01-01T00:00:00Z", 422, "bad_span"),
        ("/devices/T1/series?metric=steps&from=2026-01-02T00:00:00", 422, "invalid"),
        ("/residents/p-nobody/telemetry", 404, "unknown_resident"),
        ("/telemetry/latest", 422, "which_devices"),
        ("/telemetry/latest?all=true&device_id=T1", 422, "which_devices"),
        ("/devices/T9/telemetry/export", 404, "unknown_device"),
        ("/residents/p-nobody/telemetry/export", 404, "unknown_resident"),
        ("/devices/T1/telemetry/export?format=parquet", 422, "invalid"),
    ],
)
def test_a_wrong_question_is_answered_with_what_is_wrong(
    administrator: httpx2.Client, path: str, status: int, code: str
) -> None:
    answer = administrator.get(f"/api/v1{path}")
    assert (answer.status_code, answer.json()["code"]) == (status, code)


def test_an_export_holds_all_readings_in_each_format(administrator: httpx2.Client) -> None:
    whole = {}
    for format_ in ("csv", "xlsx", "jsonl"):
        answer = administrator.get("/api/v1/devices/T2/telemetry/export", params={"format": format_})
        assert answer.status_code == 200, answer.text
        assert answer.headers["content-disposition"] == f'attachment; filename="device-T2.{format_}"'
        whole[format_] = answer.content
    lines = list(csv.reader(io.StringIO(whole["csv"].decode("utf-8-sig"))))
    sheet = CalamineWorkbook.from_filelike(io.BytesIO(whole["xlsx"])).get_sheet_by_index(0).to_python()
    objects = [json.loads(line) for line in whole["jsonl"].splitlines()]
    assert (len(lines) - 1, len(sheet) - 1, len(objects)) == (30, 30, 30)
    assert lines[1][1] == "'=1+1", "no formula comes out of a room's name"
    assert sheet[1][1] == "=1+1"
    assert [float(line[4]) for line in lines[1:]] == [row[4] for row in sheet[1:]] == [one["value"] for one in objects]


def test_who_may_see_may_not_take_away_or_erase(platform: Platform, operator: httpx2.Client) -> None:
    for path in ("/devices/T1/telemetry/export", "/residents/p-lin/telemetry/export"):
        assert operator.get(f"/api/v1{path}").status_code == 403
    assert operator.post("/api/v1/residents/p-lin/telemetry/erase", json={}).status_code == 403
    with platform.browser("tech") as technician:
        assert technician.get("/api/v1/devices/T1/telemetry/export").status_code == 200
        assert technician.get("/api/v1/residents/p-lin/telemetry/export").status_code == 403
        assert technician.post("/api/v1/residents/p-lin/telemetry/erase", json={}).status_code == 403


def test_a_person_takes_a_copy_and_is_erased_for_good(platform: Platform, administrator: httpx2.Client) -> None:
    copy = administrator.get("/api/v1/residents/p-lin/telemetry/export", params={"format": "jsonl"})
    assert len(copy.content.splitlines()) == 60
    path, key = "/api/v1/residents/p-lin/telemetry/erase", {"Idempotency-Key": "e1"}
    answer = administrator.post(path, json={}, headers=key)
    assert (answer.status_code, answer.json()["pending"]) == (200, False)
    assert answer.json()["items"] == [{"device_id": "T1", "deleted": 60}]
    assert administrator.post(path, json={}, headers=key).json() == answer.json()
    assert administrator.get("/api/v1/devices/T1/telemetry/export", params={"format": "jsonl"}).content == b""
    assert get(administrator, "/devices/T1/series", metric="heart_rate", **span())["rows"] == []
    assert get(administrator, "/telemetry/latest", device_id="T1")["items"][0]["readings"] == []
    assert measured(platform, "T1", -60) == ("refused", "erased"), "late, from before"
    later = wait_until(lambda: max(0.0, wall_now().timestamp() - NOW), "time to pass")
    assert measured(platform, "T1", later) == ("accepted", None)


def test_in_a_shared_home_it_has_to_be_said(administrator: httpx2.Client) -> None:
    path = "/api/v1/residents/p-wang/telemetry/erase"
    answer = administrator.post(path, json={})
    assert (answer.status_code, answer.json()["code"], answer.json()["others"]) == (409, "shared_home", ["p-chen"])
    assert len(get(administrator, "/telemetry/latest", device_id="T2")["items"][0]["readings"]) == 1
    assert administrator.post(path, json={"shared": True}).json()["items"] == [{"device_id": "T2", "deleted": 30}]
    assert administrator.post("/api/v1/residents/p-nobody/telemetry/erase", json={}).status_code == 404
