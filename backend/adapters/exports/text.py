"""Exports as text: CSV that opens in a Chinese spreadsheet without garbling, and JSON lines for programs."""

from __future__ import annotations

import csv
import io
from collections.abc import Iterable, Iterator
from datetime import datetime
from itertools import islice
from typing import Final
from zoneinfo import ZoneInfo

import msgspec

from backend.adapters.exports.columns import Cell, columns, guarded
from backend.services.telemetry.export_telemetry import ExportRow

ROWS_AT_ONCE: Final = 500
BYTE_ORDER_MARK: Final = "\ufeff"
"""Without it Excel reads UTF-8 as the machine's code page."""


def csv_chunks(rows: Iterable[ExportRow], zone: ZoneInfo) -> Iterator[bytes]:
    """RFC 4180 in UTF-8 with a byte order mark. The headings wait for the first rows, which may fail."""
    shown = columns(zone)
    headings = BYTE_ORDER_MARK + _lines([[column.title for column in shown]])
    for some in _batches(rows):
        yield (headings + _lines([[_csv(column.cell(row)) for column in shown] for row in some])).encode()
        headings = ""
    if headings:
        yield headings.encode()


def json_chunks(rows: Iterable[ExportRow], zone: ZoneInfo) -> Iterator[bytes]:
    """One object a line, in UTF-8."""
    shown = columns(zone)
    encode = msgspec.json.Encoder().encode
    for some in _batches(rows):
        yield b"".join(encode({column.name: column.cell(row) for column in shown}) + b"\n" for row in some)


def _csv(cell: Cell) -> str | float | int | None:
    if isinstance(cell, str):
        return guarded(cell)
    if isinstance(cell, bool):
        return str(cell).upper()
    if isinstance(cell, datetime):
        return cell.isoformat(sep=" ", timespec="milliseconds")
    return cell


def _lines(rows: Iterable[Iterable[str | float | int | None]]) -> str:
    text = io.StringIO()
    csv.writer(text).writerows(rows)
    return text.getvalue()


def _batches(rows: Iterable[ExportRow]) -> Iterator[list[ExportRow]]:
    source = iter(rows)
    while some := list(islice(source, ROWS_AT_ONCE)):
        yield some
