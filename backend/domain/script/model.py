"""Which shapes a script is made of: steps, what makes one necessary, what proves it, and what people say of it."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime
from enum import StrEnum
from typing import Final

from backend.domain.alert.model import Actor
from contract.vocabulary import EVENT_TYPES, Label

DEFAULT: Final = "default"
"""The script of a type that no script names."""
UNLISTED: Final = "unknown"
"""The script of an event type that the vocabulary does not know."""


class StepKind(StrEnum):
    """What is done in a step; a call of the same target belongs to it."""

    CALL_TERMINAL = "call_terminal"
    CALL_RESIDENT = "call_resident"
    CALL_CONTACT = "call_contact"
    CALL_120 = "call_120"
    CALL_119 = "call_119"
    CALL_110 = "call_110"
    TELL_FAMILY = "tell_family"
    HAND_OVER = "hand_over"
    CHECK = "check"
    FREE = "free"


class CallTarget(StrEnum):
    """Who is called."""

    TERMINAL = "terminal"
    RESIDENT = "resident"
    CONTACT = "contact"
    EMERGENCY_SERVICE = "emergency_service"


class CallResult(StrEnum):
    """What came of a call. Voicemail is nobody."""

    SPOKEN = "spoken"
    NO_ANSWER = "no_answer"
    BUSY = "busy"
    VOICEMAIL = "voicemail"
    WRONG_NUMBER = "wrong_number"
    FAILED = "failed"


@dataclass(frozen=True, slots=True)
class Call:
    """A call about an alert. `result` None: it is under way, or nobody has said. `number`: E.164 or a short code."""

    id: str
    alert_id: str
    to: CallTarget
    number: str
    by: Actor
    began_at: datetime
    to_id: str | None = None
    result: CallResult | None = None
    ended_at: datetime | None = None
    seconds: int | None = None
    recording_reference: str | None = None
    note: str | None = None
    command_id: str | None = None

    @property
    def to_person(self) -> bool:
        """Whether it is meant for the one who pressed."""
        return self.to in (CallTarget.TERMINAL, CallTarget.RESIDENT)

    @property
    def spoken(self) -> bool:
        """Whether somebody answered it."""
        return self.result is CallResult.SPOKEN


class Evidence(StrEnum):
    """What fulfils a step without anybody ticking it off."""

    CALL_SPOKEN = "call_spoken"
    """A call of the step's own target in which somebody answered."""
    VOICE = "voice"
    """Somebody has spoken with the person."""
    OUTCOME_SPOKEN = "outcome_spoken"
    """The outcome says that somebody has spoken with the person."""
    ARRIVED = "arrived"
    """A responder is with the person."""
    SEEN = "seen"
    """The closing names who has seen the person."""
    HANDED_OVER = "handed_over"
    """The hand-over to 120 is on record."""


class Silence(StrEnum):
    """How far the no-voice rule has gone: `KEY_HOLDER` was sent, `GRAVE`: and 120 is needed beside them."""

    NONE = "none"
    KEY_HOLDER = "key_holder"
    GRAVE = "grave"


@dataclass(frozen=True, slots=True)
class Condition:
    """When a step is needed: all that is set must hold.

    `high_risk`: a resident of the home is at high risk. `can_speak`: whether anybody in the home can hear and speak.
    `silence`: the no-voice rule has gone at least so far. `outcomes`: closing with one of these.
    """

    high_risk: bool | None = None
    can_speak: bool | None = None
    silence: Silence = Silence.NONE
    outcomes: frozenset[str] = frozenset()


@dataclass(frozen=True, slots=True)
class Step:
    """One line of a script. `mandatory`: where it is needed, closing waits for it."""

    id: str
    kind: StepKind
    label: Label
    hint: Label
    mandatory: bool = False
    when: Condition = Condition()
    fulfilled_by: frozenset[Evidence] = frozenset()


@dataclass(frozen=True, slots=True)
class Script:
    """The steps for some event types, in order. `types` may hold `default` and `unknown`."""

    id: str
    label: Label
    types: tuple[str, ...]
    steps: tuple[Step, ...]

    def step(self, step_id: str) -> Step | None:
        """The step of this id."""
        return next((step for step in self.steps if step.id == step_id), None)


@dataclass(frozen=True, slots=True)
class Book:
    """All scripts by event type; one of them is the default."""

    scripts: Mapping[str, Script]

    def script_for(self, event_type: str) -> Script:
        """The script of this type; for one that the vocabulary does not know `unknown`; else the default."""
        known = self.scripts.get(event_type)
        if known is not None:
            return known
        fallback = DEFAULT if event_type in EVENT_TYPES else UNLISTED
        return self.scripts.get(fallback, self.scripts[DEFAULT])


class MarkState(StrEnum):
    """What somebody says of a step."""

    DONE = "done"
    IMPOSSIBLE = "impossible"


@dataclass(frozen=True, slots=True)
class Mark:
    """Somebody says of a step: done, or impossible because of `reason`. Never changed; a later one counts instead."""

    step: str
    state: MarkState
    actor: Actor
    at: datetime
    reason: str | None = None
    note: str | None = None


class BadMark(ValueError):  # noqa: N818 - what was said, not a fault of ours
    """Impossible without a reason."""


def mark(step: Step, state: MarkState, actor: Actor, at: datetime, reason: str | None, note: str | None) -> Mark:
    """What somebody says of `step`. Raises `BadMark` where it is impossible for no reason."""
    reason = (reason or "").strip() or None
    if state is MarkState.IMPOSSIBLE and reason is None:
        raise BadMark(step.id)
    return Mark(step.id, state, actor, at, reason, note)


@dataclass(frozen=True, slots=True)
class MissingStep:
    """A mandatory step that is neither done nor proved nor impossible."""

    step: str
    kind: StepKind
    label: Label
    hint: Label


@dataclass(frozen=True, slots=True)
class Situation:
    """What an alert looks like to its script.

    `advisory`: its severity is advisory or technical, so no step is mandatory. `arrived`: a responder is with the
    person. `handed_over`: 120 is on record. `outcome`, `seen_by`: of the closing that is asked for, None before.
    """

    advisory: bool = False
    high_risk: bool = False
    can_speak: bool = True
    silence: Silence = Silence.NONE
    voice: bool = False
    arrived: bool = False
    handed_over: bool = False
    outcome: str | None = None
    seen_by: str | None = None
    calls: tuple[Call, ...] = field(default=())
