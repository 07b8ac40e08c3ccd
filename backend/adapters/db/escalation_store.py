"""The escalation's transaction on SQLAlchemy: the alert is locked first, then its run."""

from __future__ import annotations

from collections.abc import Callable, Collection, Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import datetime, timedelta
from functools import cached_property
from typing import Any, Final

from sqlalchemy import Connection, Engine, bindparam, func, select, update
from sqlalchemy.dialects import postgresql, sqlite

from backend.adapters.db.alarm import alerts, events
from backend.adapters.db.alarm_rows import to_alert
from backend.adapters.db.alarm_store import AlarmSql
from backend.adapters.db.audit import reviews
from backend.adapters.db.audit_reading import lines_of
from backend.adapters.db.base import UtcDateTime
from backend.adapters.db.engine import COUNTED, is_sqlite, reading, writing
from backend.adapters.db.escalation import books, offers, runs
from backend.adapters.db.escalation_acceptances import acceptances_of
from backend.adapters.db.escalation_facts import facts_of
from backend.adapters.db.escalation_rows import run_values, to_run
from backend.adapters.db.escalation_unread import ring_unread
from backend.domain.alert.model import Alert, AlertId
from backend.domain.audit.schedule import Line
from backend.domain.escalation.run import Acceptance, Run
from backend.services.alarm.ports import Clock
from backend.services.escalation.ports import Cover, DueRun, EscalationTransaction, RunNotices, ServiceOrders

_DUE_ALERT: Final = (
    select(alerts).where(alerts.c.id == bindparam("alert")).with_for_update(skip_locked=True, key_share=True)
)
_DUE_RUN: Final = (
    select(runs)
    .where(runs.c.alert_id == bindparam("alert"), runs.c.due_at <= bindparam("moment", type_=UtcDateTime()))
    .with_for_update()
)
_SAVE_RUN: Final = update(runs).where(runs.c.alert_id == bindparam("alert"))


@dataclass(frozen=True, slots=True)
class RunParts:
    """What a run asks while it moves, each made on the transaction's own connection."""

    cover: Callable[[Connection], Cover]
    notices: Callable[[Connection], RunNotices]
    work_orders: Callable[[Connection], ServiceOrders]


class EscalationSql(AlarmSql):
    """`EscalationTransaction` on one connection."""

    def __init__(self, connection: Connection, clock: Clock, sqlite: bool, parts: RunParts) -> None:
        super().__init__(connection, clock, sqlite)
        self._parts = parts

    @cached_property
    def cover(self) -> Cover:
        return self._parts.cover(self._db)

    @cached_property
    def notices(self) -> RunNotices:
        return self._parts.notices(self._db)

    @cached_property
    def work_orders(self) -> ServiceOrders:
        return self._parts.work_orders(self._db)

    def due_run(self, alert_id: str, now: datetime) -> DueRun | None:
        """The run is looked at under the alert's lock: another process may have moved it meanwhile (rule 18)."""
        found = self._db.execute(_DUE_ALERT, {"alert": alert_id}).mappings().one_or_none()
        if found is None:
            return None
        row = self._db.execute(_DUE_RUN, {"alert": alert_id, "moment": now}).mappings().one_or_none()
        return DueRun(to_alert(found), to_run(row)) if row is not None else None

    def ring_unread(self, alert_id: str, again_after: timedelta, now: datetime) -> bool:
        return ring_unread(self, self._db, alert_id, again_after, now)

    def save_run(self, run: Run) -> None:
        self._db.execute(_SAVE_RUN, {**run_values(run), "alert": run.alert_id})

    def book(self, digest: str) -> str | None:
        return self._db.scalar(select(books.c.body).where(books.c.digest == digest))

    def put_book(self, digest: str, body: str, now: datetime) -> None:
        module = sqlite if self._sqlite else postgresql
        statement = module.insert(books).values(digest=digest, body=body, loaded_at=now)
        self._db.execute(statement.on_conflict_do_update(index_elements=["digest"], set_={"loaded_at": now}))

    def acceptances(self, alert_id: str) -> Sequence[Acceptance]:
        return acceptances_of(self._db, alert_id)

    def offer(self, alert_id: str, organisation_id: str, reason: str, now: datetime) -> bool:
        module = sqlite if self._sqlite else postgresql
        row = {"alert_id": alert_id, "organisation_id": organisation_id, "at": now, "reason": reason[:32]}
        return bool(
            self._db.execute(
                module.insert(offers).values(row).on_conflict_do_nothing(), execution_options=COUNTED
            ).rowcount
        )

    def lines(self, alert_id: str) -> Sequence[Line]:
        return lines_of(self._db, alert_id)

    def open_review(self, alert_id: str, reason: str, now: datetime) -> bool:
        module = sqlite if self._sqlite else postgresql
        centre = select(alerts.c.organisation_id).where(alerts.c.id == alert_id).scalar_subquery()
        row = {"alert_id": alert_id, "reason": reason, "opened_at": now, "organisation_id": centre}
        return bool(
            self._db.execute(
                module.insert(reviews).values(row).on_conflict_do_nothing(), execution_options=COUNTED
            ).rowcount
        )

    def presses_since(self, alert_id: str, since: datetime) -> int:
        query = select(func.count()).select_from(events).where(events.c.alert_id == alert_id)
        return self._db.scalar(query.where(events.c.received_at >= since)) or 0

    def facts(self, alert: Alert) -> Mapping[str, Any]:
        return facts_of(self._db, alert)


@dataclass(frozen=True, slots=True)
class EscalationSqlStore:
    """`EscalationStore` on an engine."""

    engine: Engine
    clock: Clock
    parts: RunParts

    @contextmanager
    def begin(self) -> Iterator[EscalationTransaction]:
        with writing(self.engine) as connection:
            yield EscalationSql(connection, self.clock, is_sqlite(self.engine), self.parts)

    def due(self, now: datetime, limit: int, but: Collection[str]) -> Sequence[AlertId]:
        """Nothing of a row is read but its key, so that one that cannot be read holds back no other."""
        query = (
            select(alerts.c.id)
            .join(runs, runs.c.alert_id == alerts.c.id)
            .where(runs.c.due_at <= now, alerts.c.id.not_in(sorted(but)))
            .order_by(alerts.c.severity_rank, runs.c.due_at, alerts.c.id)
            .limit(limit)
        )
        with reading(self.engine) as connection:
            return [AlertId(each) for each in connection.scalars(query)]
