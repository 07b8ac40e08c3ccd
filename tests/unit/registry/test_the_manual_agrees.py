"""The manual shows the transition table, every column of the sheet, and every reason for a refusal."""

from __future__ import annotations

import re
from pathlib import Path

from backend.domain.alert.testing import CONFIRM_WITHIN, LONGEST, Unconfirmed
from backend.domain.registry.commissioning import LEAST_BATTERY, LEAST_RSSI
from backend.domain.registry.household import Status
from backend.domain.registry.lifecycle import STATE_LABELS, TRANSITIONS, DeviceState, Needs
from backend.services.registry.claim import ClaimRefusal
from backend.services.registry.device_sheet import COLUMNS
from backend.services.registry.refusals import RegistryRefusal

PAGE = (Path(__file__).parents[3] / "docs" / "manual" / "registry.md").read_text(encoding="utf-8")


def _diagram() -> str:
    lines = ["stateDiagram-v2"]
    lines += [f"    [*] --> {state}" for state in (DeviceState.LOBBY, DeviceState.STOCK, DeviceState.ENROLLED)]
    lines += [
        f"    {before} --> {after}" + ("" if needs is Needs.NOTHING else f": {needs}")
        for (before, after), needs in TRANSITIONS.items()
    ]
    lines += [f"    {state}: {label.zh} {label.en}" for state, label in STATE_LABELS.items()]
    return "\n".join(lines)


def test_the_diagram_is_the_table() -> None:
    drawn = re.search(r"```mermaid\n(.*?)\n```", PAGE, re.DOTALL)
    assert drawn is not None
    assert drawn.group(1) == _diagram()


def test_every_column_stands_there_with_its_name() -> None:
    for column in COLUMNS:
        assert f"`{column.name}` {column.label.zh}" in PAGE


def test_every_refusal_and_status_stands_there() -> None:
    for code in (*RegistryRefusal, *ClaimRefusal, *Unconfirmed, *Status):
        assert f"`{code}`" in PAGE


def test_the_numbers_are_those_in_force() -> None:
    assert f"at most {LONGEST.total_seconds() / 60:.0f}" in PAGE
    assert f"Within {CONFIRM_WITHIN.total_seconds():.0f} s" in PAGE
    assert f"{LEAST_RSSI:.0f} dBm" in PAGE
    assert f"{LEAST_BATTERY:.0f} %" in PAGE
