"""Findings about devices' numbers on SQLAlchemy: those that are due, and all that is known of one device."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import UTC, datetime

from sqlalchemy import Connection, Engine, Text, case, cast, exists, func, select, update

from backend.adapters.db.accounting import accounts, findings
from backend.adapters.db.accounting_records import to_account
from backend.adapters.db.alarm import events
from backend.adapters.db.alarm_store import AlarmSql
from backend.adapters.db.engine import is_sqlite, reading, writing
from backend.adapters.db.registry import devices
from backend.domain.accounting.account import Account
from backend.domain.accounting.findings import FindingKind
from backend.services.accounting.ports import Clock, DueFinding, FindingTransaction
from backend.services.accounting.views import FoundLine, Recent
from backend.services.work_order.ports import WorkOrders
from contract.vocabulary import Flag

MakeOrders = Callable[[Connection], WorkOrders]
"""The work orders of a connection."""


class FindingSql(AlarmSql):
    """`FindingTransaction` on one connection."""

    def __init__(self, connection: Connection, clock: Clock, sqlite: bool, orders: WorkOrders) -> None:
        super().__init__(connection, clock, sqlite)
        self.orders = orders

    def due_findings(self, now: datetime, limit: int) -> Sequence[DueFinding]:
        home = select(devices.c.home_id).where(devices.c.id == findings.c.device_id).scalar_subquery()
        rows = self._db.execute(
            select(findings.c.device_id, findings.c.kind, findings.c.day, findings.c.first_at, home.label("home_id"))
            .where(findings.c.due_at <= now)
            .order_by(findings.c.due_at)
            .limit(limit)
            .with_for_update(skip_locked=True, of=findings)
        ).mappings()
        return [DueFinding(**{**row, "kind": FindingKind(row["kind"])}) for row in rows]

    def end_finding(self, finding: DueFinding, order_id: str | None) -> None:
        self._db.execute(
            update(findings)
            .where(
                findings.c.device_id == finding.device_id,
                findings.c.kind == str(finding.kind),
                findings.c.day == finding.day,
            )
            .values(due_at=None, order_id=order_id)
        )


@dataclass(frozen=True, slots=True)
class FindingSqlStore:
    """`FindingStore` on an engine."""

    engine: Engine
    clock: Clock
    orders: MakeOrders

    @contextmanager
    def begin(self) -> Iterator[FindingTransaction]:
        with writing(self.engine) as connection:
            yield FindingSql(connection, self.clock, is_sqlite(self.engine), self.orders(connection))


@dataclass(frozen=True, slots=True)
class DeviceSqlReader:
    """`DeviceReader` on an engine."""

    engine: Engine

    def account(self, device_id: str) -> Account | None:
        with reading(self.engine) as connection:
            text = connection.scalar(select(accounts.c.account).where(accounts.c.device_id == device_id))
        return to_account(text) if text is not None else None

    def knows(self, device_id: str) -> bool:
        enrolled = exists().where(devices.c.id == device_id)
        heard = exists().where(events.c.device_id == device_id)
        with reading(self.engine) as connection:
            return bool(connection.scalar(select(enrolled | heard)))

    def recent(self, device_id: str, since: datetime) -> Recent:
        late = cast(events.c.flags, Text).like(f'%"{Flag.LATE}"%')
        query = select(
            func.count(),
            func.coalesce(func.sum(events.c.copies - 1), 0),
            func.coalesce(func.sum(case((late, 1), else_=0)), 0),
        ).where(events.c.device_id == device_id, events.c.stored_at >= since)
        with reading(self.engine) as connection:
            return Recent(*(int(value) for value in connection.execute(query).one()))

    def findings(self, device_id: str, since: datetime) -> Sequence[FoundLine]:
        query = (
            select(findings)
            .where(findings.c.device_id == device_id, findings.c.day >= since.astimezone(UTC).date().isoformat())
            .order_by(findings.c.last_at.desc(), findings.c.kind)
        )
        with reading(self.engine) as connection:
            rows = connection.execute(query).mappings().all()
        return [
            FoundLine(
                FindingKind(row["kind"]),
                row["day"],
                row["count"],
                row["detail"],
                row["first_at"],
                row["last_at"],
                row["alert_id"],
                row["order_id"],
            )
            for row in rows
        ]
