"""What happens to a notice next: each function takes its delivery and what happened, and says what becomes of it."""

from __future__ import annotations

from dataclasses import replace
from datetime import datetime, timedelta

from backend.domain.delivery.backoff import RECEIPT_WAIT, delay, most_attempts
from backend.domain.delivery.model import Cause, Decision, Delivery, NoticeState, Outcome, Reason, Result


def begin(delivery: Delivery, now: datetime, lease: timedelta) -> Decision:
    """A worker takes it: `SENDING` means that the contact point at `position` is called now.

    A notice whose worker has died comes here again; the attempt without a result stays as it is, and counts.
    """
    if delivery.over:
        return Decision(delivery, Reason.OVER)
    if now >= delivery.deadline_at:
        return _expire(delivery, now)
    if delivery.position >= delivery.points:
        return _wait_or_fail(delivery, now)
    if delivery.attempts >= most_attempts(_is_last(delivery), delivery.hurried):
        # Its workers died each time: what kills them may be this channel.
        return begin(replace(delivery, position=delivery.position + 1, attempts=0), now, lease)
    sending = replace(delivery, state=NoticeState.SENDING, attempts=delivery.attempts + 1, due_at=now + lease)
    return Decision(sending, Reason.SENDING)


def defer(delivery: Delivery, until: datetime) -> Decision:
    """Not now: quiet hours or a rate limit. No attempt is counted; the deadline holds."""
    if delivery.over:
        return Decision(delivery, Reason.OVER)
    due_at = min(until, delivery.deadline_at)
    return Decision(replace(delivery, state=NoticeState.PENDING, due_at=due_at), Reason.DEFERRED)


def decide(delivery: Delivery, result: Result, now: datetime) -> Decision:
    """What a channel answered about the attempt on the contact point at `position`."""
    if delivery.over:
        return Decision(delivery, Reason.OVER)
    if result.outcome is Outcome.DELIVERED:
        return _delivered(delivery, result.cause, now)
    if result.outcome is Outcome.ACCEPTED:
        return _accepted(delivery, result.cause, now)
    used_up = delivery.attempts >= most_attempts(_is_last(delivery), delivery.hurried)
    if result.outcome is Outcome.PERMANENT or used_up:
        return _next_point(replace(delivery, cause=result.cause), now)
    due_at = now + delay(delivery.attempts, delivery.hurried)
    if due_at >= delivery.deadline_at:
        # There is still time for another channel, but not for another attempt on this one.
        return _next_point(replace(delivery, cause=result.cause), now)
    again = replace(delivery, state=NoticeState.PENDING, due_at=due_at, cause=result.cause)
    return Decision(again, Reason.TRY_AGAIN)


def receipt(delivery: Delivery, arrived: bool, cause: str, now: datetime) -> Decision:
    """A provider (or the operator who made the call) reports on an attempt that it took.

    `delivery.outstanding` is what is left without this one. A receipt that says no sends it to the next channel now.
    """
    if delivery.over:
        return Decision(delivery, Reason.OVER)
    if arrived:
        return _delivered(delivery, cause, now)
    told = replace(delivery, cause=cause)
    if delivery.state is NoticeState.SENDING:
        return Decision(told, Reason.SENDING)
    if told.position >= told.points:
        return _wait_or_fail(told, now)
    return Decision(replace(told, due_at=min(told.due_at, now)), Reason.NEXT_POINT)


def cancel(delivery: Delivery, cause: str, now: datetime) -> Decision:
    """It is not needed any more. What is on its way right now may still arrive; nothing further is tried."""
    if delivery.over:
        return Decision(delivery, Reason.OVER)
    return Decision(_end(delivery, NoticeState.CANCELLED, cause, now), Reason.CANCELLED)


def passed(delivery: Delivery, now: datetime) -> Decision:
    """The recipient says: not me. They have read it, whatever the channel said."""
    if delivery.over and delivery.state is not NoticeState.DELIVERED:
        return Decision(delivery, Reason.OVER)
    return Decision(_end(delivery, NoticeState.PASSED, "", now), Reason.PASSED)


def _delivered(delivery: Delivery, cause: str, now: datetime) -> Decision:
    arrived = replace(delivery, sent_at=delivery.sent_at or now)
    return Decision(_end(arrived, NoticeState.DELIVERED, cause, now), Reason.DELIVERED)


def _accepted(delivery: Delivery, cause: str, now: datetime) -> Decision:
    """Waits for the receipt; in an emergency no longer than `RECEIPT_WAIT` before the next channel is tried too.

    A call that an operator has to make is not waited for at all then: their hands are full with the alert itself.
    """
    further = delivery.position + 1 < delivery.points
    impatient = delivery.hurried and further and not delivery.voice_only
    patience = timedelta(0) if cause == Cause.CALL_TO_MAKE else RECEIPT_WAIT
    waiting = replace(
        delivery,
        state=NoticeState.PENDING,
        position=delivery.position + 1,
        attempts=0,
        outstanding=delivery.outstanding + 1,
        sent_at=delivery.sent_at or now,
        due_at=min(now + patience, delivery.deadline_at) if impatient else delivery.deadline_at,
        cause=cause,
    )
    return Decision(waiting, Reason.ACCEPTED)


def _next_point(delivery: Delivery, now: datetime) -> Decision:
    moved = replace(delivery, state=NoticeState.PENDING, position=delivery.position + 1, attempts=0, due_at=now)
    return _wait_or_fail(moved, now) if moved.position >= moved.points else Decision(moved, Reason.NEXT_POINT)


def _wait_or_fail(delivery: Delivery, now: datetime) -> Decision:
    """Every contact point has been tried: what a provider took may still arrive, else it has failed."""
    if delivery.outstanding:
        waiting = replace(delivery, state=NoticeState.PENDING, due_at=delivery.deadline_at)
        return Decision(waiting, Reason.AWAITING_RECEIPT)
    cause = delivery.cause or Cause.NO_CONTACT_POINT
    return Decision(_end(delivery, NoticeState.FAILED, cause, now), Reason.ALL_CHANNELS_FAILED)


def _expire(delivery: Delivery, now: datetime) -> Decision:
    cause = Cause.NO_RECEIPT if delivery.outstanding else delivery.cause or Cause.DEADLINE
    return Decision(_end(delivery, NoticeState.EXPIRED, cause, now), Reason.EXPIRED)


def _end(delivery: Delivery, state: NoticeState, cause: str, now: datetime) -> Delivery:
    return replace(delivery, state=state, cause=cause or None, ended_at=now)


def _is_last(delivery: Delivery) -> bool:
    return delivery.position + 1 >= delivery.points
