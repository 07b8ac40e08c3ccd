"""The page about access shows the table as the program has it: every call, and who may make it."""

from __future__ import annotations

from pathlib import Path
from typing import Final

from backend.domain.access.permission import Permission
from backend.domain.access.roles import StaffRole
from backend.domain.access.table import TABLE

PAGE: Final = Path(__file__).parents[2] / "docs" / "manual" / "access.md"
BEGIN: Final = "<!-- table -->\n"
END: Final = "<!-- /table -->\n"
SHORT: Final = {
    StaffRole.ADMINISTRATOR: "A",
    StaffRole.MANAGER: "M",
    StaffRole.OPERATOR: "O",
    StaffRole.TECHNICIAN: "T",
    StaffRole.AUDITOR: "U",
    StaffRole.RESPONDER: "R",
    StaffRole.FAMILY: "F",
}


def row(one: Permission) -> str:
    """A line of the page."""
    if one.public:
        return f"| `{one.method} {one.path}` | 公开 open | |"
    roles = " ".join(letter for role, letter in SHORT.items() if role in one.roles)
    limit = " 仅全区 district only" if one.district else ""
    return f"| `{one.method} {one.path}` | {roles}{limit} | {' '.join(sorted(one.scopes))} |"


def table() -> str:
    """Every call, by path."""
    ordered = sorted(TABLE.values(), key=lambda one: (one.path, one.method))
    return "".join(
        f"{line}\n" for line in ("| 调用 call | 角色 roles | 程序 scopes |", "|---|---|---|", *map(row, ordered))
    )


def test_the_page_shows_the_table() -> None:
    _, _, rest = PAGE.read_text(encoding="utf-8").partition(BEGIN)
    shown, end, _ = rest.partition(END)
    assert end
    assert shown == table(), f"print(table()) of {__name__} is what belongs there"
