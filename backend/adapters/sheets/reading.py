"""Which kind of file came in, and how its rows become texts by heading."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from typing import Final

from backend.adapters.sheets.formulas import unguarded
from backend.adapters.sheets.text import text_rows
from backend.adapters.sheets.workbook import workbook_rows
from backend.services.sheets.ports import (
    MAX_BYTES,
    MAX_COLUMNS,
    MAX_ROWS,
    Sheet,
    SheetFault,
    SheetRefused,
    SheetRow,
)

_ZIP: Final = b"PK\x03\x04"
_OLE: Final = b"\xd0\xcf\x11\xe0"
"""The old Excel format, and also a workbook with a password."""


def read_sheet(content: bytes) -> Sheet:
    """`ReadSheet`: the headings are the first row that is not empty."""
    if len(content) > MAX_BYTES:
        raise SheetRefused(SheetFault.TOO_LARGE, f"{MAX_BYTES // (1024 * 1024)} MB")
    if content.startswith(_OLE):
        raise SheetRefused(SheetFault.OLD_OR_LOCKED)
    numbered = workbook_rows(content) if content.startswith(_ZIP) else text_rows(content)
    rows = _filled(numbered)
    _, headings = next(rows, (0, []))
    if not headings:
        raise SheetRefused(SheetFault.EMPTY)
    _refuse_twice(headings)
    return Sheet(tuple(filter(None, headings)), tuple(_by_heading(headings, rows)))


def _filled(rows: Iterable[tuple[int, Sequence[str]]]) -> Iterator[tuple[int, list[str]]]:
    """Rows that are not empty, without what is empty at their end."""
    for number, row in rows:
        cells = [unguarded(cell.strip()) for cell in row]
        while cells and not cells[-1]:
            cells.pop()
        if cells:
            yield number, cells


def _refuse_twice(headings: Sequence[str]) -> None:
    if len(headings) > MAX_COLUMNS:
        raise SheetRefused(SheetFault.TOO_MANY_COLUMNS, str(len(headings)))
    named = [heading for heading in headings if heading]
    twice = next((heading for heading in named if named.count(heading) > 1), None)
    if twice is not None:
        raise SheetRefused(SheetFault.HEADING_TWICE, twice[:64])


def _by_heading(headings: Sequence[str], rows: Iterable[tuple[int, list[str]]]) -> Iterator[SheetRow]:
    for count, (number, cells) in enumerate(rows, start=1):
        if count > MAX_ROWS:
            raise SheetRefused(SheetFault.TOO_MANY_ROWS, str(MAX_ROWS))
        if len(cells) > MAX_COLUMNS:
            raise SheetRefused(SheetFault.TOO_MANY_COLUMNS, str(number))
        padded = [*cells, *([""] * (len(headings) - len(cells)))]
        yield SheetRow(number, {heading: cell for heading, cell in zip(headings, padded, strict=False) if heading})
