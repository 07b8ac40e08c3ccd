"""How a text file is read as a table: which encoding, which separator."""

from __future__ import annotations

import codecs
import csv
import io
from collections.abc import Iterator
from typing import Final

from backend.services.sheets.ports import SheetFault, SheetRefused

_SEPARATORS: Final = (",", ";", "\t")


def text_rows(content: bytes) -> Iterator[tuple[int, list[str]]]:
    """(row number, cells), as a spreadsheet program counts; raises `SheetRefused`."""
    text = _decoded(content)
    reader = csv.reader(io.StringIO(text, newline=""), delimiter=_separator(text))
    try:
        yield from enumerate(reader, start=1)
    except csv.Error as error:
        raise SheetRefused(SheetFault.NOT_A_SHEET, f"{reader.line_num}: {error}") from None


def _decoded(content: bytes) -> str:
    if content.startswith((codecs.BOM_UTF16_LE, codecs.BOM_UTF16_BE)):
        encodings = ("utf-16",)
    else:
        # Excel on a Chinese machine saves CSV as GB 18030, which takes nearly every byte: so it is tried last.
        encodings = ("utf-8-sig", "gb18030")  # type: ignore[assignment]
    for encoding in encodings:
        try:
            return content.decode(encoding)
        except UnicodeDecodeError:
            continue
    raise SheetRefused(SheetFault.UNKNOWN_ENCODING)


def _separator(text: str) -> str:
    """The one that stands most often in the headings; a comma where none does."""
    headings = text.lstrip().partition("\n")[0]
    return max(_SEPARATORS, key=headings.count)
