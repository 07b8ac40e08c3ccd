"""What an alert looks like to its script: the home, the calls, what is known of the silence, and how it is to end."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from backend.domain.alert.model import Alert
from backend.domain.script.hand_over import HandOver
from backend.domain.script.model import Call, Evidence, Script, Silence, Situation, StepKind
from backend.domain.script.voice import Resident, can_speak
from contract.vocabulary import Handling, Severity


@dataclass(frozen=True, slots=True)
class Surroundings:
    """What is known around an alert.

    `silence`: how far the no-voice rule has gone. `arrived`: somebody has been there. `seen_by`: of its closing.
    `open_types`: types of the other alerts of the home that are not closed.
    """

    residents: tuple[Resident, ...] = ()
    high_risk: bool = False
    hand_over: HandOver | None = None
    silence: Silence = Silence.NONE
    arrived: bool = False
    seen_by: str | None = None
    open_types: tuple[str, ...] = ()


def situation(
    alert: Alert, around: Surroundings, calls: Sequence[Call], outcome: str | None = None, seen_by: str | None = None
) -> Situation:
    """The alert as it is, or as it would be closed with `outcome` and `seen_by`."""
    return Situation(
        advisory=alert.severity in (Severity.ADVISORY, Severity.TECHNICAL),
        high_risk=around.high_risk,
        can_speak=can_speak(around.residents),
        silence=around.silence,
        voice=alert.first_voice_at is not None,
        arrived=around.arrived or alert.handling is Handling.ARRIVED,
        handed_over=around.hand_over is not None,
        outcome=outcome or alert.outcome,
        seen_by=seen_by or around.seen_by,
        calls=tuple(calls),
    )


def expects_voice(script: Script) -> bool:
    """Whether somebody has to speak with the person: the script has a mandatory step for it."""
    calls = (StepKind.CALL_TERMINAL, StepKind.CALL_RESIDENT)
    return any(
        step.mandatory and step.kind in calls and Evidence.VOICE in step.fulfilled_by and not step.when.outcomes
        for step in script.steps
    )
