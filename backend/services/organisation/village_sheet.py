"""Which columns villages have in a spreadsheet, what a sheet of them would do, and how one is written."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Any, Final

from backend.domain.organisation.directory import Directory, Fault, Village, Wrong, directory_of
from backend.services.organisation import cells
from backend.services.organisation.cells import CellRefused
from backend.services.organisation.organisation_sheet import Draft, degrees, kept_places, problem, read_row, yes_text
from backend.services.organisation.ports import Ids
from backend.services.organisation.references import Names, NotFoundError, organisation_names
from backend.services.organisation.refusals import Told, told
from backend.services.sheets.columns import NamedSheet, SheetColumn
from backend.services.sheets.ports import Cell
from backend.services.sheets.report import RowOutcome, RowReport, SheetProblem, changes_of
from contract.vocabulary import Label

COLUMNS: Final = (
    SheetColumn("id", Label("编号", "Id")),
    SheetColumn("name", Label("村名", "Village"), ("名称", "name", "村"), required=True),
    SheetColumn("town", Label("所属镇", "Town"), ("镇", "上级", "town_id")),
    SheetColumn("island", Label("岛屿", "Island"), ("岛",)),
    SheetColumn("outer_island", Label("外岛", "Outer island")),
    SheetColumn("last_ferry", Label("末班船", "Last ferry")),
    SheetColumn("latitude", Label("纬度", "Latitude"), ("lat",)),
    SheetColumn("longitude", Label("经度", "Longitude"), ("lon", "lng")),
)
_PARSERS: Final[Mapping[str, Callable[[str], Any]]] = {
    "id": cells.text,
    "name": cells.text,
    "town": cells.text,
    "island": cells.text,
    "outer_island": cells.yes,
    "last_ferry": cells.clock,
    "latitude": cells.coordinate,
    "longitude": cells.coordinate,
}
_PLAIN: Final = ("name", "island", "outer_island", "last_ferry", "latitude", "longitude")
_TWICE: Final = Told(
    Label("同一个村在文件中出现两次", "The same village stands twice in the file"),
    Label("请删去其中一行，或给出不同的编号。", "Remove one of the rows, or give them different ids."),
)


@dataclass(frozen=True, slots=True)
class VillagePlan:
    """`new` and `changed` may be saved only where `problems` is empty."""

    rows: tuple[RowReport, ...]
    problems: tuple[SheetProblem, ...]
    new: tuple[Village, ...]
    changed: tuple[Village, ...]


def village_cells(village: Village, names: Names, *, chinese: bool) -> Mapping[str, Cell]:
    """One row, by column."""
    return {
        "id": village.id,
        "name": village.name,
        "town": names.write(village.town_id) if village.town_id else None,
        "island": village.island,
        "outer_island": yes_text(village.outer_island, chinese),
        "last_ferry": village.last_ferry,
        "latitude": degrees(village.latitude),
        "longitude": degrees(village.longitude),
    }


def write_villages(directory: Directory, *, chinese: bool) -> Iterator[Sequence[Cell]]:
    """The rows of an export, by town, then name."""
    names = organisation_names(directory.organisations)
    for village in sorted(directory.villages.values(), key=lambda one: (one.town_id or "", one.name, one.id)):
        yield list(village_cells(village, names, chinese=chinese).values())


def plan_villages(sheet: NamedSheet, before: Directory, ids: Ids, *, chinese: bool) -> VillagePlan:
    """The plan. The same sheet a second time changes nothing."""
    return _Planning(sheet, before, ids).plan(chinese)


class _Planning:
    def __init__(self, sheet: NamedSheet, before: Directory, ids: Ids) -> None:
        self._headings = sheet.headings
        self._before = before
        self._ids = ids
        self._drafts = [read_row(row, _PARSERS, sheet.headings) for row in sheet.rows]
        self._problems = {draft.row.number: list(draft.problems) for draft in self._drafts}
        self._names = organisation_names(before.organisations)
        self._keys = {(village.town_id, village.name): village.id for village in before.villages.values()}
        self._planned: dict[int, Village] = {}

    def plan(self, chinese: bool) -> VillagePlan:
        taken: set[str] = set()
        for draft in self._drafts:
            village = self._place(draft)
            if village is not None and village.id in taken:
                self._add(draft, "id" if draft.values.get("id") else "name", _TWICE)
            elif village is not None:
                taken.add(village.id)
                self._planned[draft.row.number] = village
        standing = {**self._before.villages, **{village.id: village for village in self._planned.values()}}
        after = directory_of(self._before.organisations.values(), standing.values())
        for draft in self._drafts:
            self._judge(draft, after)
        return self._result(chinese)

    def _place(self, draft: Draft) -> Village | None:
        values = draft.values
        if not values.get("name"):
            self._add(draft, "name", told(Wrong(Fault.BAD_NAME, "name")))
            return None
        existing = self._before.villages.get(values.get("id") or "")
        town = self._town(draft, existing)
        known = existing.id if existing is not None else values.get("id") or self._keys.get((town, values["name"]))
        base = self._before.villages.get(known or "") or Village(known or self._ids.new(), values["name"])
        # A row without an id that stands twice is the same village twice.
        self._keys[town, values["name"]] = base.id
        fields = {name: values[name] for name in _PLAIN if name in values}
        return replace(base, **kept_places(base, fields), town_id=town)

    def _town(self, draft: Draft, existing: Village | None) -> str | None:
        if "town" not in draft.values:
            return existing.town_id if existing is not None else None
        word = draft.values["town"]
        if word is None:
            return None
        tree = self._before.tree
        try:
            return self._names.find(word, lambda id_: (node := tree.get(id_)) is not None and node.kind.rank == 1)
        except NotFoundError:
            self._add(draft, "town", told(Wrong(Fault.UNKNOWN_TOWN, "town_id", word)))
        except CellRefused as refused:
            self._add(draft, "town", refused.words)
        return None

    def _judge(self, draft: Draft, after: Directory) -> None:
        village = self._planned.get(draft.row.number)
        if village is None or self._problems[draft.row.number] or village == self._before.villages.get(village.id):
            return
        for wrong in after.wrong_with_village(village):
            self._add(draft, "town" if wrong.field == "town_id" else wrong.field, told(wrong))

    def _add(self, draft: Draft, column: str, words: Told) -> None:
        self._problems[draft.row.number].append(problem(draft.row, column, self._headings, CellRefused(words)))

    def _result(self, chinese: bool) -> VillagePlan:
        rows = tuple(self._report(draft, chinese) for draft in self._drafts)
        problems = tuple(one for draft in self._drafts for one in self._problems[draft.row.number])
        touched = self._planned.values()
        new = tuple(one for one in touched if one.id not in self._before.villages)
        changed = tuple(one for one in touched if one != self._before.villages.get(one.id, one))
        return VillagePlan(rows, problems, new, changed)

    def _report(self, draft: Draft, chinese: bool) -> RowReport:
        number, name = draft.row.number, draft.values.get("name") or ""
        village = self._planned.get(number)
        known = self._before.villages.get(village.id) if village is not None else None
        shown = known.id if known is not None else None
        if self._problems[number] or village is None:
            return RowReport(number, RowOutcome.REFUSED, shown, name)
        if known is None:
            return RowReport(number, RowOutcome.CREATED, None, name)
        if village == known:
            return RowReport(number, RowOutcome.UNCHANGED, shown, name)
        old, new = (village_cells(state, self._names, chinese=chinese) for state in (known, village))
        return RowReport(number, RowOutcome.CHANGED, shown, name, changes_of(old, new))
