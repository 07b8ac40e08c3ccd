"""How single cells of the organisation and village sheets are understood, and written."""

from __future__ import annotations

import re
import unicodedata
from typing import Final

from backend.domain.organisation.directory import Fault, Wrong
from backend.domain.organisation.hours import Hours, HoursRefused
from backend.domain.organisation.hours_text import parse_hours
from backend.domain.organisation.tree import OrganisationKind
from backend.services.organisation.refusals import Told, told, told_of_hours
from contract.vocabulary import Label

KIND_LABELS: Final = {
    OrganisationKind.DISTRICT: Label("区", "district"),
    OrganisationKind.TOWN: Label("镇", "town"),
    OrganisationKind.VILLAGE: Label("村", "village"),
    OrganisationKind.INSTITUTION: Label("机构", "institution"),
}
_KINDS: Final = {
    **{word: kind for kind, label in KIND_LABELS.items() for word in (label.zh, label.en)},
    **dict.fromkeys(("区县", "县", "市"), OrganisationKind.DISTRICT),
    **dict.fromkeys(("乡镇", "乡", "街道", "镇中心", "镇服务中心"), OrganisationKind.TOWN),
    **dict.fromkeys(("村中心", "社区", "村服务中心", "照料中心", "village centre"), OrganisationKind.VILLAGE),
    **dict.fromkeys(("养老机构", "养老院", "敬老院"), OrganisationKind.INSTITUTION),
}
_YES: Final = frozenset({"是", "true", "yes", "y", "1", "√", "✓"})
_NO: Final = frozenset({"", "否", "false", "no", "n", "0", "×"})
_LIST: Final = re.compile(r"[;；、\n]")
PLACE_DIGITS: Final = 6
"""Decimals of a coordinate in a sheet: a tenth of a metre; a workbook does not keep more than 15 figures."""
MAX_SHOWN: Final = 120


class CellRefused(Exception):  # noqa: N818 - an answer, not a fault of ours
    """A cell that is not understood, and in which words that is said."""

    def __init__(self, words: Told) -> None:
        super().__init__(words.what.en)
        self.words = words


def _refused(what_zh: str, what_en: str, do_zh: str, do_en: str) -> CellRefused:
    return CellRefused(Told(Label(what_zh, what_en), Label(do_zh, do_en)))


def text(cell: str) -> str | None:
    """Text; an empty cell is None."""
    return cell or None


def kind(cell: str) -> OrganisationKind:
    """A kind, by its code or either of its names."""
    found = _KINDS.get(unicodedata.normalize("NFKC", cell).casefold())
    if found is None:
        raise _refused(
            "没有这个类型", "No such kind", "用：区、镇、村、机构。", "One of: district, town, village, institution."
        )
    return found


def yes(cell: str) -> bool:
    """Yes or no; an empty cell is no."""
    plain = cell.casefold()
    if plain not in _YES | _NO:
        raise _refused(
            "不是“是”或“否”", "Neither yes nor no", "填“是”或“否”；留空为否。", "Write yes or no; empty is no."
        )
    return plain in _YES


def coordinate(cell: str) -> float | None:
    """Degrees; an empty cell is None."""
    if not cell:
        return None
    try:
        return round(float(unicodedata.normalize("NFKC", cell)), PLACE_DIGITS)
    except ValueError:
        raise CellRefused(told(Wrong(Fault.BAD_PLACE, "latitude"))) from None


def hours(cell: str) -> Hours | None:
    """Opening hours. Empty is refused: a centre that nobody asked about would count as always open."""
    if not cell:
        raise _refused(
            "缺少开放时间",
            "No opening hours",
            "例如：周一至周五 08:00-17:00；全天开放写“全天”。",
            "As in: Mon-Fri 08:00-17:00; if it never closes: always.",
        )
    try:
        return parse_hours(cell)
    except HoursRefused as refused:
        raise CellRefused(told_of_hours(refused.reason, refused.piece)) from None


def listed(cell: str) -> tuple[str, ...]:
    """A list in one cell."""
    return tuple(part.strip() for part in _LIST.split(cell) if part.strip())


def clock(cell: str) -> str | None:
    """A time of day; an empty cell is None. What is no time is left as it is, for the village's own check."""
    plain = unicodedata.normalize("NFKC", cell)
    return plain.rjust(5, "0") if plain else None
