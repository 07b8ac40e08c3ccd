"""The registry's history, and what every transaction about devices and homes may do besides."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from datetime import datetime
from typing import Any, Final

from sqlalchemy import Connection, Row, Select, insert, select

from backend.adapters.db.alarm_store import AlarmSql
from backend.adapters.db.registry_records import history
from backend.domain.registry.history import Change, ChangeKind, Subject, Who
from backend.services.alarm.ports import Clock
from backend.services.registry.ports import HistoryLine
from backend.services.work_order.ports import WorkOrders

MakeOrders = Callable[[Connection], WorkOrders]
"""The work orders of a connection."""
_REASON: Final = 256


def tell(connection: Connection, changes: Sequence[Change]) -> None:
    """Append `changes` to the history."""
    if changes:
        connection.execute(insert(history), [_row(change) for change in changes])


def lines(query: Select[Any], connection: Connection, before: int | None, limit: int) -> list[HistoryLine]:
    """The newest `limit` entries that `query` selects."""
    if before is not None:
        query = query.where(history.c.id < before)
    rows = connection.execute(query.order_by(history.c.id.desc()).limit(limit)).all()
    return [HistoryLine(row.id, _change(row)) for row in rows]


def of_subject(subject: str, subject_id: str) -> Select[Any]:
    """Everything that happened to one device, resident or contact."""
    return select(history).where(history.c.subject == subject, history.c.subject_id == subject_id)


def of_home(home_id: str) -> Select[Any]:
    """Everything that happened in a home, devices and people that have left it included."""
    return select(history).where(history.c.home_id == home_id)


class RegistrySql:
    """`Told` on one connection. `orders`: work orders within the same transaction."""

    def __init__(self, connection: Connection, clock: Clock, sqlite: bool, orders: WorkOrders) -> None:
        self._db = connection
        self._alarm = AlarmSql(connection, clock, sqlite)
        self.orders = orders

    def tell(self, changes: Sequence[Change]) -> None:
        tell(self._db, changes)

    def done_before(self, actor_id: str, key: str) -> str | None:
        return self._alarm.done_before(actor_id, key)

    def mark_done(self, actor_id: str, key: str, fingerprint: str, at: datetime) -> bool:
        return self._alarm.mark_done(actor_id, key, fingerprint, at)

    def commit(self) -> None:
        self._alarm.commit()


def _row(change: Change) -> dict[str, Any]:
    return {
        "subject": str(change.subject),
        "subject_id": change.subject_id,
        "home_id": change.home_id,
        "kind": str(change.kind),
        "at": change.at,
        "actor_kind": change.who.kind,
        "actor_id": change.who.id,
        "actor_name": change.who.name,
        "reason": change.reason[:_REASON],
        "before": dict(change.before),
        "after": dict(change.after),
    }


def _change(row: Row[Any]) -> Change:
    return Change(
        Subject(row.subject),
        row.subject_id,
        ChangeKind(row.kind),
        row.at,
        Who(row.actor_kind, row.actor_id, row.actor_name),
        row.home_id,
        row.reason,
        row.before,
        row.after,
    )
