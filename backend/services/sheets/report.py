"""What an import answers: what became of each row, and for each thing that is wrong where it is and what to do."""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping
from dataclasses import dataclass, field
from enum import StrEnum
from functools import cached_property

from backend.services.sheets.ports import Cell
from contract.vocabulary import Label


class RowOutcome(StrEnum):
    """What a row does, or would do in a dry run. One that is refused keeps all of them from being done."""

    CREATED = "created"
    CHANGED = "changed"
    UNCHANGED = "unchanged"
    REFUSED = "refused"


@dataclass(frozen=True, slots=True)
class SheetProblem:
    """One thing that is wrong. `row` None: with the headings. `column`: its heading; None: the row as a whole."""

    row: int | None
    column: str | None
    value: str
    what: Label
    remedy: Label


@dataclass(frozen=True, slots=True)
class CellChange:
    """What a cell changes, in the words of an export. `column` is the column's name."""

    column: str
    before: str
    after: str


def changes_of(before: Mapping[str, Cell], after: Mapping[str, Cell]) -> tuple[CellChange, ...]:
    """What differs between two rows of an export."""

    def shown(cell: Cell) -> str:
        return "" if cell is None else str(cell)

    return tuple(
        CellChange(column, shown(cell), shown(after[column]))
        for column, cell in before.items()
        if cell != after[column]
    )


@dataclass(frozen=True, slots=True)
class RowReport:
    """`id`: None for what does not exist yet, in a dry run."""

    row: int
    outcome: RowOutcome
    id: str | None
    name: str
    changes: tuple[CellChange, ...] = ()


@dataclass(frozen=True)
class ImportReport:
    """`applied`: whether it was done; never in a dry run, and only if no row was refused."""

    dry_run: bool
    applied: bool
    rows: tuple[RowReport, ...]
    problems: tuple[SheetProblem, ...]
    ignored_headings: tuple[str, ...] = field(default=())

    @cached_property
    def counts(self) -> Mapping[RowOutcome, int]:
        """How many rows of each outcome."""
        counted = Counter(row.outcome for row in self.rows)
        return {outcome: counted[outcome] for outcome in RowOutcome}
