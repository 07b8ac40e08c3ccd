"""What is kept of an attempt, a receipt or a call: the notice moves, the timeline says so, the run looks again."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, timedelta
from enum import StrEnum
from typing import Final

import structlog

from backend.domain.alert.model import SYSTEM, Actor, AlertId, Entry, EntryKind
from backend.domain.delivery.machine import begin, decide, receipt
from backend.domain.delivery.model import Cause, Decision, Outcome, Reason, Result
from backend.domain.escalation.targets import Channel
from backend.services.alarm.ports import Clock
from backend.services.notices.delivery_ports import Attempted, Held, NoticeStore, NoticeTransaction, Ticket
from backend.services.notices.ports import NoticeKind

log = structlog.get_logger()

_KINDS: Final = {
    Reason.ACCEPTED: EntryKind.NOTICE_SENT,
    Reason.DELIVERED: EntryKind.NOTICE_DELIVERED,
    Reason.ALL_CHANNELS_FAILED: EntryKind.NOTICE_FAILED,
    Reason.EXPIRED: EntryKind.NOTICE_FAILED,
}


class CallOutcome(StrEnum):
    """What came of a call that a person made. Voicemail is nobody reached."""

    REACHED = "reached"
    NO_ANSWER = "no_answer"
    VOICEMAIL = "voicemail"
    WRONG_NUMBER = "wrong_number"


class Received(StrEnum):
    """What became of a receipt."""

    RECORDED = "recorded"
    KNOWN = "known"
    """It came before: nothing has changed."""
    UNKNOWN = "unknown"
    """No attempt of ours has this provider id."""


@dataclass(frozen=True, slots=True)
class RecordAttempt:
    """What a channel answered."""

    store: NoticeStore
    clock: Clock

    def __call__(self, ticket: Ticket, result: Result) -> Reason:
        """`OVER` where the notice has ended, or another worker has it, in the meantime; the attempt is kept anyway."""
        now = self.clock.now()
        with self.store.begin() as tx:
            lock_alert(tx, ticket.to.alert_id)
            held = tx.held(ticket.to.notice_id)
            tx.end_attempt(ticket.to.notice_id, ticket.point_id, ticket.attempt, result, now)
            _judge_point(tx, ticket.point_id, result, now)
            if held is None or held.lease != ticket.lease:
                tx.commit()
                return Reason.OVER
            decision = decide(held.delivery, result, now)
            keep(tx, held, decision, ticket.channel, SYSTEM, now)
            tx.commit()
        return decision.reason

    def settle(self, notice_id: str, unreadable: bool = False) -> Reason:
        """Ends a notice that has no further attempt: past its deadline, given up on every channel, or `unreadable`."""
        now = self.clock.now()
        with self.store.begin() as tx:
            alert_id = tx.alert_of(notice_id)
            lock_alert(tx, alert_id)
            if unreadable:
                return _fail_unread(tx, notice_id, alert_id, now)
            held = tx.held(notice_id)
            if held is None:
                return Reason.OVER
            decision = begin(held.delivery, now, timedelta(0))
            if not decision.given_up:
                return Reason.OVER
            keep(tx, held, decision, None, SYSTEM, now)
            tx.commit()
        return decision.reason


@dataclass(frozen=True, slots=True)
class RecordReceipt:
    """What a provider reports later about an attempt that it took."""

    store: NoticeStore
    clock: Clock

    def __call__(self, channels: frozenset[Channel], provider_id: str, arrived: bool, cause: str) -> Received:
        """Any number of times the same. `channels`: those that this provider serves."""
        now = self.clock.now()
        with self.store.begin() as tx:
            named = tx.attempt_of(channels, provider_id)
            if named is None:
                return Received.UNKNOWN
            lock_alert(tx, named.alert_id)
            held = tx.held(named.notice_id)
            attempted = tx.attempt_of(channels, provider_id)
            if held is None or attempted is None or attempted.receipt_at is not None:
                return Received.KNOWN
            _close_attempt(tx, held, attempted, arrived, cause, SYSTEM, now)
            tx.commit()
        return Received.RECORDED


@dataclass(frozen=True, slots=True)
class RecordCall:
    """What came of a call that an operator made for a notice."""

    store: NoticeStore
    clock: Clock

    def __call__(self, notice_id: str, point_id: str, outcome: CallOutcome, actor: Actor) -> Received:
        """`point_id`: which number was called. `UNKNOWN`: no such call; `KNOWN`: on record, or the notice is over."""
        now = self.clock.now()
        with self.store.begin() as tx:
            lock_alert(tx, tx.alert_of(notice_id))
            held = tx.held(notice_id)
            call = tx.call_of(notice_id, point_id)
            if held is None or call is None:
                return Received.UNKNOWN
            if held.delivery.over or call.receipt_at is not None:
                return Received.KNOWN
            cause = Cause.ADDRESS_UNKNOWN if outcome is CallOutcome.WRONG_NUMBER else Cause.CALL_NOT_ANSWERED
            if outcome is CallOutcome.REACHED:
                if held.to.kind is NoticeKind.VERIFY:
                    tx.prove_point(call.point_id, now)
                _close_attempt(tx, held, call, True, str(outcome), actor, now)
            elif held.delivery.voice_only and held.delivery.position >= held.delivery.points:
                # Grave news has no other way: the call stays on the list, with one more try on record.
                tx.add_attempt(call, Result(Outcome.RETRY, cause), now)
            else:
                _close_attempt(tx, held, call, False, cause, actor, now)
            tx.commit()
        return Received.RECORDED


def _fail_unread(tx: NoticeTransaction, notice_id: str, alert_id: str | None, now: datetime) -> Reason:
    """So that the escalation goes on to whoever is next."""
    if not tx.fail_unread(notice_id, Cause.UNREADABLE, now):
        return Reason.OVER
    if alert_id is not None:
        entry = Entry(EntryKind.NOTICE_FAILED, SYSTEM, now, "outbox", Cause.UNREADABLE, {"notice": notice_id})
        tx.add_entries(AlertId(alert_id), [entry])
        tx.wake_run(AlertId(alert_id), now)
        tx.touch(AlertId(alert_id))
    tx.commit()
    return Reason.UNREADABLE


def lock_alert(tx: NoticeTransaction, alert_id: str | None) -> None:
    """First, as everywhere: the escalation tick takes the alert, then its notices."""
    if alert_id is not None:
        tx.alert(alert_id)


def keep(
    tx: NoticeTransaction, held: Held, decision: Decision, channel: Channel | None, actor: Actor, now: datetime
) -> None:
    """The notice as it is now, and what its alert has to know of it. No address ever stands in a timeline."""
    tx.save_delivery(held.to.notice_id, decision.delivery)
    kind = _KINDS.get(decision.reason)
    if held.to.alert_id is None or kind is None:
        return
    alert_id = AlertId(held.to.alert_id)
    source = "outbox" if actor is SYSTEM else "console"
    detail = {
        "notice": held.to.notice_id,
        "kind": str(held.to.kind),
        "recipient": {
            "kind": str(held.to.recipient_kind),
            "id": held.to.recipient_id,
            "name": held.to.recipient_name,
        },
        "channel": str(channel) if channel is not None else None,
    }
    tx.add_entries(alert_id, [Entry(kind, actor, now, source, decision.delivery.cause or "", detail)])
    if decision.given_up:
        tx.wake_run(alert_id, now)
    tx.touch(alert_id)


def _close_attempt(
    tx: NoticeTransaction, held: Held, attempted: Attempted, arrived: bool, cause: str, actor: Actor, now: datetime
) -> None:
    tx.end_receipt(attempted, "delivered" if arrived else "failed", now)
    outcome = Outcome.DELIVERED if arrived else Outcome.PERMANENT
    _judge_point(tx, attempted.point_id, Result(outcome, cause), now)
    after = tx.held(attempted.notice_id) or held
    decision = receipt(after.delivery, arrived, cause, now)
    if decision.reason not in (Reason.OVER, Reason.SENDING):
        keep(tx, after, decision, attempted.channel, actor, now)


def _judge_point(tx: NoticeTransaction, point_id: str, result: Result, now: datetime) -> None:
    if result.outcome is Outcome.DELIVERED:
        tx.clear_strikes(point_id)
        return
    unknown = result.outcome is Outcome.PERMANENT and result.cause == Cause.ADDRESS_UNKNOWN
    if unknown and tx.strike(point_id, Cause.ADDRESS_UNKNOWN, now):
        log.warning("contact_point_disabled", contact_point=point_id, reason=str(Cause.ADDRESS_UNKNOWN))
