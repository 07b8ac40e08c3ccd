"""Which step follows which: `decide` refuses what was skipped, what is taken and what is over, with the reason."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from typing import Final

from backend.domain.answering.model import (
    ASKED,
    HOLD,
    KEY_LABELS,
    ON_IT,
    OUTCOMES,
    Assignment,
    Refusal,
    State,
    Step,
    StepKind,
    Why,
    expires,
)
from backend.domain.escalation.targets import DutyRole

_S, _K = State, StepKind
TRANSITIONS: Final[Mapping[tuple[State, StepKind], State]] = {
    (_S.OFFERED, _K.OPEN): _S.OPENED,
    **{
        (state, _K.ACCEPT): _S.ACCEPTED
        # Whoever passed may think better of it, and a second person may be wanted after all.
        for state in (_S.OFFERED, _S.OPENED, _S.HELD, _S.PASSED, _S.STOOD_DOWN)
    },
    **{
        (state, _K.PASS): _S.PASSED
        # Also after accepting: the car does not start.
        for state in (_S.OFFERED, _S.OPENED, _S.HELD, _S.ACCEPTED, _S.EN_ROUTE)
    },
    (_S.OFFERED, _K.HOLD): _S.HELD,
    (_S.OPENED, _K.HOLD): _S.HELD,
    (_S.ACCEPTED, _K.EN_ROUTE): _S.EN_ROUTE,
    (_S.EN_ROUTE, _K.EN_ROUTE): _S.EN_ROUTE,
    (_S.ACCEPTED, _K.ARRIVED): _S.ARRIVED,
    (_S.EN_ROUTE, _K.ARRIVED): _S.ARRIVED,
    (_S.ARRIVED, _K.DONE): _S.DONE,
    **{(state, _K.ASK_SECOND): state for state in ON_IT},
    (_S.ARRIVED, _K.FORCED_ENTRY): _S.ARRIVED,
    (_S.ARRIVED, _K.ALL_RIGHT): _S.ARRIVED,
    **{(state, _K.PANIC): state for state in (*sorted(ON_IT), _S.DONE)},
    **{(state, _K.KEY_TAKEN): state for state in ON_IT},
    **{(state, _K.KEY_RETURNED): state for state in (*sorted(ON_IT), _S.DONE, _S.PASSED)},
}
"""Which step leads where. What is not listed is refused, or was done before."""
_DONE_BEFORE: Final[Mapping[StepKind, frozenset[State]]] = {
    _K.OPEN: frozenset(_S) - {_S.OFFERED},
    _K.ACCEPT: ON_IT,
    _K.PASS: frozenset({_S.PASSED}),
    _K.ARRIVED: frozenset({_S.ARRIVED}),
    _K.DONE: frozenset({_S.DONE}),
}
"""The same step once more says nothing new: it is answered as done and changes nothing."""
_AT_THE_DESK: Final = frozenset({_K.OPEN, _K.ACCEPT, _K.PASS, _K.HOLD})
"""What an operator can do by link; the rest is done at the desk."""
_AFTER_CLOSING: Final = frozenset(
    {_K.OPEN, _K.PASS, _K.DONE, _K.ALL_RIGHT, _K.PANIC, _K.KEY_TAKEN, _K.KEY_RETURNED, _K.ARRIVED}
)
"""An alert is over when an operator says so; whoever is out there then still has to come home."""


@dataclass(frozen=True, slots=True)
class Scene:
    """What else counts: the other assignments of the alert, how many responders are wanted, whether it is closed.

    `keys_out`: keys that this person took and has not brought back.
    """

    others: Sequence[Assignment] = ()
    wanted: int = 1
    closed_at: datetime | None = None
    keys_out: int = 0


def responders_wanted(assignments: Sequence[Assignment], policy: int = 1) -> int:
    """How many must go: what the policy says, and two where one of those who go asked for a second person."""
    asked = any(one.second_asked_at is not None and one.state in (*ON_IT, State.DONE) for one in assignments)
    return max(1, policy, 2 if asked else 1)


def decide(mine: Assignment, step: Step, scene: Scene, now: datetime) -> Assignment:
    """What `step` makes of `mine`; the same object where it was done before. Raises `Refusal`; nothing changed then."""
    if mine.state is State.EXPIRED or now >= expires(mine, scene.closed_at):
        raise Refusal(Why.EXPIRED)
    if mine.role is not DutyRole.RESPONDER and step.kind not in _AT_THE_DESK:
        raise Refusal(Why.DESK_ONLY)
    if mine.state in _DONE_BEFORE.get(step.kind, ()):
        return mine
    target = TRANSITIONS.get((mine.state, step.kind))
    if target is None:
        raise Refusal(_why_not(mine, step.kind))
    if scene.closed_at is not None and step.kind not in _AFTER_CLOSING:
        raise Refusal(Why.ALERT_CLOSED)
    _require(mine, step, scene)
    return _moved(replace(mine, state=target), step, now)


def _why_not(mine: Assignment, kind: StepKind) -> Why:
    if mine.state in (State.DONE, State.STOOD_DOWN) and kind is not StepKind.HOLD:
        return Why.ENDED
    if kind is StepKind.HOLD:
        return Why.HELD_BEFORE if mine.held_until is not None else Why.ENDED
    if mine.state in ON_IT and kind in (StepKind.DONE, StepKind.FORCED_ENTRY, StepKind.ALL_RIGHT):
        return Why.NOT_ARRIVED
    return Why.ENDED if mine.state is State.ARRIVED else Why.NOT_ACCEPTED


def _require(mine: Assignment, step: Step, scene: Scene) -> None:
    kind = step.kind
    if kind is StepKind.ACCEPT and mine.role is DutyRole.RESPONDER and mine.by_hand is None:
        _require_room(scene)
    if kind is StepKind.HOLD and mine.held_until is not None:
        raise Refusal(Why.HELD_BEFORE)
    if kind is StepKind.EN_ROUTE and (step.minutes is None or not 1 <= step.minutes <= 600):
        raise Refusal(Why.BAD_MINUTES)
    if kind is StepKind.DONE and step.outcome not in OUTCOMES:
        raise Refusal(Why.UNKNOWN_OUTCOME)
    if kind is StepKind.KEY_TAKEN and step.key not in KEY_LABELS:
        raise Refusal(Why.UNKNOWN_KEY)
    if kind is StepKind.KEY_RETURNED and not scene.keys_out:
        raise Refusal(Why.NO_KEY_OUT)
    if kind is StepKind.FORCED_ENTRY and not any(other.goes for other in scene.others):
        raise Refusal(Why.NEEDS_TWO)


def _require_room(scene: Scene) -> None:
    """The first to accept has it. One who is done still counts: nobody else needs to go."""
    have = [one for one in scene.others if one.goes or (one.role is DutyRole.RESPONDER and one.state is State.DONE)]
    if len(have) >= scene.wanted:
        first = min(have, key=lambda one: one.accepted_at or one.created_at)
        raise Refusal(Why.TAKEN, first.recipient_name, first.accepted_at)


def _moved(after: Assignment, step: Step, now: datetime) -> Assignment:
    match step.kind:
        case StepKind.OPEN:
            return replace(after, opened_at=now)
        case StepKind.ACCEPT:
            return replace(after, accepted_at=now, ended_at=None)
        case StepKind.PASS:
            return replace(after, ended_at=now, eta_at=None)
        case StepKind.HOLD:
            return replace(after, held_until=now + HOLD)
        case StepKind.EN_ROUTE:
            return replace(after, eta_at=now + timedelta(minutes=step.minutes or 0))
        case StepKind.ARRIVED:
            return replace(after, arrived_at=now)
        case StepKind.DONE:
            return replace(after, ended_at=now, outcome=step.outcome, note=step.note)
        case StepKind.ASK_SECOND:
            return replace(after, second_asked_at=after.second_asked_at or now)
        case StepKind.FORCED_ENTRY:
            return replace(after, forced_at=after.forced_at or now)
        case _:
            return after


def stood_down(others: Sequence[Assignment], wanted: int, now: datetime) -> list[Assignment]:
    """Those who were asked and are needed no more, once `wanted` responders go. Operators are the desk's own matter."""
    going = sum(1 for one in others if one.goes)
    if going < wanted:
        return []
    return [
        replace(one, state=State.STOOD_DOWN, ended_at=now)
        for one in others
        if one.role is DutyRole.RESPONDER and one.state in ASKED and one.by_hand is None
    ]


