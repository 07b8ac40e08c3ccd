"""Devices by spreadsheet: a dry run tells, one bad row keeps all out, the same file changes nothing."""

from __future__ import annotations

from typing import Any

import pytest

from backend.adapters.sheets import write_sheet
from backend.services.identity.actor import StaffRole
from backend.services.sheets.ports import SheetFormat
from tests.harness.registry import RegistryDesk

SHEET = """设备编号,种类,住户,地址,老人姓名,出生年份,房间,型号,设备类别,SIM 卡号,SIM 到期,SIM 余额,保修至,监测间隔分钟
T1,终端,塔湾 12 号,桃花镇塔湾村 12 号,王桂英,1941,卧室,YJT-3,terminal_4g,89860012345678,2027/3/1,12.5,2028-11-01,60
S1,传感器,塔湾 12 号,桃花镇塔湾村 12 号,李福,,厨房,SMK-1,smoke,,,,,
T2,terminal,,,,,,YJT-3,,,,,,
"""
BAD = """设备编号,种类,住户,老人姓名,SIM 余额,保修至,监测间隔分钟
T1,终端,甲,,1.5,2028-01-01,60
,终端,,,,,
T3,冰箱,,,,,
T4,终端,,王五,,,
T5,终端,乙,,很多,不知道,0
T1,终端,甲,,,,
lobby-1,终端,,,,,
"""


def take_in(desk: RegistryDesk, content: str | bytes, status: int = 200, **query: Any) -> dict[str, Any]:
    data = content.encode() if isinstance(content, str) else content
    return desk.answer(desk.http.post("/devices/import", params=query, files={"file": ("d.csv", data)}), status)


def listed(desk: RegistryDesk) -> dict[str, dict[str, Any]]:
    return {one["id"]: one for one in desk.answer(desk.http.get("/devices"))["items"]}


def test_a_dry_run_tells_all_and_changes_nothing(desk: RegistryDesk) -> None:
    report = take_in(desk, SHEET, dry_run=True)
    assert (report["dry_run"], report["applied"], report["created"], report["problems"]) == (True, False, 3, [])
    assert listed(desk) == {}


def test_what_is_taken_in_stands_and_the_same_again_changes_nothing(desk: RegistryDesk) -> None:
    take_in(desk, SHEET)
    found = listed(desk)
    first = found["T1"]
    assert (first["state"], first["home_label"], first["room"]) == ("enrolled", "塔湾 12 号", "卧室")
    assert (first["sim_number"], first["sim_expires_on"], first["sim_balance_fen"]) == (
        "**********5678",
        "2027-03-01",
        1250,
    )
    assert (found["S1"]["home_id"], found["T2"]["state"]) == (first["home_id"], "stock")
    home = desk.answer(desk.http.get(f"/homes/{first['home_id']}"))
    assert sorted((one["name"], one["birth_year"]) for one in home["residents"]) == [("李福", None), ("王桂英", 1941)]
    again = take_in(desk, SHEET)
    assert (again["created"], again["changed"], again["unchanged"]) == (0, 0, 3)
    assert listed(desk) == found
    assert len(desk.history("/devices/T1")) == 1


def test_a_workbook_says_the_same(desk: RegistryDesk) -> None:
    rows = [line.split(",") for line in SHEET.splitlines()]
    report = take_in(desk, write_sheet(SheetFormat.XLSX, "x", rows[0], rows[1:]))
    assert (report["applied"], report["created"]) == (True, 3)


def test_a_row_changes_what_it_names_and_puts_a_shelved_device_into_a_home(desk: RegistryDesk) -> None:
    take_in(desk, SHEET)
    home_id = listed(desk)["T1"]["home_id"]
    report = take_in(desk, f"device_id,home_id,model\nT2,{home_id},YJT-4\n")
    (row,) = report["rows"]
    assert {one["column"]: (one["before"], one["after"]) for one in row["changes"]} == {
        "state": ("stock", "enrolled"),
        "home": ("", "塔湾 12 号"),
        "model": ("YJT-3", "YJT-4"),
    }
    assert listed(desk)["T2"]["home_id"] == home_id
    assert desk.history("/devices/T2")[0]["kind"] == "changed"


def test_one_bad_row_keeps_all_out_and_every_mistake_is_named(desk: RegistryDesk) -> None:
    dry = take_in(desk, BAD, dry_run=True)
    problem = take_in(desk, BAD, 422)
    assert (problem["code"], problem["applied"], problem["problems"]) == ("import_refused", False, dry["problems"])
    assert [(one["row"], one["column"]) for one in dry["problems"]] == [
        (3, "设备编号"),
        (4, "种类"),
        (5, "老人姓名"),
        (6, "SIM 余额"),
        (6, "保修至"),
        (6, "监测间隔分钟"),
        (7, "设备编号"),
        (8, "设备编号"),
    ]
    assert all(one["what"]["zh-CN"] and one["remedy"]["en"] for one in dry["problems"])
    assert listed(desk) == {}


def test_a_device_that_hangs_elsewhere_is_not_moved_by_a_sheet(desk: RegistryDesk) -> None:
    desk.device("T1")
    problem = take_in(desk, "设备编号,种类,住户\nT1,传感器,别家\n", 422)
    assert [(one["row"], one["column"]) for one in problem["problems"]] == [(2, "种类"), (2, "住户")]
    unknown = take_in(desk, "设备编号,住户编号\nT1,nowhere\n", 422)
    assert unknown["problems"][0]["what"]["en"] == "No such home"


def test_a_home_made_by_hand_is_found_by_its_label_and_address(desk: RegistryDesk) -> None:
    home_id = desk.device("T0")
    take_in(desk, "设备编号,种类,住户,地址\nT1,终端,塔湾 12 号,桃花镇塔湾村 12 号\n")
    assert listed(desk)["T1"]["home_id"] == home_id


@pytest.mark.parametrize("content", [b"", b"PK\x03\x04 no archive", b"\xd0\xcf\x11\xe0"])
def test_a_file_that_is_no_sheet_says_why(desk: RegistryDesk, content: bytes) -> None:
    assert take_in(desk, content, 422)["code"] == "unreadable_sheet"


def test_what_was_taken_in_connects_once_it_has_claimed_a_secret(desk: RegistryDesk) -> None:
    take_in(desk, SHEET)
    desk.broker.publish()
    assert "T1" not in desk.broker.known
    body = {"device_id": "T1", "claim_secret": desk.secrets.secret_of("T1")}
    claimed = desk.answer(desk.of(None).post("/claims", json=body), 201)
    assert (claimed["device_id"], len(claimed["secret"])) == ("T1", 43)
    assert "T1" in desk.broker.known
    assert listed(desk)["T1"]["state"] == "enrolled"


def test_an_operator_takes_nothing_in(desk: RegistryDesk) -> None:
    answer = desk.of(StaffRole.OPERATOR).post("/devices/import", files={"file": ("d.csv", b"x")})
    assert answer.status_code == 403
