"""How a work order moves from step to step: the transition table, and `decide(order, action, rules, now)`."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from enum import StrEnum
from typing import Any, Final

from backend.domain.alert.model import Actor
from backend.domain.work_order.deadlines import resumed, stepped
from backend.domain.work_order.model import (
    Assignee,
    CallBack,
    CallResult,
    Decision,
    Entry,
    EntryKind,
    Order,
    Outcome,
    State,
    Taker,
    Verb,
)
from backend.domain.work_order.provider import Choice
from backend.domain.work_order.rules import KindRules

_S = State
TRANSITIONS: Final[Mapping[tuple[State, Verb], State]] = {
    (_S.REGISTERED, Verb.ACCEPT): _S.ASSIGNED,
    (_S.REGISTERED, Verb.ASSIGN): _S.ASSIGNED,
    (_S.ASSIGNED, Verb.ASSIGN): _S.ASSIGNED,
    (_S.IN_PROGRESS, Verb.ASSIGN): _S.ASSIGNED,
    (_S.ASSIGNED, Verb.START): _S.IN_PROGRESS,
    (_S.IN_PROGRESS, Verb.FINISH): _S.FINISHED,
    (_S.FINISHED, Verb.CALL_BACK): _S.CALLED_BACK,
    (_S.CALLED_BACK, Verb.RATE): _S.RATED,
    (_S.FINISHED, Verb.CLOSE): _S.CLOSED,
    (_S.CALLED_BACK, Verb.CLOSE): _S.CLOSED,
    (_S.RATED, Verb.CLOSE): _S.CLOSED,
    (_S.SCHEDULED, Verb.CANCEL): _S.CANCELLED,
    (_S.REGISTERED, Verb.CANCEL): _S.CANCELLED,
    (_S.ASSIGNED, Verb.CANCEL): _S.CANCELLED,
    (_S.IN_PROGRESS, Verb.CANCEL): _S.CANCELLED,
    (_S.REGISTERED, Verb.HOLD): _S.REGISTERED,
    (_S.ASSIGNED, Verb.HOLD): _S.ASSIGNED,
    (_S.IN_PROGRESS, Verb.HOLD): _S.IN_PROGRESS,
    (_S.FINISHED, Verb.HOLD): _S.FINISHED,
}
"""Which step leads where. What is not listed is refused and changes nothing. A note may be written at any time."""
BY_PHONE: Final[Mapping[tuple[State, Verb], State]] = {
    (_S.ASSIGNED, Verb.CALL_BACK): _S.CALLED_BACK,
    (_S.IN_PROGRESS, Verb.CALL_BACK): _S.CALLED_BACK,
    (_S.ASSIGNED, Verb.CLOSE): _S.CLOSED,
    (_S.IN_PROGRESS, Verb.CLOSE): _S.CLOSED,
}
"""What is possible besides where the work is the call itself."""
FAILED_CALLS: Final = 3
"""So many call-backs that reached nobody stand for one that did (issue 3, item 7)."""
LONGEST_HOLD: Final = timedelta(days=30)
"""A hold ends by itself, so that nothing waits for ever."""


class Refused(StrEnum):
    """Why an action changed nothing."""

    ILLEGAL_TRANSITION = "illegal_transition"
    ON_HOLD = "on_hold"
    NOT_ON_HOLD = "not_on_hold"
    NEEDS_CALL_BACK = "needs_call_back"
    NOT_FOR_THIS_KIND = "not_for_this_kind"
    BAD_HOLD = "bad_hold"


class Refusal(Exception):  # noqa: N818 - a refusal is an answer, not an error of ours
    """The action is not possible now. Nothing has changed."""

    def __init__(self, reason: Refused, order: Order) -> None:
        super().__init__(str(reason))
        self.reason = reason
        self.order = order


@dataclass(frozen=True, slots=True)
class Action:
    """One step by a person, from `source`. Only the fields of its verb are set.

    `assignee` and `takers` (in which capacities they may take it): ACCEPT, ASSIGN. `provider`: ASSIGN to another
    organisation. `until`: HOLD. `rating`: 1 to 5. `text`: the reason of a hold or a cancelling, else a note.
    """

    verb: Verb
    actor: Actor
    source: str = "console"
    text: str | None = None
    provider: Choice | None = None
    assignee: Assignee | None = None
    takers: frozenset[Taker] = frozenset()
    outcome: Outcome | None = None
    result: CallResult | None = None
    rating: int | None = None
    until: datetime | None = None


def allowed(order: Order, rules: KindRules) -> list[Verb]:
    """What can be done now, in the order in which it is usually done."""
    if order.state.ended:
        return [Verb.NOTE]
    if order.held:
        return [Verb.RESUME, Verb.CANCEL, Verb.NOTE] if _target(order, Verb.CANCEL, rules) else [Verb.RESUME, Verb.NOTE]
    verbs = [verb for verb in Verb if _target(order, verb, rules) is not None]
    return [verb for verb in verbs if verb is not Verb.CLOSE or _may_close(order)] + [Verb.NOTE]


def decide(order: Order, action: Action, rules: KindRules, now: datetime) -> Decision:
    """What `action` makes of `order`. Raises `Refusal` where it is not possible; nothing has changed then."""
    if action.verb is Verb.NOTE:
        return _decided(order, order, action, now, EntryKind.NOTED)
    if action.verb is Verb.RESUME:
        if not order.held:
            raise Refusal(Refused.NOT_ON_HOLD, order)
        return _decided(order, resumed(order, now), action, now, EntryKind.RESUMED)
    target = _target(order, action.verb, rules)
    if target is None:
        raise Refusal(Refused.ILLEGAL_TRANSITION, order)
    if order.held and action.verb is not Verb.CANCEL:
        raise Refusal(Refused.ON_HOLD, order)
    after, kind = _STEPS[action.verb](replace(order, state=target), order, action, rules, now)
    return _decided(order, stepped(order, after, rules, now), action, now, kind)


def _target(order: Order, verb: Verb, rules: KindRules) -> State | None:
    step = (order.state, verb)
    return TRANSITIONS.get(step) or (BY_PHONE.get(step) if rules.by_phone else None)


def _may_close(order: Order) -> bool:
    return order.state in (State.CALLED_BACK, State.RATED) or order.failed_call_backs >= FAILED_CALLS


_Step = tuple[Order, EntryKind]


def _take(after: Order, before: Order, action: Action, rules: KindRules, _now: datetime) -> _Step:
    if action.assignee is not None and not action.takers & rules.taken_by:
        raise Refusal(Refused.NOT_FOR_THIS_KIND, before)
    if action.assignee is None and action.provider is None:
        raise ValueError("an order is given to somebody")
    if action.provider is not None:
        after = replace(after, provider_id=action.provider.provider_id, provider_opens_at=action.provider.opens_at)
    return replace(after, assignee=action.assignee), EntryKind.ASSIGNED


def _start(after: Order, _before: Order, _action: Action, _rules: KindRules, _now: datetime) -> _Step:
    return after, EntryKind.STARTED


def _finish(after: Order, _before: Order, action: Action, _rules: KindRules, now: datetime) -> _Step:
    if action.outcome is None:
        raise ValueError("finishing has an outcome")
    return replace(after, outcome=action.outcome, finished_at=now, failed_call_backs=0), EntryKind.FINISHED


def _call_back(after: Order, before: Order, action: Action, _rules: KindRules, now: datetime) -> _Step:
    if action.result is None:
        raise ValueError("a call-back has a result")
    if not action.result.reached:
        return replace(before, failed_call_backs=before.failed_call_backs + 1), EntryKind.CALL_FAILED
    if action.result is CallResult.UNRESOLVED:
        again = replace(before, state=State.IN_PROGRESS, finished_at=None, outcome=None, failed_call_backs=0)
        return replace(again, reworks=before.reworks + 1), EntryKind.REOPENED
    return replace(after, called_back_at=now), EntryKind.CALLED_BACK


def _rate(after: Order, _before: Order, action: Action, _rules: KindRules, _now: datetime) -> _Step:
    if action.rating is None or not 1 <= action.rating <= 5:
        raise ValueError("rating is 1..5")
    return replace(after, rating=action.rating), EntryKind.RATED


def _close(after: Order, before: Order, _action: Action, _rules: KindRules, now: datetime) -> _Step:
    if not _may_close(before):
        raise Refusal(Refused.NEEDS_CALL_BACK, before)
    return replace(after, closed_at=now), EntryKind.CLOSED


def _cancel(after: Order, _before: Order, action: Action, _rules: KindRules, now: datetime) -> _Step:
    _need_reason(action)
    return replace(after, closed_at=now), EntryKind.CANCELLED


def _hold(after: Order, before: Order, action: Action, _rules: KindRules, now: datetime) -> _Step:
    _need_reason(action)
    if action.until is None or not now < action.until <= now + LONGEST_HOLD:
        raise Refusal(Refused.BAD_HOLD, before)
    held = replace(after, held_since=now, held_until=action.until, hold_reason=action.text)
    return replace(held, due_at=action.until), EntryKind.HELD


def _need_reason(action: Action) -> None:
    if not (action.text or "").strip():
        raise ValueError(f"{action.verb} has a reason")


_STEPS: Final[Mapping[Verb, Callable[[Order, Order, Action, KindRules, datetime], _Step]]] = {
    Verb.ACCEPT: _take,
    Verb.ASSIGN: _take,
    Verb.START: _start,
    Verb.FINISH: _finish,
    Verb.CALL_BACK: _call_back,
    Verb.RATE: _rate,
    Verb.CLOSE: _close,
    Verb.CANCEL: _cancel,
    Verb.HOLD: _hold,
}


def _decided(before: Order, after: Order, action: Action, now: datetime, kind: EntryKind) -> Decision:
    after = replace(after, version=before.version + 1)
    entry = Entry(kind, action.actor, now, action.source, action.text or "", _detail(before, after, action))
    call = CallBack(now, action.result, action.actor, action.text) if action.result is not None else None
    return Decision(after, str(kind), (entry,), call)


def _detail(before: Order, after: Order, action: Action) -> dict[str, Any]:
    told: dict[str, Any] = {
        name: str(value) if isinstance(value, StrEnum) else value
        for name in ("outcome", "result", "rating")
        if (value := getattr(action, name)) is not None
    }
    if before.state is not after.state:
        told |= {"before": str(before.state), "after": str(after.state)}
    if action.provider is not None:
        told |= action.provider.detail()
    for name, old, new in (
        ("provider_id", before.provider_id, after.provider_id),
        ("assignee", before.assignee and before.assignee.name, after.assignee and after.assignee.name),
        ("deadline", _moment(before.deadline_at), _moment(after.deadline_at)),
        ("held_until", _moment(before.held_until), _moment(after.held_until)),
    ):
        if old != new:
            told |= {f"{name}_before": old, name: new}
    return told


def _moment(at: datetime | None) -> str | None:
    return at.isoformat() if at is not None else None
