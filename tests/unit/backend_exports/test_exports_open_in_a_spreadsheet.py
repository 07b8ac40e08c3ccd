"""An export reads the same in a spreadsheet as in the store: Chinese, times, and text that looks like a formula."""

from __future__ import annotations

import csv
import io
import json
from datetime import datetime, timedelta
from zoneinfo import ZoneInfo

from python_calamine import CalamineWorkbook

from backend.adapters.exports.text import csv_chunks, json_chunks
from backend.adapters.exports.workbook import workbook_chunks
from backend.services.telemetry.export_telemetry import ExportRow, ExportTelemetry
from backend.services.telemetry.homes import Place
from backend.services.telemetry.ports import StatusReport
from tests.fakes.telemetry_store import MemoryDeviceStates, MemoryTelemetryStore
from tests.harness.clock import ManualClock

ZONE = ZoneInfo("Asia/Shanghai")
AT = 1_795_403_565.120  # 2026-11-23T03:12:45.120Z
TIME, LOCAL = "2026-11-23T03:12:45.120Z", "2026-11-23 11:12:45.120"
ROOM = '=HYPERLINK("http://x")'
BED = Place("T1", "sensor", "卧室")
ROWS = [
    ExportRow(BED, "heart_rate", AT, 71.5, AT + 1, 71.5, 71.5, 1, 0),
    ExportRow(BED, "rssi", AT, -61.0, AT + 1, -61.0, -61.0, 1, 0),
    ExportRow(Place("T2", "sensor", ROOM), "motion", AT, True, AT + 1, 1.0, 1.0, 1, 0),
    ExportRow(BED, "heart_rate", 1_795_402_800.0, 70.25, None, 55.0, 90.0, 60, 3600),
]


def test_csv_says_utf_8_to_a_chinese_excel_and_keeps_every_value() -> None:
    content = b"".join(csv_chunks(ROWS, ZONE))
    assert content.startswith(b"\xef\xbb\xbf"), "Excel reads it as GBK without the mark"
    lines = list(csv.reader(io.StringIO(content.decode("utf-8-sig"))))
    assert lines[0][:2] == ["设备 Device", "房间 Room"]
    assert lines[1][:8] == ["T1", "卧室", "heart_rate", "心率 Heart rate", "71.5", "beat/min", LOCAL, TIME]
    assert lines[1][8:] == ["2026-11-23T03:12:46.120Z", "71.5", "71.5", "1", "0"]
    assert lines[2][4] == "-61.0"
    assert lines[3][4] == "TRUE"
    assert lines[4][4:8] == ["70.25", "beat/min", "2026-11-23 11:00:00.000", "2026-11-23T03:00:00.000Z"]
    assert lines[4][8:] == ["", "55.0", "90.0", "60", "3600"]


def test_the_last_status_of_a_device_is_in_the_file_and_its_text_is_no_formula() -> None:
    clock, states = ManualClock(), MemoryDeviceStates()
    now = clock.now()
    states.apply([StatusReport("T1", "online", now, boot=7, firmware="=1+1", battery=80.0, rssi=-61.0)])
    rows = list(
        ExportTelemetry(MemoryTelemetryStore(), states, clock, timedelta(days=90))([BED, Place("T2", "sensor")])
    )
    lines = list(csv.reader(io.StringIO(b"".join(csv_chunks(rows, ZONE)).decode("utf-8-sig"))))
    assert [(line[0], line[2], line[4]) for line in lines[1:]] == [
        ("T1", "status.state", "online"),
        ("T1", "status.firmware", "'=1+1"),
        ("T1", "status.boot", "7"),
        ("T1", "status.battery", "80.0"),
        ("T1", "status.rssi", "-61.0"),
    ]
    assert lines[1][3] == "设备状态 Device state"
    sheet = CalamineWorkbook.from_filelike(io.BytesIO(b"".join(workbook_chunks(rows, ZONE)))).get_sheet_by_index(0)
    assert [line[4] for line in sheet.to_python()[1:]] == ["online", "=1+1", 7, 80, -61]


def test_no_text_becomes_a_formula_in_csv() -> None:
    for text in ("=1+1", "+1", "-1", "@x", "\tx", "\rx"):
        row = ExportRow(Place("T1", "sensor", text), "steps", AT, 1.0, AT, 1.0, 1.0, 1, 0)
        lines = list(csv.reader(io.StringIO(b"".join(csv_chunks([row], ZONE)).decode("utf-8-sig"), newline="")))
        assert lines[1][1] == f"'{text}"


def test_a_workbook_holds_numbers_dates_and_plain_text() -> None:
    book = CalamineWorkbook.from_filelike(io.BytesIO(b"".join(workbook_chunks(ROWS, ZONE))))
    rows = book.get_sheet_by_index(0).to_python()
    assert rows[0][:3] == ["设备 Device", "房间 Room", "指标代码 Metric"]
    assert rows[1][:5] == ["T1", "卧室", "heart_rate", "心率 Heart rate", 71.5]
    assert rows[1][6] == datetime.fromisoformat(LOCAL)
    assert rows[1][7] == TIME
    assert rows[3][1] == ROOM, "the text itself, and calamine shows a formula's result, not its text"
    assert rows[3][4] is True
    assert rows[4][8] == ""
    assert [len(row) for row in rows] == [13] * 5


def test_what_does_not_fit_goes_on_in_the_next_sheet() -> None:
    book = CalamineWorkbook.from_filelike(io.BytesIO(b"".join(workbook_chunks(ROWS, ZONE, rows_per_sheet=3))))
    sheets = [book.get_sheet_by_index(index).to_python() for index in range(2)]
    assert [len(sheet) for sheet in sheets] == [4, 2]
    assert sheets[0][0] == sheets[1][0]


def test_json_lines_are_one_object_each() -> None:
    found = [json.loads(line) for line in b"".join(json_chunks(ROWS, ZONE)).splitlines()]
    assert len(found) == 4
    assert found[0]["device_id"] == "T1"
    assert found[0]["value"] == 71.5
    assert found[0]["time"] == TIME
    assert found[2]["room"] == ROOM
    assert found[2]["value"] is True
    assert found[3]["received"] is None


def test_nothing_to_export_is_an_empty_table_and_no_error() -> None:
    assert b"".join(csv_chunks([], ZONE)).count(b"\r\n") == 1
    assert b"".join(json_chunks([], ZONE)) == b""
    book = CalamineWorkbook.from_filelike(io.BytesIO(b"".join(workbook_chunks([], ZONE))))
    assert len(book.get_sheet_by_index(0).to_python()) == 1
