"""When a silent home is not waited for any longer: the key holder goes, and 120 beside them when it looks grave."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from enum import StrEnum
from typing import Final

from backend.domain.alert.model import Alert
from backend.domain.script.model import Call, Silence
from contract.vocabulary import Handling

SILENT_CALLS: Final = 2
SILENT_AFTER: Final = timedelta(seconds=60)
"""Two calls without voice, or this long since the first of them (design §5)."""
GRAVE_TYPES: Final = frozenset({"care.fall.detected", "care.smoke.detected", "care.gas.detected", "care.co.detected"})
"""An open alert of these in the same home speaks for 120."""
_NOBODY_THERE: Final = frozenset({Handling.ACCEPTED, Handling.DISPATCHED, Handling.EN_ROUTE})


class Cause(StrEnum):
    """Why the watch says what it says."""

    ENDED = "ended"
    NO_VOICE_STEP = "no_voice_step"
    NOT_ACCEPTED = "not_accepted"
    SOMEBODY_THERE = "somebody_there"
    VOICE = "voice"
    NOT_CALLED = "not_called"
    WAITING = "waiting"
    CANNOT_SPEAK = "cannot_speak"
    TWO_CALLS = "two_calls"
    SIXTY_SECONDS = "sixty_seconds"


FIRES: Final = frozenset({Cause.CANNOT_SPEAK, Cause.TWO_CALLS, Cause.SIXTY_SECONDS})
ENDS: Final = frozenset({Cause.ENDED, Cause.NO_VOICE_STEP, Cause.SOMEBODY_THERE, Cause.VOICE})
"""After these nothing is watched any more."""


@dataclass(frozen=True, slots=True)
class Resident:
    """What the rule needs to know of one: each of `hearing` and `speech` is `normal`, `impaired` or `none`."""

    hearing: str
    speech: str


@dataclass(frozen=True, slots=True)
class Verdict:
    """What is to be done about the silence now. `due_at`: when to look again, None: when something happens."""

    cause: Cause
    due_at: datetime | None = None

    @property
    def fires(self) -> bool:
        """Whether the key holder goes now."""
        return self.cause in FIRES


def can_speak(residents: Sequence[Resident]) -> bool:
    """Whether anybody in the home can hear and speak. Of a home of which nothing is known it is taken for granted."""
    return not residents or any(one.hearing != "none" and one.speech != "none" for one in residents)


def judge(alert: Alert, expected: bool, calls: Iterable[Call], speaks: bool, now: datetime) -> Verdict:
    """What the silence of `alert` asks for. Once it has fired nobody asks again.

    `expected`: whether its script has somebody speak with the person. `speaks`: see `can_speak`.
    """
    attempts = sorted((call for call in calls if call.to_person), key=lambda call: call.began_at)
    if alert.ended:
        return Verdict(Cause.ENDED)
    if not expected:
        return Verdict(Cause.NO_VOICE_STEP)
    if alert.first_voice_at is not None or any(call.spoken for call in attempts):
        return Verdict(Cause.VOICE)
    if alert.handling is Handling.NEW:
        return Verdict(Cause.NOT_ACCEPTED)
    if alert.handling not in _NOBODY_THERE:
        return Verdict(Cause.SOMEBODY_THERE)
    if not speaks:
        return Verdict(Cause.CANNOT_SPEAK)
    if sum(call.result is not None for call in attempts) >= SILENT_CALLS:
        return Verdict(Cause.TWO_CALLS)
    if not attempts:
        return Verdict(Cause.NOT_CALLED)
    due = attempts[0].began_at + SILENT_AFTER
    return Verdict(Cause.SIXTY_SECONDS) if due <= now else Verdict(Cause.WAITING, due)


def grade(high_risk: bool, alert: Alert, open_types: Iterable[str], nobody_reached: bool) -> Silence:
    """How grave a silence is. `open_types`: of the alerts of the same home that are not closed.

    Where no key holder can be reached 120 is needed as well: somebody has to come.
    """
    grave = high_risk or nobody_reached or bool(GRAVE_TYPES & {alert.type, *open_types})
    return Silence.GRAVE if grave else Silence.KEY_HOLDER
