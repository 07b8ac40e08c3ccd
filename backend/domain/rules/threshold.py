"""Whether an observation raises a finding, clears one, or changes nothing, and why."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum

from contract.vocabulary import Label


@dataclass(frozen=True, slots=True)
class Observation:
    """What a device measured. `at`: its own clock, but never after the receipt; `value` in the metric's unit."""

    device_id: str
    metric: str
    at: datetime
    value: float


@dataclass(frozen=True, slots=True)
class Rule:
    """Raised at or below one value, cleared at or above a higher one, so that a value in between changes nothing."""

    code: str
    label: Label
    metric: str
    raise_at_or_below: float
    clear_at_or_above: float


@dataclass(frozen=True, slots=True)
class RuleState:
    """How a rule stands for a device since `at`, and the value that made it so."""

    raised: bool
    at: datetime
    value: float


class RuleReason(StrEnum):
    """What came of an observation."""

    RAISED = "raised"
    CLEARED = "cleared"
    STANDS = "stands"
    LATE = "late"


def decide(rule: Rule, state: RuleState | None, observation: Observation) -> tuple[RuleReason, RuleState | None]:
    """The state after the observation, and why. `state` None: the rule was never raised for the device.

    What was measured before the last change is late and changes nothing, whatever it says; the caller sees to it that
    only the newest of a series is asked about.
    """
    if state is not None and observation.at <= state.at:
        return RuleReason.LATE, state
    raised = state is not None and state.raised
    if not raised and observation.value <= rule.raise_at_or_below:
        return RuleReason.RAISED, RuleState(True, observation.at, observation.value)
    if raised and observation.value >= rule.clear_at_or_above:
        return RuleReason.CLEARED, RuleState(False, observation.at, observation.value)
    return RuleReason.STANDS, state
