"""The vocabulary of the contract is the one of the design, each entry in both languages."""

from __future__ import annotations

import pytest

from contract.metrics import METRICS
from contract.vocabulary import (
    EVENT_TYPES,
    HANDLING_LABELS,
    OUTCOME_CODES,
    PLATFORM_TYPES,
    SEVERITY_LABELS,
    CommandName,
    Handling,
    Label,
    Lane,
    Severity,
    command_lane,
    event_type,
)

DESIGN = {
    "sos": "pressed cancelled",
    "family": "pressed",
    "service": "pressed",
    "checkin": "pressed",
    "test": "pressed",
    "fall": "detected recovered",
    "smoke": "detected cleared",
    "gas": "detected cleared",
    "co": "detected cleared",
    "leak": "detected cleared",
    "zone": "left entered",
    "tamper": "detected cleared",
    "battery": "low ok",
    "mains": "lost restored",
    "sim": "expiring",
    "event": "unreadable",
    "press": "missing",
}


def test_the_event_types_are_those_of_the_design() -> None:
    assert set(EVENT_TYPES) == {f"care.{what}.{verb}" for what, verbs in DESIGN.items() for verb in verbs.split()}


def test_what_clears_clears_something_that_alarms_and_is_no_alarm_itself() -> None:
    clearing = [entry for entry in EVENT_TYPES.values() if entry.clears]
    assert len(clearing) == 10
    for entry in clearing:
        assert entry.severity is None
        assert EVENT_TYPES[entry.clears or ""].severity is not None


def test_everything_that_calls_for_a_person_is_answered() -> None:
    for entry in EVENT_TYPES.values():
        if entry.severity in (Severity.EMERGENCY, Severity.URGENT) and entry.name not in PLATFORM_TYPES:
            assert entry.answered, entry.name


LABELS: list[Label] = [
    *(entry.label for entry in EVENT_TYPES.values()),
    *(entry.label for entry in METRICS.values()),
    *(entry.label for entry in OUTCOME_CODES.values()),
    *SEVERITY_LABELS.values(),
    *HANDLING_LABELS.values(),
    event_type("care.new.thing").label,
]


@pytest.mark.parametrize("label", LABELS, ids=lambda label: label.en)
def test_every_label_is_in_both_languages(label: Label) -> None:
    assert any("\u4e00" <= char <= "\u9fff" for char in label.zh)
    assert label.en.isascii()


def test_every_severity_and_handling_has_a_label() -> None:
    assert set(SEVERITY_LABELS) == set(Severity)
    assert set(HANDLING_LABELS) == set(Handling)


def test_what_is_said_to_a_person_goes_by_the_emergency_lane() -> None:
    urgent = {name for name in CommandName if command_lane(name) is Lane.EMERGENCY}
    assert urgent == {CommandName.REASSURE, CommandName.SPEAK, CommandName.DIAL}
