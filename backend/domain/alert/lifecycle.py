"""How an alert moves from hand to hand: the transition table, and `decide(alert, action, now)`."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from enum import StrEnum
from typing import Any, Final, Protocol

from backend.domain.alert.lease import leased
from backend.domain.alert.model import SYSTEM, Actor, ActorKind, Alert, Answer, Decision, Entry, EntryKind
from contract.vocabulary import OUTCOME_CODES, SOS, Handling, Label, Stage


class Verb(StrEnum):
    """What staff can do to an alert."""

    ACCEPT = "accept"
    DISPATCH = "dispatch"
    EN_ROUTE = "en_route"
    ARRIVED = "arrived"
    CLOSE = "close"
    HAND_OVER = "hand_over"
    NOTE = "note"
    RESPOND = "respond"
    """A responder takes it, by link or reply: not offered at the desk."""


_H = Handling
TRANSITIONS: Final[Mapping[tuple[Handling, Verb], Handling]] = {
    (_H.NEW, Verb.ACCEPT): _H.ACCEPTED,
    (_H.ACCEPTED, Verb.DISPATCH): _H.DISPATCHED,
    (_H.DISPATCHED, Verb.DISPATCH): _H.DISPATCHED,
    (_H.ACCEPTED, Verb.EN_ROUTE): _H.EN_ROUTE,
    (_H.DISPATCHED, Verb.EN_ROUTE): _H.EN_ROUTE,
    (_H.EN_ROUTE, Verb.EN_ROUTE): _H.EN_ROUTE,
    (_H.ACCEPTED, Verb.ARRIVED): _H.ARRIVED,
    (_H.DISPATCHED, Verb.ARRIVED): _H.ARRIVED,
    (_H.EN_ROUTE, Verb.ARRIVED): _H.ARRIVED,
    (_H.ACCEPTED, Verb.CLOSE): _H.CLOSED,
    (_H.DISPATCHED, Verb.CLOSE): _H.CLOSED,
    (_H.EN_ROUTE, Verb.CLOSE): _H.CLOSED,
    (_H.ARRIVED, Verb.CLOSE): _H.CLOSED,
    (_H.ACCEPTED, Verb.HAND_OVER): _H.ACCEPTED,
    (_H.DISPATCHED, Verb.HAND_OVER): _H.DISPATCHED,
    (_H.EN_ROUTE, Verb.HAND_OVER): _H.EN_ROUTE,
    (_H.ARRIVED, Verb.HAND_OVER): _H.ARRIVED,
    (_H.NEW, Verb.RESPOND): _H.ACCEPTED,
    (_H.ACCEPTED, Verb.RESPOND): _H.DISPATCHED,
    (_H.DISPATCHED, Verb.RESPOND): _H.DISPATCHED,
    (_H.EN_ROUTE, Verb.RESPOND): _H.EN_ROUTE,
    (_H.ARRIVED, Verb.RESPOND): _H.ARRIVED,
}
"""Which step leads where. What is not listed is refused and changes nothing. A note may be written at any time."""

REQUEUE_AFTER: Final = timedelta(seconds=30)
"""How long the holder may take to react to another press (design §5, repeats)."""


class Refused(StrEnum):
    """Why an action changed nothing."""

    ALREADY_ACCEPTED = "already_accepted"
    ILLEGAL_TRANSITION = "illegal_transition"
    UNKNOWN_OUTCOME = "unknown_outcome"
    NEEDS_SEEN_BY = "needs_seen_by"
    SCRIPT_INCOMPLETE = "script_incomplete"
    DESTINATION_UNKNOWN = "destination_unknown"


class Standing(Protocol):
    """A step of the script that stands in the way of closing."""

    @property
    def step(self) -> str: ...
    @property
    def label(self) -> Label: ...


class Refusal(Exception):  # noqa: N818 - a refusal is an answer, not an error of ours
    """The action is not possible now. Nothing has changed."""

    def __init__(self, reason: Refused, alert: Alert, missing: Sequence[Standing] = ()) -> None:
        super().__init__(str(reason))
        self.reason = reason
        self.alert = alert
        self.missing = missing
        """Steps of the script that stand in the way of closing."""


@dataclass(frozen=True, slots=True)
class StepMark:
    """What somebody says of a step of the script: `state` is `done` or `impossible`, then with a `reason`."""

    step: str
    state: str
    reason: str | None = None


@dataclass(frozen=True, slots=True)
class Action:
    """One step by a person, from `source`. Only the fields of its verb are set; `eta_minutes` is 1..600."""

    verb: Verb
    actor: Actor
    source: str = "console"
    responder: str | None = None
    eta_minutes: int | None = None
    outcome: str | None = None
    seen_by: str | None = None
    text: str | None = None
    to: str | None = None
    steps: tuple[StepMark, ...] = ()


def allowed(alert: Alert) -> list[Verb]:
    """What can be done now, in the order in which it is usually done."""
    verbs = [verb for verb in Verb if (alert.handling, verb) in TRANSITIONS and verb is not Verb.RESPOND]
    if not alert.ended and alert.handling is not Handling.NEW and (alert.requeued_at is not None or _by_link(alert)):
        verbs.insert(0, Verb.ACCEPT)
    return [*verbs, Verb.NOTE]


def decide(alert: Alert, action: Action, now: datetime) -> Decision:
    """What `action` makes of `alert`. Raises `Refusal` where it is not possible; nothing has changed then."""
    if action.verb is Verb.NOTE:
        return _moved(alert, alert, action, now, EntryKind.NOTED)
    if action.verb is Verb.ACCEPT:
        return _accept(alert, action, now)
    target = TRANSITIONS.get((alert.handling, action.verb))
    if target is None:
        raise Refusal(Refused.ILLEGAL_TRANSITION, alert)
    after = replace(alert, handling=target)
    if action.verb is Verb.RESPOND:
        return _respond(alert, after, action, now)
    if action.verb is Verb.HAND_OVER:
        return _hand_over(alert, action, now)
    if action.verb is Verb.CLOSE:
        return _close(alert, after, action, now)
    if action.verb is Verb.EN_ROUTE:
        minutes = action.eta_minutes
        if minutes is None or not 1 <= minutes <= 600:
            raise ValueError("eta_minutes is 1..600")
        after = replace(after, eta_minutes=minutes, eta_at=now + timedelta(minutes=minutes))
        return _moved(alert, after, action, now, EntryKind.EN_ROUTE, Stage.EN_ROUTE)
    if action.verb is Verb.ARRIVED:
        return _moved(alert, after, action, now, EntryKind.ARRIVED, Stage.ARRIVED)
    return _moved(alert, replace(after, responder=action.responder), action, now, EntryKind.DISPATCHED)


def _accept(alert: Alert, action: Action, now: datetime) -> Decision:
    mine = alert.holder is not None and alert.holder.id == action.actor.id
    if alert.ended:
        raise Refusal(Refused.ILLEGAL_TRANSITION, alert)
    if alert.handling is Handling.NEW:
        taken = replace(alert, handling=Handling.ACCEPTED, holder=action.actor, accepted_at=now, held_since=now)
        return _moved(alert, taken, action, now, EntryKind.ACCEPTED, Stage.ACCEPTED)
    if mine and not alert.ringing:
        return Decision(alert, "already_yours", changed=False)
    if mine or alert.requeued_at is not None or _by_link(alert):
        # The first acceptance fixes the figure; who takes over later does not move it.
        stage = Stage.ACCEPTED if alert.handling is Handling.ACCEPTED else None
        taken = replace(alert, holder=action.actor, held_since=alert.held_since if mine else now)
        return _moved(alert, taken, action, now, EntryKind.ACCEPTED if mine else EntryKind.TAKEN_OVER, stage)
    raise Refusal(Refused.ALREADY_ACCEPTED, alert)


def _by_link(alert: Alert) -> bool:
    """Whether a responder holds it: an operator may always take it over, the responder stays on the way."""
    return alert.holder is not None and alert.holder.kind is ActorKind.RESPONDER


def _respond(alert: Alert, after: Alert, action: Action, now: datetime) -> Decision:
    """A responder takes it. Where nobody had it, they hold it until an operator does."""
    after = replace(after, responder=action.actor.name)
    if alert.handling is not Handling.NEW:
        return _moved(alert, after, action, now, EntryKind.RESPONDER_ACCEPTED)
    after = replace(after, holder=action.actor, accepted_at=now, held_since=now)
    return _moved(alert, after, action, now, EntryKind.RESPONDER_ACCEPTED, Stage.ACCEPTED)


def _hand_over(alert: Alert, action: Action, now: datetime) -> Decision:
    """It waits and rings again until somebody takes it; who gives it away stays on it until then."""
    decision = _moved(alert, alert, action, now, EntryKind.HANDED_OVER)
    after = replace(decision.alert, requeued_at=now, ring_seq=alert.ring_seq + 1, lease_until=None, lease_due_at=None)
    return replace(decision, alert=after)


def _close(alert: Alert, after: Alert, action: Action, now: datetime) -> Decision:
    code = OUTCOME_CODES.get(action.outcome or "")
    if code is None:
        raise Refusal(Refused.UNKNOWN_OUTCOME, alert)
    if alert.type == SOS and code.needs_seen_by and not (action.seen_by or "").strip():
        raise Refusal(Refused.NEEDS_SEEN_BY, alert)
    closed = replace(after, closed_at=now, outcome=code.code, grave=code.grave)
    return _moved(alert, closed, action, now, EntryKind.CLOSED, Stage.CLOSED)


def _moved(
    before: Alert, after: Alert, action: Action, now: datetime, kind: EntryKind, stage: Stage | None = None
) -> Decision:
    """The alert after a person's step: any step is a reaction, so nothing is due and nothing is requeued any more.

    A note by somebody else than the holder is no reaction: it says nothing about who goes.
    """
    holder = before.holder is not None and before.holder.id == action.actor.id
    of_another = action.actor.kind is ActorKind.RESPONDER and before.holder is not None and not holder
    if of_another:
        # A responder's step prolongs a journey; it does not answer for a holder who is silent, or for a cry for help.
        after = leased(after, now) if before.requeued_at is None and before.reaction_due_at is None else after
    elif action.verb is not Verb.NOTE or holder:
        after = leased(replace(after, requeued_at=None, reaction_due_at=None), now)
    after = replace(after, version=before.version + 1)
    entry = Entry(kind, action.actor, now, action.source, detail=_detail(before, after, action))
    return Decision(after, str(kind), (entry,), answers(after, stage) if stage else ())


def answers(alert: Alert, stage: Stage) -> tuple[Answer, ...]:
    """What the terminal hears, or nothing where there is no press to name."""
    if alert.event_id is None:
        return ()
    return (Answer(stage, alert.event_id, alert.eta_minutes if stage is Stage.EN_ROUTE else None),)


def _detail(before: Alert, after: Alert, action: Action) -> dict[str, Any]:
    fields = {
        "responder": action.responder,
        "eta_minutes": action.eta_minutes,
        "outcome": action.outcome,
        "seen_by": action.seen_by,
        "text": action.text,
        "to": action.to,
    }
    detail: dict[str, Any] = {name: value for name, value in fields.items() if value is not None}
    if before.handling is not after.handling:
        detail |= {"before": str(before.handling), "after": str(after.handling)}
    for name, old, new in (
        ("holder", before.holder and before.holder.name, after.holder and after.holder.name),
        ("responder", before.responder, after.responder),
        ("eta_minutes", before.eta_minutes, after.eta_minutes),
    ):
        if old is not None and old != new:
            detail[f"{name}_before"] = old
    return detail


def requeue(alert: Alert, now: datetime) -> Decision:
    """What becomes of `alert` when nobody has reacted to another press in time.

    It waits in the queue again, rings everybody, and the holder stays on it. Before the deadline nothing changes.
    """
    due = alert.reaction_due_at
    if alert.ended or due is None or due > now:
        return Decision(alert, "not_due", changed=False)
    after = replace(
        alert, requeued_at=now, reaction_due_at=None, ring_seq=alert.ring_seq + 1, version=alert.version + 1
    )
    detail = {"holder": alert.holder.name if alert.holder else None, "due": due.isoformat()}
    return Decision(
        after, "nobody_reacted", (Entry(EntryKind.REQUEUED, SYSTEM, now, "timer", "nobody_reacted", detail),)
    )
