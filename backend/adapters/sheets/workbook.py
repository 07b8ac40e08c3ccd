"""How a workbook's first sheet is read as a table of texts."""

from __future__ import annotations

import io
from collections.abc import Iterator
from datetime import date, datetime, time, timedelta
from typing import Any

from python_calamine import CalamineError, CalamineWorkbook

from backend.adapters.sheets.unpacking import repacked
from backend.services.sheets.ports import MAX_COLUMNS, MAX_ROWS, SheetFault, SheetRefused


def workbook_rows(content: bytes) -> Iterator[tuple[int, list[str]]]:
    """(row number, cells) of the first sheet; raises `SheetRefused`."""
    archive = repacked(content)
    try:
        sheet = CalamineWorkbook.from_filelike(io.BytesIO(archive)).get_sheet_by_index(0)
    except (CalamineError, IndexError, ValueError, OSError) as error:
        raise SheetRefused(SheetFault.NOT_A_SHEET, type(error).__name__) from None
    except BaseException as panic:
        # The library is Rust, and tells of its own faults by an exception that is no Exception.
        if type(panic).__name__ != "PanicException":
            raise
        raise SheetRefused(SheetFault.NOT_A_SHEET, "panic") from None
    if sheet.width > MAX_COLUMNS:
        raise SheetRefused(SheetFault.TOO_MANY_COLUMNS, str(sheet.width))
    if sheet.height > MAX_ROWS + 1:
        raise SheetRefused(SheetFault.TOO_MANY_ROWS, str(sheet.height))
    # Begins with the first row of the sheet, empty or not.
    for number, row in enumerate(sheet.iter_rows(), start=1):
        yield number, [_text(cell) for cell in row]


def _text(cell: Any) -> str:
    match cell:
        case bool():
            return "true" if cell else "false"
        case float():
            return str(int(cell)) if cell.is_integer() and abs(cell) < 1e15 else repr(cell)
        case datetime():
            return cell.date().isoformat() if cell.time() == time() else cell.isoformat(sep=" ", timespec="seconds")
        case time():
            return cell.isoformat(timespec="minutes" if cell.second == 0 else "seconds")
        case date():
            return cell.isoformat()
        case timedelta():
            minutes = round(cell.total_seconds() / 60)
            return f"{minutes // 60:02d}:{minutes % 60:02d}"
        case _:
            return str(cell)
