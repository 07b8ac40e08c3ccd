"""Which columns organisations have in a spreadsheet, what a row of it says, and how a row is written."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Final

from backend.domain.organisation.directory import Directory, Organisation, Serves, Village
from backend.domain.organisation.hours_text import format_hours
from backend.services.organisation import cells
from backend.services.organisation.cells import KIND_LABELS, CellRefused
from backend.services.organisation.references import Names, names_of
from backend.services.sheets.columns import NamedRow, SheetColumn
from backend.services.sheets.ports import Cell
from backend.services.sheets.report import SheetProblem
from contract.vocabulary import Label

COLUMNS: Final = (
    SheetColumn("id", Label("编号", "Id")),
    SheetColumn("name", Label("名称", "Name"), ("机构名称", "组织名称", "organisation"), required=True),
    SheetColumn("kind", Label("类型", "Kind"), ("类别", "type"), required=True),
    SheetColumn("parent", Label("上级", "Parent"), ("上级组织", "所属", "所属镇", "parent_id")),
    SheetColumn("operator", Label("运营单位", "Operator"), ("运营商", "承接单位")),
    SheetColumn("phone", Label("电话", "Phone"), ("联系电话", "telephone")),
    SheetColumn("hours", Label("开放时间", "Opening hours"), ("营业时间", "工作时间")),
    SheetColumn("catchment", Label("服务村", "Villages"), ("服务范围", "catchment villages")),
    SheetColumn("latitude", Label("纬度", "Latitude"), ("lat",)),
    SheetColumn("longitude", Label("经度", "Longitude"), ("lon", "lng")),
    SheetColumn("night", Label("夜间转接", "Night route"), ("night_organisation_id", "night calls")),
    SheetColumn("provides", Label("提供服务", "Provides")),
    SheetColumn("disabled", Label("停用", "Disabled")),
)
FIELDS: Final = {"parent": "parent_id", "night": "night_organisation_id"}
"""Columns whose field of `Organisation` has another name."""
_PARSERS: Final[Mapping[str, Callable[[str], Any]]] = {
    "id": cells.text,
    "name": cells.text,
    "kind": cells.kind,
    "parent": cells.text,
    "operator": cells.text,
    "phone": cells.text,
    "hours": cells.hours,
    "catchment": cells.listed,
    "latitude": cells.coordinate,
    "longitude": cells.coordinate,
    "night": cells.text,
    "provides": cells.listed,
    "disabled": cells.yes,
}
_POSITION: Final = re.compile(r"(.+?)\s*#\s*([0-9]{1,3})", re.ASCII)


@dataclass(frozen=True, slots=True)
class Draft:
    """What one row says, by column, as far as it is understood; references are still words."""

    row: NamedRow
    values: Mapping[str, Any]
    problems: tuple[SheetProblem, ...]


def read_row(row: NamedRow, parsers: Mapping[str, Callable[[str], Any]], headings: Mapping[str, str]) -> Draft:
    """The row, understood cell by cell."""
    values, problems = {}, []
    for name, cell in row.cells.items():
        try:
            values[name] = parsers[name](cell)
        except CellRefused as refused:
            problems.append(problem(row, name, headings, refused))
    return Draft(row, values, tuple(problems))


def problem(row: NamedRow, column: str, headings: Mapping[str, str], refused: CellRefused) -> SheetProblem:
    """What is wrong with one cell."""
    value = row.cells.get(column, "")[: cells.MAX_SHOWN]
    return SheetProblem(row.number, headings.get(column, column), value, refused.words.what, refused.words.remedy)


def read_organisation(row: NamedRow, headings: Mapping[str, str]) -> Draft:
    """An organisation's row."""
    return read_row(row, _PARSERS, headings)


def served(word: str) -> tuple[str, int]:
    """A village in the list of those served: `东港村`, or `东港村#2` where two centres are to be asked before."""
    match = _POSITION.fullmatch(word)
    return (match[1], int(match[2])) if match else (word, 0)


def write_organisations(directory: Directory, *, chinese: bool) -> Iterator[Sequence[Cell]]:
    """The rows of an export, each parent before its children."""
    names, villages = names_of(directory)
    for node, _ in directory.tree.ordered():
        row = organisation_cells(directory.organisations[node.id], names, villages, chinese=chinese)
        yield [row[column.name] for column in COLUMNS]


def organisation_cells(one: Organisation, names: Names, villages: Names, *, chinese: bool) -> Mapping[str, Cell]:
    """One row, by column."""
    kind = KIND_LABELS[one.kind]
    return {
        "id": one.id,
        "name": one.name,
        "kind": kind.zh if chinese else kind.en,
        "parent": names.write(one.parent_id) if one.parent_id else None,
        "operator": one.operator,
        "phone": one.phone,
        "hours": format_hours(one.hours, chinese=chinese),
        "catchment": "; ".join(_serves(serves, villages) for serves in one.catchment) or None,
        "latitude": degrees(one.latitude),
        "longitude": degrees(one.longitude),
        "night": names.write(one.night_organisation_id) if one.night_organisation_id else None,
        "provides": "; ".join(one.provides) or None,
        "disabled": yes_text(one.disabled, chinese),
    }


def _serves(serves: Serves, villages: Names) -> str:
    word = villages.write(serves.village_id)
    return f"{word}#{serves.position}" if serves.position else word


def degrees(value: float | None) -> float | None:
    """A coordinate as sheets have it."""
    return None if value is None else round(value, cells.PLACE_DIGITS)


def kept_places(base: Organisation | Village, fields: Mapping[str, Any]) -> dict[str, Any]:
    """The fields, but a coordinate that differs only in what a sheet does not hold stays as it is."""
    kept = {name: getattr(base, name) for name in ("latitude", "longitude") if name in fields}
    return {**fields, **{name: value for name, value in kept.items() if degrees(value) == fields[name]}}


def yes_text(value: bool, chinese: bool) -> str | None:
    """Yes as a word; no as an empty cell."""
    return ("是" if chinese else "yes") if value else None
