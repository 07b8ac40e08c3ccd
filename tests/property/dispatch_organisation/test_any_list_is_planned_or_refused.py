"""Whatever stands in a list: it is planned or told row by row, never half; what it leaves is a sound tree."""

from __future__ import annotations

import itertools

from hypothesis import given
from hypothesis import strategies as st

from backend.domain.organisation.directory import Directory, Organisation, Serves, Village, directory_of
from backend.domain.organisation.hours_text import parse_hours
from backend.domain.organisation.tree import OrganisationKind
from backend.services.organisation import organisation_sheet, village_sheet
from backend.services.organisation.organisation_sheet import write_organisations
from backend.services.organisation.plan_organisations import OrganisationPlan, plan_organisations
from backend.services.organisation.village_sheet import plan_villages, write_villages
from backend.services.sheets.columns import NamedSheet, name_columns
from backend.services.sheets.ports import Sheet, SheetRow
from backend.services.sheets.report import RowOutcome

D, T, V = OrganisationKind.DISTRICT, OrganisationKind.TOWN, OrganisationKind.VILLAGE
STANDING = directory_of(
    [
        Organisation("district", None, D, "全区"),
        Organisation("t1", "district", T, "东镇", hours=parse_hours("daily 08:00-20:00")),
        Organisation("t2", "district", T, "西镇", night_organisation_id="t1"),
        Organisation("c1", "t1", V, "东村中心", catchment=(Serves("v1", 1),), latitude=29.9, longitude=122.3),
        Organisation("c2", "t2", V, "东村中心", catchment=(Serves("v1"), Serves("v2")), provides=("meals",)),
    ],
    [Village("v1", "东村", "t1"), Village("v2", "同名", "t1"), Village("v3", "同名", "t2", last_ferry="16:30")],
)
LIKELY = {
    "id": ["", "", "t1", "t2", "c1", "v1", "v3", "new"],
    "name": ["全区", "东镇", "西镇", "东村中心", "新中心", "东村", "同名"],
    "kind": ["区", "镇", "村", "机构", "village"],
    "parent": ["", "全区", "东镇", "西镇", "t1", "新中心"],
    "hours": ["全天", "周一 08:00-17:00", "Mon-Fri 22:00-06:00"],
    "catchment": ["", "东村", "v1#2；v2", "同名"],
    "night": ["", "t1", "西镇"],
    "provides": ["", "meals", "meals;visits"],
    "town": ["", "东镇", "t2", "c1"],
    "last_ferry": ["", "16:30", "8:05"],
    "outer_island": ["", "是"],
    "disabled": ["", "yes"],
    "latitude": ["29.9"],
    "longitude": ["122.3"],
}
ODD = st.sampled_from(["nan", "1e999", "=1", "\x00", "\ud800", "；", "#"]) | st.text(max_size=12)


def _cell(column: str) -> st.SearchStrategy[str]:
    likely = st.sampled_from(LIKELY.get(column, [""]))
    return st.integers(0, 9).flatmap(lambda dice: ODD if dice == 0 else likely)


class Numbers:
    """Ids in the order in which they are made."""

    def __init__(self) -> None:
        self._numbers = itertools.count(1)

    def new(self) -> str:
        return f"made-{next(self._numbers)}"


def _sheets(columns: tuple[str, ...]) -> st.SearchStrategy[Sheet]:
    def rows(headings: list[str]) -> st.SearchStrategy[Sheet]:
        row = st.fixed_dictionaries({heading: _cell(heading) for heading in headings})
        return st.lists(row, min_size=1, max_size=4).map(
            lambda cells: Sheet(tuple(headings), tuple(SheetRow(n, one) for n, one in enumerate(cells, start=2)))
        )

    some = st.sets(st.sampled_from(columns), max_size=len(columns))
    return some.map(lambda chosen: sorted(chosen | {"name", "kind"} & {*columns})).flatmap(rows)


def _organisations(sheet: Sheet) -> NamedSheet:
    return name_columns(sheet, organisation_sheet.COLUMNS)


def _after(before: Directory, plan: OrganisationPlan) -> Directory:
    touched = {one.id: one for one in (*plan.new, *plan.changed)}
    return directory_of({**before.organisations, **touched}.values(), before.villages.values())


@given(_sheets(tuple(column.name for column in organisation_sheet.COLUMNS)))
def test_any_list_of_organisations(sheet: Sheet) -> None:
    named = _organisations(sheet)
    if named.problems:
        return
    plan = plan_organisations(named, STANDING, Numbers(), chinese=True)
    refused = {row.row for row in plan.rows if row.outcome is RowOutcome.REFUSED}
    assert refused == {problem.row for problem in plan.problems}
    assert [row.row for row in plan.rows] == [row.number for row in named.rows]
    if plan.problems:
        return
    after = _after(STANDING, plan)
    assert {node.id for node in after.tree.subtree("district")} == set(after.organisations)
    assert all(after.wrong_with(one) == [] for one in (*plan.new, *plan.changed))
    again = plan_organisations(named, after, Numbers(), chinese=True)
    assert (again.problems, again.new, again.changed) == ((), (), ())


@given(_sheets(tuple(column.name for column in village_sheet.COLUMNS)))
def test_any_list_of_villages(sheet: Sheet) -> None:
    named = name_columns(sheet, village_sheet.COLUMNS)
    if named.problems:
        return
    plan = plan_villages(named, STANDING, Numbers(), chinese=False)
    assert {row.row for row in plan.rows if row.outcome is RowOutcome.REFUSED} == {one.row for one in plan.problems}
    if plan.problems:
        return
    standing = {**STANDING.villages, **{village.id: village for village in (*plan.new, *plan.changed)}}
    after = directory_of(STANDING.organisations.values(), standing.values())
    again = plan_villages(named, after, Numbers(), chinese=False)
    assert (again.problems, again.new, again.changed) == ((), (), ())


@given(st.booleans())
def test_what_is_exported_changes_nothing(chinese: bool) -> None:
    lists = (
        (organisation_sheet.COLUMNS, write_organisations(STANDING, chinese=chinese), plan_organisations),
        (village_sheet.COLUMNS, write_villages(STANDING, chinese=chinese), plan_villages),
    )
    for columns, rows, plan_ in lists:
        headings = [column.heading for column in columns]
        cells = [["" if cell is None else str(cell) for cell in row] for row in rows]
        sheet = Sheet(
            tuple(headings),
            tuple(SheetRow(n, dict(zip(headings, row, strict=True))) for n, row in enumerate(cells, start=2)),
        )
        plan = plan_(name_columns(sheet, columns), STANDING, Numbers(), chinese=chinese)
        assert {row.outcome for row in plan.rows} == {RowOutcome.UNCHANGED}
        assert (plan.problems, plan.new, plan.changed) == ((), (), ())
