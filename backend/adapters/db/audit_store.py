"""The auditor's reading and writing on SQLAlchemy."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from collections.abc import Set as AbstractSet
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Final

from sqlalchemy import ColumnElement, Connection, Engine, RowMapping, Select, and_, exists, insert, select, text, update

from backend.adapters.db.alarm import alerts
from backend.adapters.db.alarm_rows import to_alert
from backend.adapters.db.audit import findings, reviews
from backend.adapters.db.engine import is_sqlite, reading, writing
from backend.adapters.db.escalation import books, runs
from backend.adapters.db.escalation_acceptances import acceptances_of
from backend.adapters.db.escalation_rows import to_run
from backend.adapters.db.escalation_store import EscalationSql, RunParts
from backend.adapters.db.notices import notices
from backend.domain.audit.findings import OVERDUE, Case, Finding
from backend.domain.escalation.policy import BUILT_IN, NOT_ESCALATED, Policy
from backend.domain.escalation.run import Run
from backend.services.alarm.ports import Clock
from backend.services.audit.ports import AuditTransaction
from backend.services.escalation.read_book import policies_in
from contract.vocabulary import Handling

LEASE_LOST: Final = timedelta(seconds=60)
"""A worker has a notice for half a minute; one that is sending for longer was forgotten by it."""
# Written out as the partial indexes are: SQLite uses one only for the very same words.
_NOT_CLOSED: Final = text("alerts.handling <> 'closed'")
_NOT_ENDED: Final = text("escalations.state <> 'ended'")
_OUTSTANDING: Final = text("notices.state IN ('pending', 'sending')")
_URGENT: Final = ("emergency", "urgent")


class AuditSql(EscalationSql):
    """`AuditTransaction` on one connection."""

    def case(self, alert_id: str) -> Case | None:
        alert = self.alert(alert_id)
        if alert is None:
            return None
        row = self._db.execute(select(runs).where(runs.c.alert_id == alert_id).with_for_update()).mappings().first()
        run = to_run(row) if row is not None else None
        return Case(alert, run, _policy(self._db, run), acceptances_of(self._db, alert_id))

    def restart_run(self, alert_id: str, now: datetime) -> None:
        self._db.execute(update(runs).where(runs.c.alert_id == alert_id).values(state="running", due_at=now))

    def stuck_notices(self, alert_id: str, now: datetime) -> int:
        return len(self._db.scalars(select(notices.c.id).where(notices.c.alert_id == alert_id, _stuck(now))).all())

    def free_notices(self, alert_id: str, now: datetime) -> int:
        stuck = and_(notices.c.alert_id == alert_id, _stuck(now))
        return self._db.execute(update(notices).where(stuck).values(state="pending", lease=None, due_at=now)).rowcount

    def found_since(self, alert_id: str, finding: Finding, since: datetime) -> bool:
        known = (findings.c.alert_id == alert_id) & (findings.c.finding == str(finding)) & (findings.c.at > since)
        return bool(self._db.scalar(select(exists().where(known))))

    def keep_finding(self, alert_id: str, finding: Finding, at: datetime) -> None:
        self._db.execute(insert(findings).values(alert_id=alert_id, finding=str(finding), at=at))


def _policy(connection: Connection, run: Run | None) -> Policy | None:
    """As the run itself finds it: of its own book; the built-in one where that book does not know it any more."""
    if run is None or run.policy is None:
        return None
    body = connection.scalar(select(books.c.body).where(books.c.digest == run.book))
    known = {each.id: each for each in (*policies_in(body), BUILT_IN, NOT_ESCALATED)}
    return known.get(run.policy, BUILT_IN)


def _stuck(now: datetime) -> ColumnElement[bool]:
    """Of people in danger, due for long, and not being tried: nobody is looking at it."""
    return and_(_OUTSTANDING, notices.c.severity.in_(_URGENT), notices.c.due_at < now - LEASE_LOST - OVERDUE)


def open_alerts(after: str, limit: int) -> Select[tuple[str]]:
    """Ids of alerts that are not closed; however many are, nothing of them is read."""
    return select(alerts.c.id).where(_NOT_CLOSED, alerts.c.id > after).order_by(alerts.c.id).limit(limit)


def unended(before: datetime, after: str, limit: int) -> Select[tuple[str]]:
    """Ids of closed alerts whose run has not ended."""
    closed = and_(alerts.c.handling == str(Handling.CLOSED), alerts.c.closed_at < before)
    query = select(runs.c.alert_id).join(alerts, alerts.c.id == runs.c.alert_id)
    return query.where(_NOT_ENDED, runs.c.alert_id > after, closed).order_by(runs.c.alert_id).limit(limit)


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

    def open_alerts(self, after: str, limit: int) -> Sequence[str]:
        return self._ids(open_alerts(after, limit))

    def unended(self, before: datetime, after: str, limit: int) -> Sequence[str]:
        return self._ids(unended(before, after, limit))

    def stuck(self, now: datetime, after: str, limit: int) -> Sequence[str]:
        query = select(notices.c.alert_id).where(_stuck(now), notices.c.alert_id > after).distinct()
        return self._ids(query.order_by(notices.c.alert_id).limit(limit))

    def _ids(self, query: Select[tuple[str]]) -> Sequence[str]:
        with reading(self.engine) as connection:
            return list(connection.scalars(query))

    def cases(self, ids: Sequence[str]) -> Sequence[Case]:
        with reading(self.engine) as connection:
            known = {
                row["alert_id"]: to_run(row)
                for row in connection.execute(select(runs).where(runs.c.alert_id.in_(ids))).mappings()
            }
            policies = {(run.book, run.policy): _policy(connection, run) for run in known.values()}
            found = connection.execute(select(alerts).where(alerts.c.id.in_(ids))).mappings()
            return [self._case(connection, row, known, policies) for row in found.all()]

    @staticmethod
    def _case(
        connection: Connection,
        row: RowMapping,
        known: dict[str, Run],
        policies: dict[tuple[str, str | None], Policy | None],
    ) -> Case:
        alert, run = to_alert(row), known.get(row["id"])
        policy = policies[run.book, run.policy] if run is not None else None
        # Nobody has accepted what is new: in a flood there is nothing to ask.
        is_new = alert.handling is Handling.NEW
        return Case(alert, run, policy, () if is_new else acceptances_of(connection, alert.id))

    def reviewed(self, ids: Sequence[str]) -> AbstractSet[tuple[str, str]]:
        with reading(self.engine) as connection:
            rows = connection.execute(select(reviews.c.alert_id, reviews.c.reason).where(reviews.c.alert_id.in_(ids)))
            return {(row.alert_id, row.reason) for row in rows}

    def found_lately(self, since: datetime) -> AbstractSet[str]:
        with reading(self.engine) as connection:
            return set(connection.scalars(select(findings.c.alert_id).where(findings.c.at > since)))
