"""How long somebody has an alert without a word, and what happens when they stay silent (design §5)."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from datetime import datetime, timedelta
from typing import Final

from backend.domain.alert.model import SYSTEM, Actor, Alert, Decision, Entry, EntryKind
from contract.vocabulary import Handling, Severity

SPANS: Final[Mapping[Severity, timedelta]] = {
    Severity.EMERGENCY: timedelta(minutes=5),
    Severity.URGENT: timedelta(minutes=10),
    Severity.ADVISORY: timedelta(minutes=60),
}
"""From a holder's last note, call or step. 5 minutes: two calls of a minute and the time to write them down. A
technical matter has no lease: it is worked off by day."""
EN_ROUTE_GRACE: Final = timedelta(minutes=10)
"""On the way lasts its minutes plus this (design §5)."""
ON_SITE: Final = timedelta(minutes=30)
"""With the person: help takes longer than a call."""


def longest_lease(handling: Handling, eta_minutes: int | None) -> timedelta:
    """How far ahead the end of a lease can lie. One that lies further was given by a clock that was set back since.

    A severity that has risen leaves the lease that was given before, so of all spans the longest counts.
    """
    span = max(ON_SITE, *SPANS.values())
    journey = timedelta(minutes=eta_minutes or 0) + EN_ROUTE_GRACE
    return max(span, journey) if handling is Handling.EN_ROUTE else span


def leased(alert: Alert, now: datetime) -> Alert:
    """The alert with a new lease from `now`, warned of at two thirds; none where nobody holds it or it is over."""
    span = SPANS.get(alert.severity)
    if span is None or alert.holder is None or alert.ended:
        return replace(alert, lease_until=None, lease_due_at=None)
    until = now + (ON_SITE if alert.handling is Handling.ARRIVED else span)
    if alert.handling is Handling.EN_ROUTE and alert.eta_at is not None:
        until = max(until, alert.eta_at + EN_ROUTE_GRACE)
    return replace(alert, lease_until=until, lease_due_at=now + (until - now) * 2 / 3)


def renew(alert: Alert, actor: Actor, now: datetime) -> Alert:
    """A call, note or step by the holder renews the lease; by anybody else it changes nothing.

    What the caller saves besides is his; the version does not rise for a lease alone.
    """
    if alert.holder is None or alert.holder.id != actor.id or alert.requeued_at is not None:
        return alert
    return leased(alert, now)


def watch_lease(alert: Alert, now: datetime) -> Decision:
    """What becomes of an alert whose lease is to be looked at: a warning, or everybody is rung and the holder stays.

    A look that comes too late for the warning goes straight to the end.
    """
    due, until = alert.lease_due_at, alert.lease_until
    if alert.ended or due is None or until is None or due > now:
        return Decision(alert, "not_due", changed=False)
    detail = {"holder": alert.holder.name if alert.holder else None, "until": until.isoformat()}
    if until > now:
        after = replace(alert, lease_due_at=until, version=alert.version + 1)
        return Decision(after, "lease_warned", (Entry(EntryKind.LEASE_WARNED, SYSTEM, now, "timer", "", detail),))
    after = replace(
        alert,
        requeued_at=now,
        lease_until=None,
        lease_due_at=None,
        ring_seq=alert.ring_seq + 1,
        version=alert.version + 1,
    )
    return Decision(after, "lease_ran_out", (Entry(EntryKind.LEASE_RAN_OUT, SYSTEM, now, "timer", "", detail),))
