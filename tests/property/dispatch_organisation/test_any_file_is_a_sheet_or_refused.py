"""Whatever bytes come in, they are a table within its limits or refused with a reason; what leaves comes back."""

from __future__ import annotations

import io
import zipfile

from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from backend.adapters.sheets import read_sheet, write_sheet
from backend.services.sheets.ports import MAX_COLUMNS, SheetFormat, SheetRefused

WORKBOOK = write_sheet(SheetFormat.XLSX, "sheet", ["名称", "hours"], [["东港", "always"], ["=1", 12.5], ["-", None]])
with zipfile.ZipFile(io.BytesIO(WORKBOOK)) as _archive:
    PARTS = {info.filename: _archive.read(info.filename) for info in _archive.infolist()}
CELL = st.text(st.characters(exclude_categories=("Cs", "Cc")), max_size=20).map(str.strip)


def _read(content: bytes) -> None:
    try:
        sheet = read_sheet(content)
    except SheetRefused:
        return
    assert len(sheet.headings) <= MAX_COLUMNS
    assert all(set(row.cells) <= set(sheet.headings) for row in sheet.rows)


def _mutated(content: bytes, places: list[tuple[int, int]]) -> bytes:
    changed = bytearray(content)
    for place, value in places:
        changed[place % len(changed)] = value
    return bytes(changed)


PLACES = st.lists(st.tuples(st.integers(0, 100_000), st.integers(0, 255)), min_size=1, max_size=6)


@given(st.binary(max_size=300) | st.text(max_size=300).map(str.encode))
def test_any_bytes(content: bytes) -> None:
    _read(content)


@given(PLACES, st.integers(0, len(WORKBOOK)))
def test_a_damaged_workbook(places: list[tuple[int, int]], length: int) -> None:
    _read(_mutated(WORKBOOK, places))
    _read(b"PK\x03\x04" + WORKBOOK[4:length])


@settings(suppress_health_check=[HealthCheck.too_slow], max_examples=200)
@given(st.sampled_from(sorted(PARTS)), PLACES, st.binary(max_size=40))
def test_a_sound_archive_with_a_damaged_part(name: str, places: list[tuple[int, int]], more: bytes) -> None:
    file = io.BytesIO()
    with zipfile.ZipFile(file, "w") as archive:
        for part, content in PARTS.items():
            archive.writestr(part, _mutated(content, places) + more if part == name else content)
    _read(file.getvalue())


@given(st.sampled_from(SheetFormat), st.lists(st.tuples(CELL, CELL), max_size=8))
def test_what_leaves_comes_back(format_: SheetFormat, cells: list[tuple[str, str]]) -> None:
    rows = [row for row in cells if any(row)]
    sheet = read_sheet(write_sheet(format_, "x", ["甲", "b"], rows))
    assert [(row.cells["甲"], row.cells["b"]) for row in sheet.rows] == rows
