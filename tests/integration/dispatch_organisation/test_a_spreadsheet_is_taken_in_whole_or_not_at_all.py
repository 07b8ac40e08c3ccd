"""Imports over HTTP: a dry run says what would be done, one bad row keeps all of them out, an export comes back."""

from __future__ import annotations

from typing import Any

import pytest
from httpx2 import Response
from starlette.testclient import TestClient

from backend.adapters.sheets import read_sheet, write_sheet
from backend.services.sheets.ports import MAX_BYTES, SheetFormat

VILLAGES = """村名,所属镇,岛屿,外岛,末班船
塔湾村,,普陀岛,,
后岙村,,桃花岛,是,16:30
"""
ORGANISATIONS = """名称,类型,上级,运营单位,电话,开放时间,服务村,纬度,经度,夜间转接,提供服务
塔湾照料中心,村,东港镇中心,普陀养老,0580-2600001,周一至周五 08:00-17:00,塔湾村；后岙村#1,29.945,122.301,,meals；visits
东港镇中心,镇,全区 District,,0580-2600000,全天,,,,,
东港养老院,机构,东港镇中心,,+86 580 2600002,always,后岙村,,,东港镇中心,
"""


def _import(client: TestClient, what: str, content: str | bytes, **query: Any) -> Response:
    data = content.encode() if isinstance(content, str) else content
    return client.post(f"/{what}/import", params=query, files={"file": ("list.csv", data)})


def _done(answer: Response) -> dict[str, Any]:
    assert answer.status_code == 200, answer.text
    found: dict[str, Any] = answer.json()
    return found


@pytest.fixture
def filled(admin: TestClient) -> TestClient:
    _done(_import(admin, "villages", VILLAGES))
    _done(_import(admin, "organisations", ORGANISATIONS))
    return admin


def test_a_dry_run_tells_all_and_changes_nothing(admin: TestClient) -> None:
    _done(_import(admin, "villages", VILLAGES))
    before = admin.get("/organisations").json()
    report = _done(_import(admin, "organisations", ORGANISATIONS, dry_run=True))
    assert (report["dry_run"], report["applied"], report["created"], report["refused"]) == (True, False, 3, 0)
    assert [(row["row"], row["outcome"], row["name"]) for row in report["rows"]] == [
        (2, "created", "塔湾照料中心"),
        (3, "created", "东港镇中心"),
        (4, "created", "东港养老院"),
    ]
    assert admin.get("/organisations").json() == before


def test_what_is_imported_stands_and_comes_in_any_order(filled: TestClient) -> None:
    items = {one["name"]: one for one in filled.get("/organisations").json()["items"]}
    centre, town, house = items["塔湾照料中心"], items["东港镇中心"], items["东港养老院"]
    assert (centre["parent_id"], town["parent_id"]) == (town["id"], "district")
    assert centre["hours"]["fri"] == [["08:00", "17:00"]]
    assert [(one["name"], one["position"]) for one in centre["catchment"]] in (
        [("塔湾村", 0), ("后岙村", 1)],
        [("后岙村", 1), ("塔湾村", 0)],
    )
    assert (centre["latitude"], centre["longitude"], centre["provides"]) == (29.945, 122.301, ["meals", "visits"])
    assert (house["night_organisation_id"], house["hours"], house["phone"]) == (town["id"], None, "+86 580 2600002")
    villages = {one["name"]: one for one in filled.get("/villages").json()["items"]}
    assert (villages["后岙村"]["outer_island"], villages["后岙村"]["last_ferry"]) == (True, "16:30")
    assert villages["后岙村"]["served_by"] == [house["id"], centre["id"]]


def test_the_same_file_again_changes_nothing(filled: TestClient) -> None:
    for what, content, rows in (("villages", VILLAGES, 2), ("organisations", ORGANISATIONS, 3)):
        report = _done(_import(filled, what, content))
        assert (report["applied"], report["unchanged"], report["created"], report["changed"]) == (True, rows, 0, 0)


@pytest.mark.parametrize("language", ["zh-CN", "en"])
@pytest.mark.parametrize("format_", SheetFormat)
@pytest.mark.parametrize("what", ["organisations", "villages"])
def test_an_export_comes_back_as_it_left(filled: TestClient, what: str, format_: SheetFormat, language: str) -> None:
    filled.patch("/organisations/district", json={"name": "=区 -1"})
    export = filled.get(f"/{what}/export", params={"format": format_}, headers={"Accept-Language": language})
    assert export.headers["content-disposition"].endswith(f"{what}.{format_}")
    before = filled.get(f"/{what}").json()
    report = _done(_import(filled, what, export.content))
    assert (report["created"], report["changed"], report["refused"]) == (0, 0, 0)
    assert report["unchanged"] == len(before["items"])
    assert report["ignored_headings"] == []
    assert filled.get(f"/{what}").json() == before


def test_an_export_is_edited_and_comes_back(filled: TestClient) -> None:
    sheet = read_sheet(filled.get("/organisations/export").content)
    rows = [dict(row.cells) for row in sheet.rows]
    hours, disabled = "开放时间 Opening hours", "停用 Disabled"
    for row in rows:
        if row["名称 Name"] == "东港养老院":
            row.update({hours: "周一至周日 07:00-19:00", disabled: "是", "名称 Name": "东港颐养院"})
    edited = write_sheet(
        SheetFormat.XLSX, "x", sheet.headings, [[row[head] for head in sheet.headings] for row in rows]
    )
    report = _done(_import(filled, "organisations", edited))
    assert (report["changed"], report["unchanged"]) == (1, 3)
    assert {one["column"]: (one["before"], one["after"]) for one in report["rows"][0]["changes"]} == {
        "name": ("东港养老院", "东港颐养院"),
        "hours": ("always", "Mon-Sun 07:00-19:00"),
        "disabled": ("", "yes"),
    }
    house = next(one for one in filled.get("/organisations").json()["items"] if one["name"] == "东港颐养院")
    assert (house["disabled"], house["open_now"]) == (True, False)


