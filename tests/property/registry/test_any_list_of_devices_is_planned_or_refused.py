"""Whatever stands in a file of devices: it is taken in whole, or told row by row; never half, never a fault of ours."""

from __future__ import annotations

import tempfile
from collections.abc import Iterator
from datetime import UTC, date, datetime
from pathlib import Path

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from backend.adapters.db.engine import make_engine
from backend.adapters.db.migrations import migrate
from backend.adapters.sheets import write_sheet
from backend.domain.registry.household import HomeRecord
from backend.domain.registry.lifecycle import DeviceState
from backend.services.registry.device_sheet import COLUMNS
from backend.services.registry.plan_devices import Standing, plan_devices
from backend.services.registry.ports import ListedDevice
from backend.services.sheets.columns import name_columns
from backend.services.sheets.ports import Sheet, SheetFormat, SheetRow
from backend.services.sheets.report import RowOutcome
from tests.harness.registry import RegistryDesk

NOW = datetime(2026, 11, 24, 3, 12, 45, tzinfo=UTC)
LIKELY = {
    "device_id": ["T1", "T2", "S1", "new-1", "new-2", "lobby-1", "", "a b"],
    "kind": ["", "终端", "传感器", "terminal", "冰箱"],
    "home_id": ["", "", "h1", "h9"],
    "home": ["", "塔湾 12 号", "新家"],
    "address": ["", "桃花镇", "别处"],
    "resident": ["", "王桂英", "李福"],
    "birth_year": ["", "1941", "１９５０", "99"],
    "sim_number": ["", "89860012345678", "卡"],
    "sim_expires_on": ["", "2027/3/1", "2027-13-01", "1999-01-01"],
    "sim_balance": ["", "12.5元", "-3", "1e9", "NaN"],
    "supervision_minutes": ["", "60", "0", "1.5"],
    "warranty_until": ["", "2028.11.01"],
    "device_class": ["", "terminal_4g", "Terminal"],
    "batch": ["", "2026-11", "批 次"],
    "claim_sha256": ["", "ab" * 32, "ab"],
}
ODD = st.sampled_from(["nan", "1e999", "=1", "\x00", "\u3000", "²", "0" * 400, "𠮷" * 70]) | st.text(max_size=12)
NAMES = [column.name for column in COLUMNS]


def _device(device_id: str, home_id: str | None) -> ListedDevice:
    state = DeviceState.ENROLLED if home_id else DeviceState.STOCK
    return ListedDevice(device_id, "terminal", state, home_id, "塔湾 12 号" if home_id else None, None, False, NOW)


STANDING = Standing(
    {"T1": _device("T1", "h1"), "T2": _device("T2", None)},
    {"h1": HomeRecord("h1", "塔湾 12 号", "桃花镇")},
    {"h1": frozenset({"王桂英"})},
    {"T2": "2026-11"},
)


def _cell(column: str) -> st.SearchStrategy[str]:
    likely = st.sampled_from(LIKELY.get(column, ["", "x"]))
    return st.integers(0, 9).flatmap(lambda dice: ODD if dice == 0 else likely)


def _sheets() -> st.SearchStrategy[Sheet]:
    def rows(headings: list[str]) -> st.SearchStrategy[Sheet]:
        row = st.fixed_dictionaries({heading: _cell(heading) for heading in headings})
        return st.lists(row, min_size=1, max_size=4).map(
            lambda cells: Sheet(tuple(headings), tuple(SheetRow(n, one) for n, one in enumerate(cells, start=2)))
        )

    some = st.sets(st.sampled_from(NAMES), max_size=len(NAMES))
    return some.map(lambda chosen: sorted(chosen | {"device_id", "kind"})).flatmap(rows)


@given(_sheets())
def test_each_row_is_planned_or_told(sheet: Sheet) -> None:
    named = name_columns(sheet, COLUMNS)
    plan = plan_devices(named, STANDING, date(2026, 11, 24), NOW)
    assert [row.row for row in plan.rows] == [row.number for row in named.rows]
    refused = {row.row for row in plan.rows if row.outcome is RowOutcome.REFUSED}
    assert refused == {problem.row for problem in plan.problems}
    if plan.problems:
        return
    ids = [device.id for device in (*plan.new, *(after for _, after in plan.changed))]
    assert len(ids) == len(set(ids))
    for device in (*plan.new, *(after for _, after in plan.changed)):
        assert (device.home_id is None) is (device.state is DeviceState.STOCK)
        homes = {*STANDING.homes, *(home.id for home in plan.homes)}
        assert device.home_id is None or device.home_id in homes


@given(_sheets())
def test_what_was_carried_out_is_nothing_to_do_again(sheet: Sheet) -> None:
    named = name_columns(sheet, COLUMNS)
    plan = plan_devices(named, STANDING, date(2026, 11, 24), NOW)
    if plan.problems:
        return
    after = Standing(
        {**STANDING.devices, **{one.id: one for one in plan.new}, **{one.id: one for _, one in plan.changed}},
        {**STANDING.homes, **{home.id: home for home in plan.homes}},
        {
            home: STANDING.residents.get(home, frozenset())
            | {one.name for one in plan.residents if one.home_id == home}
            for home in {*STANDING.homes, *(home.id for home in plan.homes)}
        },
        {**STANDING.claims, **{claim.device_id: claim.batch_id for claim in plan.claims}},
    )
    again = plan_devices(named, after, date(2026, 11, 25), NOW)
    assert again.problems == ()
    assert (again.new, again.changed, again.homes, again.residents, again.claims) == ((), (), (), (), ())


@pytest.fixture(scope="module")
def desk() -> Iterator[RegistryDesk]:
    with tempfile.TemporaryDirectory() as folder:
        engine = make_engine(f"sqlite:///{Path(folder, 'care.sqlite')}")
        migrate(engine)
        yield RegistryDesk(engine, Path(folder))
        engine.dispose()


BOUNDED = settings(max_examples=60, suppress_health_check=[HealthCheck.function_scoped_fixture], deadline=None)


@BOUNDED
@given(st.binary(max_size=400) | st.text(max_size=200).map(lambda text: f"device_id,kind\n{text}".encode()))
def test_any_bytes_are_taken_in_or_refused(desk: RegistryDesk, content: bytes) -> None:
    answer = desk.http.post("/devices/import", files={"file": ("x.csv", content)})
    assert answer.status_code in (200, 422), answer.text
    assert answer.status_code == 200 or answer.json()["code"] in ("unreadable_sheet", "import_refused")


@BOUNDED
@given(_sheets(), st.sampled_from(SheetFormat))
def test_any_file_that_a_spreadsheet_writes_is_taken_in_or_refused(
    desk: RegistryDesk, sheet: Sheet, format_: SheetFormat
) -> None:
    rows = [[_writable(row.cells[name], format_) for name in sheet.headings] for row in sheet.rows]
    content = write_sheet(format_, "x", sheet.headings, rows)
    answer = desk.http.post("/devices/import", files={"file": ("x", content)})
    assert answer.status_code in (200, 422), answer.text
    if answer.status_code == 200:
        again = desk.answer(desk.http.post("/devices/import", files={"file": ("x", content)}))
        assert (again["created"], again["changed"]) == (0, 0)


def _writable(cell: str, format_: SheetFormat) -> str:
    """No file of that format can hold some characters at all."""
    kept = "".join(letter for letter in cell if letter.isprintable() or letter == "\u3000")
    return kept if format_ is SheetFormat.XLSX else cell.replace("\ud800", "").replace("\x00", "")
