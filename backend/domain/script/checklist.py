"""Which steps of a script an alert needs, what has fulfilled them, and which stand in the way of closing."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from enum import StrEnum
from typing import Final

from backend.domain.script.model import (
    Call,
    CallTarget,
    Evidence,
    Mark,
    MissingStep,
    Script,
    Silence,
    Situation,
    Step,
    StepKind,
)
from contract.vocabulary import OUTCOME_CODES

SERVICE_NUMBERS: Final[Mapping[StepKind, str]] = {
    StepKind.CALL_120: "120",
    StepKind.CALL_119: "119",
    StepKind.CALL_110: "110",
}
_TARGETS: Final[Mapping[StepKind, CallTarget]] = {
    StepKind.CALL_TERMINAL: CallTarget.TERMINAL,
    StepKind.CALL_RESIDENT: CallTarget.RESIDENT,
    StepKind.CALL_CONTACT: CallTarget.CONTACT,
    StepKind.TELL_FAMILY: CallTarget.CONTACT,
}
_GRADES: Final = tuple(Silence)


class Need(StrEnum):
    """Whether an alert needs a step. `DEPENDS`: on the outcome, which nobody has named yet."""

    YES = "yes"
    NO = "no"
    DEPENDS = "depends"


@dataclass(frozen=True, slots=True)
class StepView:
    """A step as it stands: whether it is needed, who said what of it, and what proves it without a word."""

    step: Step
    need: Need
    mandatory: bool
    mark: Mark | None
    evidence: Evidence | None

    @property
    def missing(self) -> bool:
        """Whether it stands in the way of closing."""
        return self.mandatory and self.need is Need.YES and self.mark is None and self.evidence is None


def need(step: Step, situation: Situation) -> Need:
    """Whether `step` is needed now."""
    when = step.when
    if when.high_risk is not None and when.high_risk != situation.high_risk:
        return Need.NO
    if when.can_speak is not None and when.can_speak != situation.can_speak:
        return Need.NO
    if _GRADES.index(situation.silence) < _GRADES.index(when.silence):
        return Need.NO
    if not when.outcomes:
        return Need.YES
    if situation.outcome is None:
        return Need.DEPENDS
    return Need.YES if situation.outcome in when.outcomes else Need.NO


def evidence(step: Step, situation: Situation) -> Evidence | None:
    """What proves `step`, the strongest first; None where nothing does."""
    code = OUTCOME_CODES.get(situation.outcome or "")
    proofs = {
        Evidence.CALL_SPOKEN: any(call.spoken and belongs(call, step.kind) for call in situation.calls),
        Evidence.VOICE: situation.voice or any(call.spoken and call.to_person for call in situation.calls),
        Evidence.ARRIVED: situation.arrived,
        Evidence.HANDED_OVER: situation.handed_over,
        Evidence.SEEN: bool((situation.seen_by or "").strip()),
        Evidence.OUTCOME_SPOKEN: code is not None and code.spoken,
    }
    return next((proof for proof, holds in proofs.items() if holds and proof in step.fulfilled_by), None)


def belongs(call: Call, kind: StepKind) -> bool:
    """Whether a call is one of those that a step of `kind` asks for."""
    if kind in SERVICE_NUMBERS:
        return call.to is CallTarget.EMERGENCY_SERVICE and call.number == SERVICE_NUMBERS[kind]
    return call.to is _TARGETS.get(kind)


def views(script: Script, marks: Iterable[Mark], situation: Situation) -> tuple[StepView, ...]:
    """Every step of the script, in order. The last mark of a step counts."""
    latest = {mark.step: mark for mark in marks}
    return tuple(
        StepView(
            step,
            need(step, situation),
            step.mandatory and not situation.advisory,
            latest.get(step.id),
            evidence(step, situation),
        )
        for step in script.steps
    )


def missing(script: Script, marks: Iterable[Mark], situation: Situation) -> tuple[MissingStep, ...]:
    """The steps that stand in the way of closing with the situation's outcome."""
    return tuple(
        MissingStep(view.step.id, view.step.kind, view.step.label, view.step.hint)
        for view in views(script, marks, situation)
        if view.missing
    )
