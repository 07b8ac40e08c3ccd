"""A spreadsheet comes in as text by heading, from whichever program, and leaves without a formula in it."""

from __future__ import annotations

import csv
import io
import zipfile
from collections.abc import Callable
from datetime import date, datetime, time

import pytest
import xlsxwriter

from backend.adapters.sheets import read_sheet, write_sheet
from backend.services.sheets.ports import MAX_BYTES, MAX_COLUMNS, MAX_ROWS, SheetFault, SheetFormat, SheetRefused

TABLE = "名称,电话\n东港,0580-1\n西港,\n"


def _workbook(fill: Callable[..., object]) -> bytes:
    file = io.BytesIO()
    with xlsxwriter.Workbook(file) as book:
        fill(book, book.add_worksheet())
    return file.getvalue()


def _archive(**parts: bytes) -> bytes:
    file = io.BytesIO()
    with zipfile.ZipFile(file, "w", zipfile.ZIP_DEFLATED) as archive:
        for name, content in parts.items():
            archive.writestr(name, content)
    return file.getvalue()


def _with_sheet(sheet_xml: bytes) -> bytes:
    """A workbook whose only sheet is this XML."""
    good = _workbook(lambda _, sheet: sheet.write(0, 0, "x"))
    file = io.BytesIO()
    with zipfile.ZipFile(io.BytesIO(good)) as old, zipfile.ZipFile(file, "w", zipfile.ZIP_DEFLATED) as new:
        for info in old.infolist():
            new.writestr(
                info.filename, sheet_xml if info.filename.startswith("xl/worksheets/") else old.read(info.filename)
            )
    return file.getvalue()


@pytest.mark.parametrize(
    "content",
    [
        TABLE.encode(),
        TABLE.encode("utf-8-sig"),
        TABLE.encode("gb18030"),
        TABLE.encode("utf-16"),
        TABLE.replace(",", "\t").encode("utf-16"),
        TABLE.replace(",", ";").encode(),
        TABLE.replace("\n", "\r\n").encode(),
        f"\n,,\n{TABLE}\n,\n".encode(),
    ],
)
def test_text_files_of_many_programs_say_the_same(content: bytes) -> None:
    sheet = read_sheet(content)
    assert sheet.headings == ("名称", "电话")
    assert [dict(row.cells) for row in sheet.rows] == [{"名称": "东港", "电话": "0580-1"}, {"名称": "西港", "电话": ""}]


def test_rows_are_counted_as_the_spreadsheet_counts() -> None:
    text = 'name,note\nfirst,"two\nlines"\n\nfourth,\n'
    assert [row.number for row in read_sheet(text.encode()).rows] == [2, 4]

    def fill(_: object, sheet: xlsxwriter.worksheet.Worksheet) -> None:
        sheet.write_row(2, 1, ["name", "note"])
        sheet.write_row(4, 1, ["fifth", 1])

    rows = read_sheet(_workbook(fill)).rows
    assert [(row.number, dict(row.cells)) for row in rows] == [(5, {"name": "fifth", "note": "1"})]


def test_whatever_a_cell_holds_comes_in_as_text() -> None:
    def fill(book: xlsxwriter.Workbook, sheet: xlsxwriter.worksheet.Worksheet) -> None:
        for column, name in enumerate(("text", "whole", "part", "yes", "day", "moment", "clock")):
            sheet.write(0, column, name)
        sheet.write_row(1, 0, ["  东港  ", 12, 29.95, True])
        sheet.write_datetime(1, 4, date(2026, 11, 25), book.add_format({"num_format": "yyyy-mm-dd"}))
        sheet.write_datetime(1, 5, datetime(2026, 11, 25, 8, 30), book.add_format({"num_format": "yyyy-mm-dd hh:mm"}))  # noqa: DTZ001
        sheet.write_datetime(1, 6, time(8, 30), book.add_format({"num_format": "hh:mm"}))

    assert list(read_sheet(_workbook(fill)).rows[0].cells.values()) == [
        "东港", "12", "29.95", "true", "2026-11-25", "2026-11-25 08:30:00", "08:30",
    ]  # fmt: skip


