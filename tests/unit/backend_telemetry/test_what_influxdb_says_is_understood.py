"""Answers that break off, refusals of every kind, and what is put right at the server."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from backend.adapters.telemetry.influx.address import Address
from backend.adapters.telemetry.influx.answers import BadAnswer, micros, rows
from backend.adapters.telemetry.influx.server import InfluxServer
from backend.adapters.telemetry.influx.setup import Buckets, Setup
from backend.adapters.telemetry.influx.trouble import ServerTrouble, Trouble, of_status
from backend.services.telemetry.retention import Retention
from tests.fakes.influx_server import ORG, TOKEN, InfluxWireServer

RETENTION = Retention(timedelta(days=1), timedelta(days=2), timedelta(days=3))


def test_tables_of_different_forms_follow_one_another() -> None:
    text = ",result,table,_value\r\n,low,0,1.5\r\n,low,1,2.5\r\n\r\n,result,table,metric\r\n,_result,2,steps\r\n\r\n"
    assert [(row["result"], row.get("_value"), row.get("metric")) for row in rows(text.splitlines(keepends=True))] == [
        ("low", "1.5", None),
        ("low", "2.5", None),
        ("_result", None, "steps"),
    ]


@pytest.mark.parametrize(
    "text",
    [
        ",result,table,_value\r\n,low,0,1.5\r\n\r\nerror,reference\r\nengine closed,\r\n",
        ",result,table,_value\r\n,low,0\r\n",
    ],
)
def test_an_answer_that_breaks_off_is_no_answer(text: str) -> None:
    with pytest.raises(BadAnswer):
        list(rows(text.splitlines(keepends=True)))


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("1970-01-01T00:00:01Z", 1_000_000),
        ("2026-11-24T03:12:45.12Z", 1_795_489_965_120_000),
        ("2026-11-24T03:12:45.120000999Z", 1_795_489_965_120_000),
        ("1969-12-31T23:59:59.5Z", -500_000),
    ],
)
def test_times_up_to_nanoseconds(text: str, expected: int) -> None:
    assert micros(text) == expected


@pytest.mark.parametrize(
    ("status", "body", "reason"),
    [
        (400, '{"code":"invalid","message":"unable to parse \'x\': missing fields"}', Trouble.BAD_POINTS),
        (422, '{"code":"unprocessable entity","message":"partial write: conflict dropped=1"}', Trouble.BAD_POINTS),
        (422, '{"code":"unprocessable entity","message":"bucket is read only"}', Trouble.REFUSED),
        (422, '{"message":"partial write"}', Trouble.REFUSED),
        (422, "<html>partial write: unable to parse</html>", Trouble.REFUSED),
        (400, "<html>unable to parse</html>", Trouble.REFUSED),
        (503, '{"code":"unavailable","message":"partial write"}', Trouble.BUSY),
        (400, "<html>bad request</html>", Trouble.REFUSED),
        (400, "[1]", Trouble.REFUSED),
        (401, "", Trouble.UNAUTHORISED),
        (403, "", Trouble.UNAUTHORISED),
        (404, "", Trouble.MISSING),
        (405, "", Trouble.REFUSED),
        (413, "", Trouble.TOO_LARGE),
        (429, "", Trouble.BUSY),
        (503, "", Trouble.BUSY),
        (500, "no space left on device", Trouble.FAILED),
        (502, "", Trouble.FAILED),
    ],
)
def test_only_a_refusal_that_names_points_condemns_points(status: int, body: str, reason: Trouble) -> None:
    assert of_status(status, body, None).reason is reason


def test_what_the_server_quotes_is_in_no_log() -> None:
    body = '{"code":"invalid","message":"unable to parse \'reading,device_id=T9 value=71.5\': bad"}'
    trouble = of_status(400, body, None)
    assert str(trouble) == "bad_points: status 400"
    assert "T9" in trouble.detail


@pytest.fixture
def wire() -> Iterator[InfluxWireServer]:
    server = InfluxWireServer()
    server.start()
    yield server
    server.stop()


def speaking(wire: InfluxWireServer, folder: Path, org: str = ORG) -> InfluxServer:
    (folder / "token").write_text(TOKEN)
    return InfluxServer(Address(wire.url, org, folder / "token", 2.0), lambda: datetime(2026, 11, 24, tzinfo=UTC))


def test_set_up_creates_what_is_missing_and_nothing_twice(wire: InfluxWireServer, tmp_path: Path) -> None:
    setup = Setup(speaking(wire, tmp_path), Buckets.of("care"), RETENTION)
    setup()
    assert {name: bucket.retention_seconds for name, bucket in wire.store.buckets.items()} == {
        "care-raw": 86_400,
        "care-1m": 172_800,
        "care-1h": 259_200,
    }
    assert [task["name"] for task in wire.tasks.values()] == ["care-1m", "care-1h"]
    wire.calls.clear()
    setup()
    assert {call.split()[0] for call in wire.calls} == {"GET"}


def test_set_up_puts_right_what_somebody_changed(wire: InfluxWireServer, tmp_path: Path) -> None:
    setup = Setup(speaking(wire, tmp_path), Buckets.of("care"), RETENTION)
    setup()
    before = {place: dict(task) for place, task in wire.tasks.items()}
    first, second = wire.tasks.values()
    first["status"], second["flux"] = "inactive", "option task = {}"
    wire.store.buckets["care-1m"].retention_seconds = 0
    setup()
    assert wire.tasks == before
    assert wire.store.buckets["care-1m"].retention_seconds == 172_800


def test_a_missing_organisation_is_said(wire: InfluxWireServer, tmp_path: Path) -> None:
    with pytest.raises(ServerTrouble) as raised:
        Setup(speaking(wire, tmp_path, "nobody"), Buckets.of("care"), RETENTION)()
    assert raised.value.reason is Trouble.MISSING


def test_without_a_token_nothing_is_asked(wire: InfluxWireServer, tmp_path: Path) -> None:
    server = speaking(wire, tmp_path)
    (tmp_path / "token").write_text(" \n")
    with pytest.raises(ServerTrouble) as raised:
        server.bucket("care-raw")
    assert raised.value.reason is Trouble.UNAUTHORISED
    (tmp_path / "token").unlink()
    with pytest.raises(ServerTrouble) as raised:
        server.bucket("care-raw")
    assert raised.value.reason is Trouble.AWAY
    assert wire.calls == []
