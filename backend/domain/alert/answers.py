"""How a terminal is told: the `reassure` command's arguments, and how long it stays worth saying."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import timedelta
from typing import Any, Final

from backend.domain.alert.model import Answer
from contract.vocabulary import ReassureMode, Stage

LIFETIME: Final[Mapping[Stage, timedelta]] = {
    Stage.RECEIVED: timedelta(minutes=30),
    Stage.ACCEPTED: timedelta(minutes=30),
    Stage.EN_ROUTE: timedelta(minutes=10),
    Stage.ARRIVED: timedelta(minutes=30),
    Stage.CLOSED: timedelta(minutes=30),
}
"""How long an answer is repeated when the terminal does not confirm it; *en route* for its minutes besides
(design §5: en route lasts its minutes plus 10). A terminal away for longer repeats its press and is answered anew."""

RESEND_FIRST: Final = timedelta(seconds=10)
RESEND_MOST: Final = timedelta(seconds=60)
"""A command goes again after 10 s without result, doubling up to 60 s: slower than a terminal repeats (rule 1)."""
REARM_AFTER: Final = timedelta(seconds=1)
"""A repeat of an event within this time of its answer leaving is a copy by a second gateway, not a terminal that has
heard nothing: the fastest terminal repeats after 1.5 s (rule 1)."""


@dataclass(frozen=True, slots=True)
class Manner:
    """In which language and way a home is spoken to."""

    lang: str = "zh-CN"
    mode: ReassureMode = ReassureMode.VOICE


def manner(hearing: Sequence[str]) -> Manner:
    """Light where nobody in the home can hear (`hearing` of its residents is `none`), else voice."""
    deaf = bool(hearing) and all(value == "none" for value in hearing)
    return Manner(mode=ReassureMode.LIGHT if deaf else ReassureMode.VOICE)


def arguments(answer: Answer, spoken: Manner) -> dict[str, Any]:
    """`args` of the command (design §3)."""
    args: dict[str, Any] = {
        "stage": str(answer.stage),
        "event_id": answer.event_id,
        "lang": spoken.lang,
        "mode": str(spoken.mode),
    }
    if answer.eta_minutes is not None:
        args["eta_minutes"] = answer.eta_minutes
    return args


def lifetime(answer: Answer) -> timedelta:
    """From leaving to expiry."""
    return LIFETIME[answer.stage] + timedelta(minutes=answer.eta_minutes or 0)


def resend_after(attempts: int) -> timedelta:
    """How long to wait for a result after the `attempts`-th sending, 1 or more."""
    doublings = max(0, min(attempts - 1, 10))
    return min(RESEND_FIRST * (1 << doublings), RESEND_MOST)
