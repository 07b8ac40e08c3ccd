"""The diagram of the manual is the transition table, and every error that a step can meet is explained."""

from __future__ import annotations

import re
from pathlib import Path

from backend.domain.work_order.labels import STATE_LABELS
from backend.domain.work_order.lifecycle import TRANSITIONS, Refused
from backend.domain.work_order.model import State, Verb
from backend.services.work_order.register import Unregistered

PAGE = (Path(__file__).parents[3] / "docs" / "manual" / "dispatch_work_orders.md").read_text(encoding="utf-8")


def _diagram() -> str:
    lines = ["stateDiagram-v2", f"    [*] --> {State.SCHEDULED}", f"    [*] --> {State.REGISTERED}"]
    lines += [f"    {State.SCHEDULED} --> {State.REGISTERED}: timer"]
    lines += [
        f"    {before} --> {after}: {verb}" for (before, verb), after in TRANSITIONS.items() if before is not after
    ]
    lines += [f"    {State.FINISHED} --> {State.IN_PROGRESS}: {Verb.CALL_BACK} unresolved"]
    lines += [f"    {state} --> [*]" for state in State if state.ended]
    lines += [f"    {state}: {label.zh} {label.en}" for state, label in STATE_LABELS.items()]
    return "\n".join(lines)


def test_the_diagram_is_the_table() -> None:
    drawn = re.search(r"```mermaid\n(.*?)\n```", PAGE, re.DOTALL)
    assert drawn is not None
    assert drawn.group(1) == _diagram()


def test_every_error_is_explained() -> None:
    errors = PAGE.split("## Errors")[1]
    for code in (*Refused, *Unregistered):
        if code is not Unregistered.KEY_REUSED:
            assert f"`{code}`" in errors
