"""Until when a step must be over, and what time alone does to an order: it begins, a hold ends, a step is overdue."""

from __future__ import annotations

from dataclasses import replace
from datetime import datetime

from backend.domain.alert.model import SYSTEM, Actor
from backend.domain.work_order.model import Decision, Entry, EntryKind, Order, State
from backend.domain.work_order.provider import Choice
from backend.domain.work_order.rules import KindRules

TIMER = "timer"


def stepped(before: Order, after: Order, rules: KindRules, now: datetime) -> Order:
    """`after` with the deadline of its step. In the same step it keeps the one it has: nothing postpones a deadline."""
    if after.state.ended:
        cleared = replace(after, deadline_at=None, due_at=None, held_since=None, held_until=None, hold_reason=None)
        return replace(cleared, state_since=now)
    if before.state is after.state:
        return after
    span = rules.spans[after.state]
    # A provider that is closed cannot begin before it opens.
    opens_at = after.provider_opens_at if after.state is State.REGISTERED else None
    deadline = max(now, opens_at or now) + span
    return replace(after, state_since=now, overdue_at=None, deadline_at=deadline, due_at=deadline)


def registered(
    order: Order, choice: Choice | None, rules: KindRules, actor: Actor, source: str, now: datetime
) -> Decision:
    """The order is there from now on, with whoever is asked first; `choice` None: nobody, which is said."""
    after = replace(order, state=State.REGISTERED)
    if choice is not None:
        after = replace(after, provider_id=choice.provider_id, provider_opens_at=choice.opens_at)
    after = stepped(replace(order, state=State.SCHEDULED), after, rules, now)
    if order.state is State.SCHEDULED:
        after = replace(after, version=order.version + 1)
    detail = {"before": str(order.state)} if order.state is State.SCHEDULED else {}
    deadline = {"deadline": after.deadline_at.isoformat()} if after.deadline_at else {}
    entries = [Entry(EntryKind.REGISTERED, actor, now, source, str(order.origin), {**detail, **deadline})]
    if choice is not None:
        entries.append(Entry(EntryKind.OFFERED, SYSTEM, now, source, str(choice.reason), choice.detail()))
    else:
        entries.append(Entry(EntryKind.NOBODY_TO_TELL, SYSTEM, now, source, "no_organisation"))
    return Decision(after, "registered", tuple(entries))


def scheduled(order: Order, begins_at: datetime, actor: Actor, source: str, now: datetime) -> Decision:
    """Nothing is asked of anybody before `begins_at`."""
    after = replace(order, state=State.SCHEDULED, due_at=begins_at)
    detail = {"begins_at": begins_at.isoformat()}
    return Decision(after, "scheduled", (Entry(EntryKind.SCHEDULED, actor, now, source, str(order.origin), detail),))


def resumed(order: Order, now: datetime) -> Order:
    """The hold is over: the step has as long as it had left when it was held."""
    after = replace(order, held_since=None, held_until=None, hold_reason=None, due_at=None)
    if order.overdue_at is not None or order.deadline_at is None or order.held_since is None:
        return after
    deadline = order.deadline_at + (now - order.held_since)
    return replace(after, deadline_at=deadline, due_at=deadline)


def watch(order: Order, now: datetime) -> Decision:
    """What the clock makes of an order that is registered: a hold ends, or the step is overdue and is supervised.

    督办 is raised once per step and never lowered. Before the due time nothing changes.
    """
    if order.state.ended or order.state is State.SCHEDULED or order.due_at is None or order.due_at > now:
        return Decision(order, "not_due", changed=False)
    if order.held:
        after = replace(resumed(order, now), version=order.version + 1)
        deadline = after.deadline_at.isoformat() if after.deadline_at else None
        return Decision(
            after, "resumed", (Entry(EntryKind.RESUMED, SYSTEM, now, TIMER, "hold_over", {"deadline": deadline}),)
        )
    after = replace(
        order, supervised_at=order.supervised_at or now, overdue_at=now, due_at=None, version=order.version + 1
    )
    detail = {"step": str(order.state), "deadline": order.due_at.isoformat(), "again": order.supervised_at is not None}
    return Decision(after, "overdue", (Entry(EntryKind.SUPERVISED, SYSTEM, now, TIMER, "overdue", detail),))