@pytest.mark.parametrize("format_", SheetFormat)
def test_what_is_written_is_read_again_and_is_no_formula(format_: SheetFormat) -> None:
    texts = [
        "=1+1",
        "+86 580",
        "-12",
        "@x",
        "'=1",
        "''+1",
        "'quoted'",
        "plain",
        "a;b,c",
        'say "hi"',
        "two\nlines",
        "1e5",
    ]
    content = write_sheet(format_, "组织", ["no", "text", "figure"], [[n, text, -1.5] for n, text in enumerate(texts)])
    rows = read_sheet(content).rows
    assert [row.cells["text"] for row in rows] == texts
    assert {row.cells["figure"] for row in rows} == {"-1.5"}
    if format_ is SheetFormat.CSV:
        assert content.startswith(b"\xef\xbb\xbf")
        shown = [row[1] for row in csv.reader(io.StringIO(content.decode("utf-8-sig")))]
        assert not [text for text in shown if text.startswith(("=", "+", "-", "@"))]


@pytest.mark.parametrize(
    ("content", "fault"),
    [
        (b"", SheetFault.EMPTY),
        (b"\n,,\n", SheetFault.EMPTY),
        (b"a" * (MAX_BYTES + 1), SheetFault.TOO_LARGE),
        (b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1" + b"\x00" * 600, SheetFault.OLD_OR_LOCKED),
        (b"\xff\x81\xff\xff", SheetFault.UNKNOWN_ENCODING),
        (b"a,a\n1,2\n", SheetFault.HEADING_TWICE),
        (b",".join(b"c%d" % number for number in range(MAX_COLUMNS + 1)), SheetFault.TOO_MANY_COLUMNS),
        (b"a\n" + b"1\n" * (MAX_ROWS + 1), SheetFault.TOO_MANY_ROWS),
        (b"a\n" + b"," * MAX_COLUMNS + b"1", SheetFault.TOO_MANY_COLUMNS),
        (b'a\n"' + b"x" * 200_000 + b'"\n', SheetFault.NOT_A_SHEET),
        (b"PK\x03\x04 and then nothing", SheetFault.NOT_A_SHEET),
        (_archive(**{"content.xml": b"<office:document-content/>", "mimetype": b"x"}), SheetFault.NOT_A_SHEET),
        (_archive(**{"xl/workbook.xml": b"<workbook/>"}), SheetFault.NOT_A_SHEET),
    ],
)  # fmt: skip
def test_a_file_that_is_no_table_is_refused_with_the_reason(content: bytes, fault: SheetFault) -> None:
    with pytest.raises(SheetRefused) as refused:
        read_sheet(content)
    assert refused.value.fault is fault


def test_an_archive_that_unpacks_to_gigabytes_is_refused() -> None:
    bomb = _with_sheet(b"<worksheet>" + b" " * (65 * 1024 * 1024) + b"</worksheet>")
    assert len(bomb) < 200_000
    with pytest.raises(SheetRefused) as refused:
        read_sheet(bomb)
    assert refused.value.fault is SheetFault.UNPACKS_TOO_LARGE


@pytest.mark.parametrize(
    ("cells", "fault"),
    [
        (b'<row r="1"><c r="A1"><v>1</v></c></row><row r="1048576"><c r="XFD1048576"><v>1</v></c></row>',
         SheetFault.TOO_MANY_ROWS),
        (b'<row r="1"><c r="XFD1"><v>1</v></c></row><row r="900"><c r="A900"><v>1</v></c></row>',
         SheetFault.TOO_MANY_COLUMNS),
        (b"<row><c><v>1</v></c></row>", SheetFault.NOT_A_SHEET),
        (b"""<row><c x='r="A1"'><v>1</v></c></row>""", SheetFault.NOT_A_SHEET),
    ],
)  # fmt: skip
def test_two_cells_far_apart_reserve_no_memory_between_them(cells: bytes, fault: SheetFault) -> None:
    with pytest.raises(SheetRefused) as refused:
        read_sheet(_with_sheet(b"<worksheet><sheetData>" + cells + b"</sheetData></worksheet>"))
    assert refused.value.fault is fault


def test_the_largest_sheet_that_is_taken() -> None:
    columns = 10
    rows = [[f"c{column}" for column in range(columns)]] + [["x"] * columns] * MAX_ROWS
    content = write_sheet(SheetFormat.XLSX, "x", rows[0], rows[1:])
    assert len(read_sheet(content).rows) == MAX_ROWS
    with pytest.raises(SheetRefused) as refused:
        read_sheet(write_sheet(SheetFormat.XLSX, "x", rows[0], [*rows[1:], rows[1]]))
    assert refused.value.fault is SheetFault.TOO_MANY_ROWS
