"""How a table leaves: CSV that opens in a Chinese spreadsheet without garbling, or a workbook of one sheet."""

from __future__ import annotations

import csv
import io
from collections.abc import Iterable, Sequence
from typing import Final

import xlsxwriter  # type: ignore[import-untyped]

from backend.adapters.sheets.formulas import escaped, guarded
from backend.services.sheets.ports import Cell, SheetFormat

BYTE_ORDER_MARK: Final = "\ufeff"
"""Without it Excel reads UTF-8 as the machine's code page."""
_WIDTH: Final = 20


def write_sheet(format_: SheetFormat, title: str, headings: Sequence[str], rows: Iterable[Sequence[Cell]]) -> bytes:
    """`WriteSheet`: `title` names the sheet of a workbook, at most 31 characters of it."""
    if format_ is SheetFormat.CSV:
        return _csv(headings, rows)
    return _workbook(title, headings, rows)


def _csv(headings: Sequence[str], rows: Iterable[Sequence[Cell]]) -> bytes:
    text = io.StringIO()
    writer = csv.writer(text)
    writer.writerow(headings)
    for row in rows:
        writer.writerow([guarded(cell) if isinstance(cell, str) else cell for cell in row])
    return (BYTE_ORDER_MARK + text.getvalue()).encode()


def _workbook(title: str, headings: Sequence[str], rows: Iterable[Sequence[Cell]]) -> bytes:
    file = io.BytesIO()
    options = {"in_memory": True, "strings_to_formulas": False, "strings_to_urls": False, "strings_to_numbers": False}
    with xlsxwriter.Workbook(file, options) as book:
        sheet = book.add_worksheet(title[:31])
        sheet.freeze_panes(1, 0)
        sheet.set_column(0, max(len(headings) - 1, 0), _WIDTH)
        bold = book.add_format({"bold": True})
        for position, heading in enumerate(headings):
            sheet.write_string(0, position, heading, bold)
        for number, row in enumerate(rows, start=1):
            for position, cell in enumerate(row):
                if isinstance(cell, str):
                    sheet.write_string(number, position, escaped(cell))
                elif cell is not None:
                    sheet.write_number(number, position, cell)
    return file.getvalue()
