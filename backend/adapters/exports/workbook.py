"""Exports as an Excel workbook: written to a temporary file row by row, so that a year needs no memory."""

from __future__ import annotations

import tempfile
from collections.abc import Iterable, Iterator, Sequence
from datetime import datetime
from itertools import islice
from typing import Any, Final
from zoneinfo import ZoneInfo

import xlsxwriter  # type: ignore[import-untyped]

from backend.adapters.exports.columns import Cell, Column, columns
from backend.services.telemetry.export_telemetry import ExportRow

ROWS_PER_SHEET: Final = 1_048_575
"""What Excel holds, less the headings; what is more goes on in the next sheet."""
READ_BYTES: Final = 65536


def workbook_chunks(rows: Iterable[ExportRow], zone: ZoneInfo, rows_per_sheet: int = ROWS_PER_SHEET) -> Iterator[bytes]:
    """The whole workbook; nothing is sent before it is complete, so a store that goes away spoils no file."""
    with tempfile.TemporaryFile() as file:
        # Text stays text: nothing that begins with "=" becomes a formula, nothing a link.
        options = {"constant_memory": True, "strings_to_formulas": False, "strings_to_urls": False}
        with xlsxwriter.Workbook(file, options) as book:
            _fill(book, rows, columns(zone), rows_per_sheet)
        file.seek(0)
        while chunk := file.read(READ_BYTES):
            yield chunk


def _fill(book: Any, rows: Iterable[ExportRow], shown: Sequence[Column], rows_per_sheet: int) -> None:
    bold = book.add_format({"bold": True})
    dated = book.add_format({"num_format": "yyyy-mm-dd hh:mm:ss"})
    source = iter(rows)
    number = 0
    more = True
    while more:
        number += 1
        sheet = book.add_worksheet(f"读数 Readings {number}")
        sheet.freeze_panes(1, 0)
        for position, column in enumerate(shown):
            sheet.set_column(position, position, column.width)
            sheet.write_string(0, position, column.title, bold)
        written = 0
        for row in islice(source, rows_per_sheet):
            written += 1
            for position, column in enumerate(shown):
                _write(sheet, written, position, column.cell(row), dated)
        more = written == rows_per_sheet


def _write(sheet: Any, row: int, position: int, cell: Cell, dated: Any) -> None:
    if isinstance(cell, str):
        sheet.write_string(row, position, cell)
    elif isinstance(cell, datetime):
        sheet.write_datetime(row, position, cell, dated)
    elif isinstance(cell, bool):
        sheet.write_boolean(row, position, cell)
    elif cell is not None:
        sheet.write_number(row, position, cell)
