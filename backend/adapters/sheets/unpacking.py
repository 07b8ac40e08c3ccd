"""Which parts of a workbook are let through to the library that reads it, and how large they may be.

A workbook is a ZIP archive. A few kilobytes can unpack to gigabytes, and two cells far apart make the library reserve
everything between them, which ends the process. So the parts are unpacked here under a limit, looked at, packed anew.
"""

from __future__ import annotations

import io
import re
import zipfile
import zlib
from collections.abc import Iterator
from typing import Final

from backend.services.sheets.ports import MAX_COLUMNS, MAX_ROWS, SheetFault, SheetRefused

MAX_UNPACKED: Final = 64 * 1024 * 1024
MAX_PARTS: Final = 500
MAX_AREA: Final = 2 * (MAX_ROWS + 1) * MAX_COLUMNS
"""Cells between the first and the last one, empty ones included; each takes the library 24 bytes."""
READ_BYTES: Final = 1024 * 1024
_PARTS: Final = re.compile(
    r"\[content_types\]\.xml|_rels/\.rels|xl/_rels/[^/]*\.rels|xl/(?:workbook|sharedstrings|styles)[^/]*\.xml"
    r"|xl/worksheets/[^/]*\.xml|xl/worksheets/_rels/[^/]*\.rels"
)
_CELL: Final = re.compile(rb'<(?:[A-Za-z_][\w.-]*:)?c(?=[\s/>])(?:\s+r="([A-Z]{1,3})([0-9]{1,7})")?')
"""Every spreadsheet program writes a cell's address first; a cell without one is refused: nobody knows where it is."""


def repacked(content: bytes) -> bytes:
    """An archive of those parts that a table needs; raises `SheetRefused`."""
    clean = io.BytesIO()
    try:
        with zipfile.ZipFile(io.BytesIO(content)) as archive, zipfile.ZipFile(clean, "w") as packed:
            for name, part in _parts(archive):
                packed.writestr(name, part)
    except (zipfile.BadZipFile, zlib.error, NotImplementedError, RuntimeError, EOFError, OSError, ValueError) as error:
        # Not a sound archive, a compression or encryption that Python does not know, a size that is a lie.
        raise SheetRefused(SheetFault.NOT_A_SHEET, type(error).__name__) from None
    return clean.getvalue()


def _parts(archive: zipfile.ZipFile) -> Iterator[tuple[str, bytes]]:
    infos = archive.infolist()
    if len(infos) > MAX_PARTS:
        raise SheetRefused(SheetFault.UNPACKS_TOO_LARGE, str(len(infos)))
    names = {info.filename.lower() for info in infos}
    if "xl/workbook.xml" not in names or len(names) < len(infos):
        raise SheetRefused(SheetFault.NOT_A_SHEET, "xl/workbook.xml")
    left, rows, columns = MAX_UNPACKED, 0, 0
    for info in infos:
        if _PARTS.fullmatch(info.filename.lower()):
            part = _unpacked(archive, info, left)
            left -= len(part)
            last_row, last_column = _extent(part)
            rows, columns = max(rows, last_row), max(columns, last_column)
            yield info.filename, part
    if rows * columns > MAX_AREA:
        raise SheetRefused(
            SheetFault.TOO_MANY_ROWS if rows > MAX_ROWS else SheetFault.TOO_MANY_COLUMNS, f"{rows} × {columns}"
        )


def _unpacked(archive: zipfile.ZipFile, info: zipfile.ZipInfo, left: int) -> bytes:
    pieces = bytearray()
    with archive.open(info) as part:
        while piece := part.read(READ_BYTES):
            pieces += piece
            if len(pieces) > left:
                raise SheetRefused(SheetFault.UNPACKS_TOO_LARGE, f"{MAX_UNPACKED // (1024 * 1024)} MB")
    return bytes(pieces)


def _extent(part: bytes) -> tuple[int, int]:
    """The last row and the last column that are named in a part, from 1; (0, 0) where it has no cells."""
    rows: int = 0
    columns: set[bytes] = set()
    for cell in _CELL.finditer(part):
        if cell[1] is None:
            raise SheetRefused(SheetFault.NOT_A_SHEET, "<c>")
        rows = max(rows, int(cell[2]))
        columns.add(cell[1])
    return rows, max(map(_column, columns), default=0)


def _column(letters: bytes) -> int:
    number = 0
    for letter in letters:
        number = number * 26 + letter - ord("A") + 1
    return number
