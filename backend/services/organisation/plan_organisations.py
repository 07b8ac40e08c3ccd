"""What a sheet of organisations would do to a directory: which are new, which change, and what is wrong, row by row."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Any, Final

from backend.domain.organisation.directory import Directory, Fault, Organisation, Serves, Wrong, directory_of
from backend.domain.organisation.tree import Misplaced, OrganisationKind
from backend.services.organisation.cells import CellRefused
from backend.services.organisation.organisation_sheet import (
    FIELDS,
    Draft,
    kept_places,
    organisation_cells,
    problem,
    read_organisation,
    served,
)
from backend.services.organisation.ports import Ids
from backend.services.organisation.references import Names, NotFoundError, names_of, village_names
from backend.services.organisation.refusals import Told, told
from backend.services.sheets.columns import NamedSheet
from backend.services.sheets.report import RowOutcome, RowReport, SheetProblem, changes_of
from contract.vocabulary import Label

_COLUMN_OF: Final = {field: column for column, field in FIELDS.items()}
_PLAIN: Final = ("name", "kind", "operator", "phone", "hours", "provides", "disabled", "latitude", "longitude")


@dataclass(frozen=True, slots=True)
class OrganisationPlan:
    """`new` and `changed` may be saved only where `problems` is empty."""

    rows: tuple[RowReport, ...]
    problems: tuple[SheetProblem, ...]
    new: tuple[Organisation, ...]
    changed: tuple[Organisation, ...]


def plan_organisations(sheet: NamedSheet, before: Directory, ids: Ids, *, chinese: bool) -> OrganisationPlan:
    """The plan. The same sheet a second time changes nothing."""
    return _Planning(sheet, before, ids).plan(chinese=chinese)


class _Planning:
    def __init__(self, sheet: NamedSheet, before: Directory, ids: Ids) -> None:
        self._headings = sheet.headings
        self._before = before
        self._ids = ids
        self._drafts = [read_organisation(row, sheet.headings) for row in sheet.rows]
        self._problems = {draft.row.number: list(draft.problems) for draft in self._drafts}
        self._standing = dict(before.organisations)
        self._keys = {(one.kind, one.parent_id, one.name): one.id for one in before.organisations.values()}
        self._planned: dict[int, str] = {}
        self._names, _ = names_of(before)

    def plan(self, *, chinese: bool) -> OrganisationPlan:
        # A parent may stand below its children in the file, and is found all the same.
        for draft in sorted(self._drafts, key=_rank):
            self._place(draft)
        villages = village_names(self._before.villages)
        for draft in self._drafts:
            if draft.row.number in self._planned:
                self._link(draft, villages)
        after = directory_of(self._standing.values(), self._before.villages.values())
        for draft in self._drafts:
            self._judge(draft, after)
        return self._result(after, chinese)

    def _place(self, draft: Draft) -> None:
        """Which organisation the row is about, and everything about it but what points elsewhere."""
        number, values = draft.row.number, draft.values
        if not values.get("name") or "kind" not in values:
            if "name" in values and not values["name"]:
                self._wrong(draft, Wrong(Fault.BAD_NAME, "name"))
            return
        existing = self._before.organisations.get(values.get("id") or "")
        parent = self._parent(draft, existing)
        known = existing.id if existing is not None else values.get("id") or self._same(values, parent)
        if known in self._planned.values():
            self._add(draft, "id" if values.get("id") else "name", _TWICE)
            return
        base = self._standing.get(known or "") or Organisation(
            known or self._ids.new(), parent, values["kind"], values["name"]
        )
        fields = {name: values[name] for name in _PLAIN if name in values}
        placed = replace(base, **kept_places(base, fields), parent_id=parent)
        self._planned[number] = placed.id
        self._standing[placed.id] = placed
        self._names.add(placed.id, placed.name)
        self._keys[placed.kind, placed.parent_id, placed.name] = placed.id

    def _same(self, values: Mapping[str, Any], parent: str | None) -> str | None:
        """Which one a row without an id is about: the same kind, parent and name; there is one district only."""
        root = self._before.tree.root
        if values["kind"] is OrganisationKind.DISTRICT and root is not None:
            return root.id
        return self._keys.get((values["kind"], parent, values["name"]))

    def _parent(self, draft: Draft, existing: Organisation | None) -> str | None:
        if "parent" not in draft.values:
            return existing.parent_id if existing is not None else None
        word = draft.values["parent"]
        if word is None:
            return None
        rank = draft.values["kind"].rank
        missing = Wrong(Misplaced.UNKNOWN_PARENT, "parent_id", word)
        return self._found(
            draft, "parent", word, self._names, missing, lambda id_: self._standing[id_].kind.rank < rank
        )

    def _link(self, draft: Draft, villages: Names) -> None:
        """What the row points to, now that every organisation of the file is there."""
        one = self._standing[self._planned[draft.row.number]]
        if "night" in draft.values:
            word = draft.values["night"]
            missing = Wrong(Fault.UNKNOWN_NIGHT, "night_organisation_id", word or "")
            night = self._found(draft, "night", word, self._names, missing) if word else None
            one = replace(one, night_organisation_id=night)
        if "catchment" in draft.values:
            one = replace(one, catchment=tuple(self._catchment(draft, one, villages)))
        self._standing[one.id] = one

    def _catchment(self, draft: Draft, one: Organisation, villages: Names) -> Sequence[Serves]:
        found = []
        for word in draft.values["catchment"]:
            name, position = served(word)
            near = self._near(one)
            missing = Wrong(Fault.UNKNOWN_VILLAGE, "catchment", name)
            village = self._found(draft, "catchment", name, villages, missing, near)
            if village is not None:
                found.append(Serves(village, position))
        return sorted(found)

    def _near(self, one: Organisation) -> Any:
        towns = {one.id, one.parent_id}
        return lambda village_id: self._before.villages[village_id].town_id in towns

    def _found(
        self, draft: Draft, column: str, word: str, names: Names, missing: Wrong, prefer: Any = lambda _: False
    ) -> str | None:
        try:
            return names.find(word, prefer)
        except NotFoundError:
            self._wrong(draft, missing)
        except CellRefused as refused:
            self._problems[draft.row.number].append(problem(draft.row, column, self._headings, refused))
        return None

    def _judge(self, draft: Draft, after: Directory) -> None:
        id_ = self._planned.get(draft.row.number)
        if id_ is None or self._problems[draft.row.number]:
            return
        one = after.organisations[id_]
        if one != self._before.organisations.get(id_):
            for wrong in after.wrong_with(one):
                self._wrong(draft, wrong)

    def _wrong(self, draft: Draft, wrong: Wrong) -> None:
        self._add(draft, _COLUMN_OF.get(wrong.field, wrong.field), told(wrong))

    def _add(self, draft: Draft, column: str, words: Told) -> None:
        self._problems[draft.row.number].append(problem(draft.row, column, self._headings, CellRefused(words)))

    def _result(self, after: Directory, chinese: bool) -> OrganisationPlan:
        names = names_of(after)
        rows = tuple(self._report(draft, after, names, chinese) for draft in self._drafts)
        problems = tuple(one for draft in self._drafts for one in self._problems[draft.row.number])
        touched = [after.organisations[id_] for id_ in self._planned.values()]
        new = tuple(one for one in touched if one.id not in self._before.organisations)
        changed = tuple(one for one in touched if one != self._before.organisations.get(one.id, one))
        return OrganisationPlan(rows, problems, new, changed)

    def _report(self, draft: Draft, after: Directory, names: tuple[Names, Names], chinese: bool) -> RowReport:
        number, name = draft.row.number, draft.values.get("name") or ""
        id_ = self._planned.get(number)
        known = self._before.organisations.get(id_ or "")
        shown = known.id if known is not None else None
        if self._problems[number] or id_ is None:
            return RowReport(number, RowOutcome.REFUSED, shown, name)
        if known is None:
            return RowReport(number, RowOutcome.CREATED, None, name)
        one = after.organisations[id_]
        if one == known:
            return RowReport(number, RowOutcome.UNCHANGED, shown, name)
        old, new = (organisation_cells(state, *names, chinese=chinese) for state in (known, one))
        return RowReport(number, RowOutcome.CHANGED, shown, name, changes_of(old, new))


def _rank(draft: Draft) -> int:
    kind = draft.values.get("kind")
    return kind.rank if kind is not None else len(OrganisationKind)


_TWICE: Final = Told(
    Label("同一组织在文件中出现两次", "The same organisation stands twice in the file"),
    Label("请删去其中一行，或给出不同的编号。", "Remove one of the rows, or give them different ids."),
)
