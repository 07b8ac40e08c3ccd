"""How the figures of the demo district are shown: a table in both languages, each figure beside what was asked for."""

from __future__ import annotations

import io
from collections.abc import Sequence
from typing import Final
from zoneinfo import ZoneInfo

from rich.console import Console
from rich.table import Table

from backend.domain.demo.census import Line
from backend.services.demo.ports import DemoLoad, LoadState

WIDTH: Final = 110
STATES: Final = {
    LoadState.LOADING: "载入中断 half loaded",
    LoadState.LOADED: "已载入 loaded",
    LoadState.WIPING: "清除中断 half wiped",
}


def table(load: DemoLoad, lines: Sequence[Line], zone: ZoneInfo) -> str:
    """As text."""
    made = load.made_at.astimezone(zone).strftime("%Y-%m-%d %H:%M")
    title = f"演示区 demo district: {STATES[load.state]}, 种子 seed {load.seed}, {made}"
    shown = Table("", "", "目标 target", "实际 found", "认可 accepted", "", title=title, title_justify="left")
    for line in lines:
        mark = "✓" if line.met else "✗"
        asked = _value(line, line.target) if line.target is not None else ""
        accepted = _value(line, line.least)
        if line.most != line.least:
            accepted = f"{accepted} – {_value(line, line.most)}"
        shown.add_row(line.label.zh, line.label.en, asked, _value(line, line.found), accepted, mark)
    out = io.StringIO()
    Console(file=out, width=WIDTH).print(shown)
    return out.getvalue()


def _value(line: Line, value: float) -> str:
    return f"{value * 100:.1f} %" if line.share else f"{value:g}" if value == round(value) else f"{value:.2f}"
