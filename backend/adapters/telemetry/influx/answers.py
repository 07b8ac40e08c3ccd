"""Which rows an answer of InfluxDB holds: CSV with a header row before each group of tables of one form."""

from __future__ import annotations

import csv
from collections.abc import Iterable, Iterator
from datetime import UTC, datetime, timedelta
from typing import Final

_EPOCH: Final = datetime(1970, 1, 1, tzinfo=UTC)

Row = dict[str, str]


class BadAnswer(Exception):  # noqa: N818 - what it is
    """The server broke off in the middle of an answer, or sent something else than CSV."""


def rows(lines: Iterable[str]) -> Iterator[Row]:
    """The rows by column name; `result` names the yield. Raises `BadAnswer`.

    A failure after the first row comes with status 200, as a table with a column `error`.
    """
    header: list[str] | None = None
    try:
        for cells in csv.reader(lines):
            if not cells or cells == [""]:
                header = None
            elif header is None:
                header = cells
            else:
                yield _row(header, cells)
    except csv.Error as error:
        raise BadAnswer(str(error)) from error


def _row(header: list[str], cells: list[str]) -> Row:
    row = dict(zip(header, cells, strict=False))
    if "error" in row and "result" not in row:
        raise BadAnswer("the server broke off")  # its words may quote values
    if len(cells) != len(header):
        raise BadAnswer(f"a row of {len(cells)} cells under a header of {len(header)}")
    return row


def micros(text: str) -> int:
    """An RFC 3339 time of the server, up to nanoseconds, as microseconds since 1970."""
    whole, _, rest = text.removesuffix("Z").partition(".")
    moment = datetime.fromisoformat(whole).replace(tzinfo=UTC)
    return (moment - _EPOCH) // timedelta(microseconds=1) + int(rest[:6].ljust(6, "0") if rest else 0)
