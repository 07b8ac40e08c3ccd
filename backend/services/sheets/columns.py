"""Which columns a list has in a spreadsheet, and under which headings they may come."""

from __future__ import annotations

import unicodedata
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass

from backend.services.sheets.ports import Sheet
from backend.services.sheets.report import SheetProblem
from contract.vocabulary import Label


@dataclass(frozen=True, slots=True)
class SheetColumn:
    """`name`: the code of the column, also taken as a heading, as are both labels, together or alone, and `aliases`."""

    name: str
    label: Label
    aliases: tuple[str, ...] = ()
    required: bool = False

    @property
    def heading(self) -> str:
        """What an export writes."""
        return f"{self.label.zh} {self.label.en}"

    def headings(self) -> Iterator[str]:
        """Whatever is taken for it."""
        yield from (self.name, self.label.zh, self.label.en, self.heading, *self.aliases)


@dataclass(frozen=True, slots=True)
class NamedRow:
    """One row by column name. A column that the file does not have is not in `cells`; an empty cell is ``""``."""

    number: int
    cells: Mapping[str, str]


@dataclass(frozen=True, slots=True)
class NamedSheet:
    """A sheet whose headings have been understood. `ignored`: headings that are none of the columns.

    `headings`: under which heading each column came. `problems`: what is wrong with the headings; then no row counts.
    """

    rows: tuple[NamedRow, ...]
    headings: Mapping[str, str]
    ignored: tuple[str, ...]
    problems: tuple[SheetProblem, ...]


def name_columns(sheet: Sheet, columns: Sequence[SheetColumn]) -> NamedSheet:
    """The rows of `sheet` by the names of `columns`."""
    known = {_plain(heading): column.name for column in columns for heading in column.headings()}
    headings: dict[str, str] = {}
    ignored, problems = [], []
    for heading in sheet.headings:
        name = known.get(_plain(heading))
        if name is None:
            ignored.append(heading)
        elif name in headings:
            problems.append(_twice(heading, headings[name]))
        else:
            headings[name] = heading
    problems += [_missing(column) for column in columns if column.required and column.name not in headings]
    rows = tuple(NamedRow(row.number, {name: row.cells[head] for name, head in headings.items()}) for row in sheet.rows)
    return NamedSheet(_filled(rows), headings, tuple(ignored), tuple(problems))


def _filled(rows: Iterable[NamedRow]) -> tuple[NamedRow, ...]:
    """Without those that say something only in columns that are ignored."""
    return tuple(row for row in rows if any(row.cells.values()))


def _plain(heading: str) -> str:
    text = unicodedata.normalize("NFKC", heading).casefold()
    return "".join(letter for letter in text if not letter.isspace() and letter not in "_*")


def _missing(column: SheetColumn) -> SheetProblem:
    return SheetProblem(
        None,
        column.heading,
        "",
        Label(f"缺少“{column.label.zh}”列", f"The column “{column.label.en}” is missing"),
        Label("请在第一行补上该列标题；可先导出一份作为模板。", "Add it to the headings; an export is a template."),
    )


def _twice(heading: str, before: str) -> SheetProblem:
    return SheetProblem(
        None,
        heading,
        "",
        Label(f"“{heading}”与“{before}”是同一列", f"“{heading}” and “{before}” are the same column"),
        Label("请删去其中一列。", "Remove one of the two."),
    )
