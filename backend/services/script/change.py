"""How a step or a call changes an alert: its line in the timeline, and the holder's lease begins anew."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from datetime import datetime
from typing import Any

from backend.domain.alert.lease import renew
from backend.domain.alert.model import Actor, Alert, Decision, Entry, EntryKind
from backend.domain.alert.notable import heard
from backend.services.alarm.apply import apply
from backend.services.alarm.ports import AlarmTransaction

SOURCE = "console"


def write(
    tx: AlarmTransaction,
    alert: Alert,
    kind: EntryKind,
    actor: Actor,
    now: datetime,
    reason: str,
    detail: Mapping[str, Any],
) -> Alert:
    """The alert with one more line; also after its end, when nothing else about it changes."""
    after = replace(renew(alert, actor, now), version=alert.version + 1)
    entry = Entry(
        kind, actor, now, SOURCE, reason, {name: value for name, value in detail.items() if value is not None}
    )
    apply(tx, Decision(after, reason, (entry,)), (), now)
    return after


def write_heard(tx: AlarmTransaction, alert: Alert, actor: Actor, now: datetime) -> Alert:
    """Somebody has spoken with the person; the first time fixes the figure. After its end nothing changes."""
    if alert.ended:
        return alert
    decision = heard(alert, actor, SOURCE, now)
    apply(tx, decision, (), now)
    return decision.alert