BAD = """id,名称,类型,上级,电话,开放时间,服务村,纬度,经度,夜间转接,提供服务
,好中心,村,东港镇中心,0580-1,全天,塔湾村,29.9,122.3,,
,坏一,庄,东港镇中心,,全天,,,,,
,坏二,村,没有的镇,,全天,,,,,
,坏三,村,塔湾照料中心,,全天,,,,,
,坏四,村,东港镇中心,打电话,周八 08:00-17:00,,,,,
,坏五,村,东港镇中心,,,没有的村,,,,
,坏六,村,东港镇中心,,全天,塔湾村；塔湾村,29.9,,没有,Meals
,好中心,村,东港镇中心,,全天,,,,,
,,村,东港镇中心,,全天,,,,,
,另一个区,区,,,全天,,,,,
东 港,坏七,村,东港镇中心,,全天,,,,,
"""


def test_one_bad_row_keeps_all_out_and_every_mistake_is_named(filled: TestClient) -> None:
    before = filled.get("/organisations").json()
    dry = _done(_import(filled, "organisations", BAD, dry_run=True))
    answer = _import(filled, "organisations", BAD)
    problem = answer.json()
    assert (answer.status_code, problem["code"], problem["applied"]) == (422, "import_refused", False)
    assert problem["problems"] == dry["problems"]
    assert [(one["row"], one["column"], one["value"]) for one in dry["problems"]] == [
        (3, "类型", "庄"),
        (4, "上级", "没有的镇"),
        (5, "上级", "塔湾照料中心"),
        (6, "开放时间", "周八 08:00-17:00"),
        (7, "开放时间", ""),
        (7, "服务村", "没有的村"),
        (8, "夜间转接", "没有"),
        (9, "名称", "好中心"),
        (10, "名称", ""),
        (12, "id", "东 港"),
    ]
    assert all(one["what"]["zh-CN"] and one["remedy"]["en"] for one in dry["problems"])
    assert (dry["created"], dry["changed"], dry["refused"]) == (1, 1, 9)
    assert filled.get("/organisations").json() == before


def test_a_name_that_several_have_asks_for_the_id(filled: TestClient) -> None:
    again = ORGANISATIONS.replace("东港镇中心", "沈家门镇中心")
    report = _done(_import(filled, "organisations", again))
    assert report["created"] == 3
    row = "名称,类型,上级,开放时间,夜间转接\n新中心,村,东港镇中心,全天,塔湾照料中心\n"
    problem = _done(_import(filled, "organisations", row, dry_run=True))["problems"][0]
    assert (problem["row"], problem["column"], problem["what"]["zh-CN"]) == (2, "夜间转接", "有 2 个都叫“塔湾照料中心”")


def test_a_row_without_a_column_leaves_it_as_it_is(filled: TestClient) -> None:
    before = {one["name"]: one for one in filled.get("/organisations").json()["items"]}
    report = _done(_import(filled, "organisations", "名称,类型,上级,电话,备注\n塔湾照料中心,村,东港镇中心,110,随便\n"))
    assert (report["changed"], report["ignored_headings"]) == (1, ["备注"])
    after = {one["name"]: one for one in filled.get("/organisations").json()["items"]}
    assert after == {**before, "塔湾照料中心": {**before["塔湾照料中心"], "phone": "110"}}


@pytest.mark.parametrize(
    ("content", "headings"),
    [
        ("名称,上级\nx,y\n", ["类型 Kind"]),
        ("电话\n1\n", ["名称 Name", "类型 Kind"]),
        ("名称,name,类型\nx,y,村\n", ["name"]),
    ],
)
def test_headings_that_are_missing_or_double_are_told_before_any_row(
    admin: TestClient, content: str, headings: list[str]
) -> None:
    problems = _import(admin, "organisations", content).json()["problems"]
    assert [(one["row"], one["column"]) for one in problems] == [(None, heading) for heading in headings]


@pytest.mark.parametrize(
    ("content", "status", "code"),
    [
        (b"", 422, "unreadable_sheet"),
        (b"PK\x03\x04 no archive", 422, "unreadable_sheet"),
        (b"x" * (MAX_BYTES + 1), 422, "unreadable_sheet"),
        (b"x" * (MAX_BYTES + 200_000), 413, "too_large"),
    ],
)
def test_a_file_that_cannot_be_read_says_why(admin: TestClient, content: bytes, status: int, code: str) -> None:
    answer = _import(admin, "organisations", content)
    assert (answer.status_code, answer.json()["code"]) == (status, code)
    assert answer.json()["title"]


def test_an_upload_that_is_none_is_refused(admin: TestClient) -> None:
    assert admin.post("/organisations/import", json={"file": "x"}).status_code == 422
    broken = {"Content-Type": "multipart/form-data; boundary=x"}
    assert admin.post("/organisations/import", content=b"--y\r\n", headers=broken).status_code in (400, 422)
