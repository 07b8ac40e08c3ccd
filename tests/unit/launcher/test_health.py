"""For whom the launcher speaks to the desk, and what it says."""

from __future__ import annotations

import pytest

from launcher.health import reports
from launcher.mqtt_probe import Answer
from launcher.supervisor import ChildState

RUNNING = ChildState.RUNNING


def said(states: dict[str, ChildState], answer: Answer) -> dict[object, object]:
    return {row["component"]: row["state"] for row in reports(states, answer)}


def test_programs_that_run_speak_for_themselves() -> None:
    states = {"broker": RUNNING, "backend": RUNNING, "gateway-emergency": RUNNING, "sim": RUNNING}
    assert said(states, Answer.ACCEPTED) == {"broker": "up", "sim": "up"}


def test_a_program_that_is_gone_is_reported_down() -> None:
    states = {"broker": RUNNING, "gateway-emergency": ChildState.WAITING, "sim": RUNNING}
    assert said(states, Answer.ACCEPTED)["gateway-emergency"] == "down"


@pytest.mark.parametrize(
    ("state", "answer", "expected"),
    [
        (RUNNING, Answer.SILENT, "down"),
        (RUNNING, Answer.REFUSED, "degraded"),
        (ChildState.WAITING, Answer.SILENT, "down"),
        (None, Answer.REFUSED, "up"),  # an external broker need not know the probe's account
        (None, Answer.SILENT, "down"),
    ],
)
def test_the_broker_is_judged_by_its_answer(state: ChildState | None, answer: Answer, expected: str) -> None:
    states = {} if state is None else {"broker": state}
    assert said(states, answer)["broker"] == expected
