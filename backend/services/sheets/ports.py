"""A spreadsheet as use cases see it, and what refuses a file as a whole."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from enum import StrEnum
from typing import Final, Protocol

MAX_BYTES: Final = 5 * 1024 * 1024
MAX_ROWS: Final = 20_000
"""Rows below the headings."""
MAX_COLUMNS: Final = 60

Cell = str | float | int | None


class SheetFormat(StrEnum):
    """As what a spreadsheet leaves; what comes in is recognised by its content."""

    CSV = "csv"
    XLSX = "xlsx"


class SheetFault(StrEnum):
    """Why a file is no spreadsheet that can be read."""

    EMPTY = "empty"
    TOO_LARGE = "too_large"
    TOO_MANY_ROWS = "too_many_rows"
    TOO_MANY_COLUMNS = "too_many_columns"
    UNPACKS_TOO_LARGE = "unpacks_too_large"
    OLD_OR_LOCKED = "old_or_locked"
    NOT_A_SHEET = "not_a_sheet"
    UNKNOWN_ENCODING = "unknown_encoding"
    HEADING_TWICE = "heading_twice"


class SheetRefused(Exception):  # noqa: N818 - an answer, not a fault of ours
    """A file that is not read. `where`: the place or figure that is at fault, where there is one."""

    def __init__(self, fault: SheetFault, where: str = "") -> None:
        super().__init__(f"{fault}: {where}" if where else str(fault))
        self.fault = fault
        self.where = where


@dataclass(frozen=True, slots=True)
class SheetRow:
    """`number`: as a spreadsheet program counts, from 1. `cells`: stripped text by heading, ``""`` where empty."""

    number: int
    cells: Mapping[str, str]


@dataclass(frozen=True, slots=True)
class Sheet:
    """The first sheet of a file: its headings in their order, and its rows without the empty ones."""

    headings: tuple[str, ...]
    rows: tuple[SheetRow, ...]


class ReadSheet(Protocol):
    """Bytes to rows."""

    def __call__(self, content: bytes) -> Sheet:
        """Raises `SheetRefused`, and nothing else, whatever the bytes are."""
        ...


class WriteSheet(Protocol):
    """Rows to bytes, such that no text becomes a formula and `ReadSheet` finds the same texts again."""

    def __call__(
        self, format_: SheetFormat, title: str, headings: Sequence[str], rows: Iterable[Sequence[Cell]]
    ) -> bytes: ...
