"""How the district's desk rings for an alert whose escalation fails: by the columns alone, whatever else they hold."""

from __future__ import annotations

from datetime import datetime, timedelta
from typing import Final

from sqlalchemy import Connection, func, literal, or_, select, update

from backend.adapters.db.alarm import alerts
from backend.adapters.db.escalation import runs
from backend.domain.alert.model import SYSTEM, AlertId, Entry, EntryKind
from backend.services.escalation.ports import EscalationTransaction
from contract.vocabulary import Severity

DISTRICT: Final = "district"
"""The root of every tree (migration 0006)."""
RUN_FAILED: Final = "run_failed"


def ring_unread(
    tx: EscalationTransaction, connection: Connection, alert_id: str, again_after: timedelta, now: datetime
) -> bool:
    """See `EscalationTransaction.ring_unread`. The alert is locked before its run, as everywhere."""
    locked = select(alerts.c.id).where(alerts.c.id == alert_id, alerts.c.handling != "closed")
    if connection.scalar(locked.with_for_update(key_share=True)) is None:
        return False
    first = tx.offer(alert_id, DISTRICT, RUN_FAILED, now)
    waits = or_(alerts.c.handling == "new", alerts.c.requeued_at.is_not(None))
    if not first and connection.scalar(select(alerts.c.id).where(alerts.c.id == alert_id, waits)) is None:
        return False
    # One of several processes has the turn; after a clock that was set back the next one is not waited for.
    turn = or_(runs.c.fired_at.is_(None), runs.c.fired_at <= now - again_after, runs.c.fired_at > now)
    taken = update(runs).where(runs.c.alert_id == alert_id).values(fired_at=now)
    if not connection.execute(taken if first else taken.where(turn)).rowcount:
        return False
    _ring(connection, alert_id, now)
    tx.add_entries(AlertId(alert_id), [Entry(EntryKind.AUDITED, SYSTEM, now, "platform", RUN_FAILED)])
    tx.touch(AlertId(alert_id))
    return True


def _ring(connection: Connection, alert_id: str, now: datetime) -> None:
    one = update(alerts).where(alerts.c.id == alert_id)
    connection.execute(
        one.values(
            ring_seq=alerts.c.ring_seq + 1,
            version=alerts.c.version + 1,
            requeued_at=func.coalesce(alerts.c.requeued_at, literal(now, alerts.c.requeued_at.type)),
        )
    )
    graver = one.where(alerts.c.severity_rank > Severity.EMERGENCY.rank, alerts.c.severity != str(Severity.TECHNICAL))
    connection.execute(graver.values(severity=str(Severity.EMERGENCY), severity_rank=Severity.EMERGENCY.rank))