def asked_again(
    mine: Assignment, notice_id: str | None, expires_at: datetime, by_hand: str | None = None
) -> Assignment:
    """The same person is called once more for the same alert: the link lives on, and what had ended is open again.

    Whoever was sent by an operator stays so, whatever escalation does.
    """
    again = replace(
        mine,
        notice_id=notice_id or mine.notice_id,
        expires_at=max(mine.expires_at, expires_at),
        by_hand=by_hand or mine.by_hand,
    )
    if mine.state in (State.PASSED, State.STOOD_DOWN, State.EXPIRED):
        state = State.OPENED if mine.opened_at is not None else State.OFFERED
        return replace(again, state=state, ended_at=None)
    return again


_TRIED: Final = (
    Step(_K.ACCEPT),
    Step(_K.PASS),
    Step(_K.HOLD),
    Step(_K.EN_ROUTE, minutes=10),
    Step(_K.ARRIVED),
    Step(_K.DONE, outcome="other"),
    Step(_K.ASK_SECOND),
    Step(_K.FORCED_ENTRY),
    Step(_K.ALL_RIGHT),
    Step(_K.PANIC),
    Step(_K.KEY_TAKEN, key="own"),
    Step(_K.KEY_RETURNED),
)


def possible(mine: Assignment, scene: Scene, now: datetime) -> tuple[StepKind, ...]:
    """What `mine` could do now and would change or record something: the buttons of the page."""
    return tuple(step.kind for step in _TRIED if _would(mine, step, scene, now))


def _would(mine: Assignment, step: Step, scene: Scene, now: datetime) -> bool:
    try:
        decide(mine, step, scene, now)
    except Refusal:
        return False
    return mine.state not in _DONE_BEFORE.get(step.kind, ())
