"""How an alert that nobody has to keep any longer is deleted, with every row that names it."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import Connection, Engine, delete, select

from backend.adapters.db.alarm import alerts
from backend.adapters.db.calls import incoming
from backend.adapters.db.engine import reading, writing
from backend.adapters.db.every_table import every_table
from backend.adapters.db.notices import attempts, notices
from contract.vocabulary import Handling

KEPT = frozenset({"events", "press_findings", "work_orders", "audit_findings"})
"""That an event arrived is known for ever, or its repetition would be a new press; the others end by themselves."""


@dataclass(frozen=True, slots=True)
class ClosedSqlStore:
    """`ClosedStore` on an engine."""

    engine: Engine

    def forget_closed(self, before: datetime, limit: int) -> int:
        query = select(alerts.c.id).where(alerts.c.handling == str(Handling.CLOSED), alerts.c.closed_at < before)
        with reading(self.engine) as connection:
            due = list(connection.scalars(query.order_by(alerts.c.closed_at).limit(limit)))
        for alert_id in due:
            with writing(self.engine) as connection:
                _forget(connection, alert_id)
                connection.commit()
        return len(due)

    def forget_calls(self, before: datetime) -> int:
        with writing(self.engine) as connection:
            old = incoming.c.alert_id.is_(None) & (incoming.c.at < before)
            count = connection.execute(delete(incoming).where(old)).rowcount
            connection.commit()
        return int(count)


def _forget(connection: Connection, alert_id: str) -> None:
    """Children before parents."""
    told = select(notices.c.id).where(notices.c.alert_id == alert_id)
    connection.execute(delete(attempts).where(attempts.c.notice_id.in_(told)))
    for table in reversed(every_table()):
        if "alert_id" in table.c and table.name not in KEPT:
            connection.execute(delete(table).where(table.c.alert_id == alert_id))
    connection.execute(alerts.update().where(alerts.c.previous_id == alert_id).values(previous_id=None))
    connection.execute(delete(alerts).where(alerts.c.id == alert_id))
