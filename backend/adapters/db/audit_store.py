"""The auditor's reading and writing on SQLAlchemy."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Final

from sqlalchemy import ColumnElement, Connection, Engine, and_, exists, insert, or_, select, update

from backend.adapters.db.alarm import alerts
from backend.adapters.db.alarm_rows import to_alert
from backend.adapters.db.audit import findings
from backend.adapters.db.engine import is_sqlite, reading, writing
from backend.adapters.db.escalation import books, runs
from backend.adapters.db.escalation_rows import to_run
from backend.adapters.db.escalation_store import EscalationSql, RunParts
from backend.adapters.db.notices import notices
from backend.domain.alert.model import Alert
from backend.domain.audit.findings import OVERDUE, Finding, judge
from backend.domain.escalation.policy import BUILT_IN, NOT_ESCALATED
from backend.domain.escalation.run import Run
from backend.services.alarm.ports import Clock
from backend.services.audit.ports import Audited, AuditTransaction
from backend.services.escalation.read_book import policies_in

LEASE_LOST: Final = timedelta(seconds=60)
"""A worker has a notice for half a minute; one that is sending for longer was forgotten by it."""
_CLOSED: Final = "closed"
_URGENT: Final = ("emergency", "urgent")


class AuditSql(EscalationSql):
    """`AuditTransaction` on one connection."""

    def audited(self, alert_id: str) -> Audited | None:
        alert = self.alert(alert_id)
        if alert is None:
            return None
        row = self._db.execute(select(runs).where(runs.c.alert_id == alert_id).with_for_update()).mappings().first()
        return _audited(self._db, alert, to_run(row) if row is not None else None)

    def restart_run(self, alert_id: str, now: datetime) -> None:
        self._db.execute(update(runs).where(runs.c.alert_id == alert_id).values(state="running", due_at=now))

    def free_notices(self, alert_id: str, now: datetime) -> int:
        stuck = and_(notices.c.alert_id == alert_id, _stuck(now))
        return self._db.execute(update(notices).where(stuck).values(state="pending", lease=None, due_at=now)).rowcount

    def found_since(self, alert_id: str, finding: Finding, since: datetime) -> bool:
        known = (findings.c.alert_id == alert_id) & (findings.c.finding == str(finding)) & (findings.c.at > since)
        return bool(self._db.scalar(select(exists().where(known))))

    def keep_finding(self, alert_id: str, finding: Finding, at: datetime) -> None:
        self._db.execute(insert(findings).values(alert_id=alert_id, finding=str(finding), at=at))


def _audited(connection: Connection, alert: Alert, run: Run | None) -> Audited:
    body = connection.scalar(select(books.c.body).where(books.c.digest == run.book)) if run is not None else None
    known = {each.id: each for each in (*(policies_in(body)), BUILT_IN, NOT_ESCALATED)}
    policy = known.get(run.policy or "") if run is not None else None
    return Audited(alert, run, policy is not None and policy.needs.nobody)


def _stuck(now: datetime) -> ColumnElement[bool]:
    """Of people in danger, due for long, and not being tried: nobody is looking at it."""
    return and_(
        notices.c.severity.in_(_URGENT),
        notices.c.state.in_(("pending", "sending")),
        notices.c.due_at < now - LEASE_LOST - OVERDUE,
        notices.c.deadline_at > now,
    )


@dataclass(frozen=True, slots=True)
class AuditSqlStore:
    """`AuditStore` on an engine."""

    engine: Engine
    clock: Clock
    parts: RunParts

    @contextmanager
    def begin(self) -> Iterator[AuditTransaction]:
        with writing(self.engine) as connection:
            yield AuditSql(connection, self.clock, is_sqlite(self.engine), self.parts)

    def suspects(self, now: datetime, limit: int) -> Sequence[str]:
        late = now - OVERDUE
        is_open = alerts.c.handling != _CLOSED
        waits = or_(alerts.c.handling == "new", alerts.c.requeued_at.is_not(None))
        held = and_(alerts.c.holder_id.is_not(None), alerts.c.requeued_at.is_(None), alerts.c.severity != "technical")
        of_run = or_(
            runs.c.alert_id.is_(None),
            runs.c.state == "ended",
            runs.c.due_at < late,
            and_(runs.c.due_at.is_(None), or_(runs.c.state == "running", waits)),
        )
        of_lease = or_(
            alerts.c.reaction_due_at < late, alerts.c.lease_due_at < late, and_(held, alerts.c.lease_due_at.is_(None))
        )
        unended = and_(alerts.c.handling == _CLOSED, runs.c.state != "ended", alerts.c.closed_at < late)
        query = (
            select(alerts)
            .join(runs, runs.c.alert_id == alerts.c.id, isouter=True)
            .where(or_(and_(is_open, or_(of_run, of_lease)), unended))
            .order_by(alerts.c.severity_rank, alerts.c.received_at)
            .limit(limit)
        )
        # Judged once without a lock: what only looks wrong (a service request that waits for its work order) costs no
        # writer's turn each round.
        with reading(self.engine) as connection:
            found = [to_alert(row) for row in connection.execute(query).mappings()]
            return [alert.id for alert in found if self._is_wrong(connection, alert, now)]

    @staticmethod
    def _is_wrong(connection: Connection, alert: Alert, now: datetime) -> bool:
        row = connection.execute(select(runs).where(runs.c.alert_id == alert.id)).mappings().first()
        audited = _audited(connection, alert, to_run(row) if row is not None else None)
        return judge(alert, audited.run, audited.needs_nobody, now) is not None

    def stuck_notices(self, now: datetime, limit: int) -> Sequence[str]:
        query = select(notices.c.alert_id).where(_stuck(now), notices.c.alert_id.is_not(None)).distinct().limit(limit)
        with reading(self.engine) as connection:
            return list(connection.scalars(query))
