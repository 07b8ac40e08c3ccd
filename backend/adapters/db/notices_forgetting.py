"""What of the delivery log is old enough to be deleted: nothing of an open alert, nothing that is still tried."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import ColumnElement, Engine, Select, Table, and_, delete, or_, select

from backend.adapters.db.alarm import alerts
from backend.adapters.db.answering import replies
from backend.adapters.db.engine import reading, writing
from backend.adapters.db.notices import attempts, notices
from contract.vocabulary import Handling


@dataclass(frozen=True, slots=True)
class SqlDeliveryLog:
    """`DeliveryLog` on an engine."""

    engine: Engine

    def forget(self, before: datetime, limit: int) -> int:
        over = and_(
            notices.c.state.not_in(("pending", "sending")), notices.c.created_at < before, _over(notices, before)
        )
        answered = and_(replies.c.at < before, _over(replies, before))
        told = self._ids(select(notices.c.id).where(over), limit)
        said = self._ids(select(replies.c.id).where(answered), limit - len(told))
        if not told and not said:
            return 0
        with writing(self.engine) as connection:
            connection.execute(delete(attempts).where(attempts.c.notice_id.in_(told)))
            connection.execute(delete(notices).where(notices.c.id.in_(told), over))
            connection.execute(delete(replies).where(replies.c.id.in_(said), answered))
            connection.commit()
        return len(told) + len(said)

    def _ids(self, query: Select[Any], limit: int) -> list[str]:
        # Looked for without the writer: it is a walk through the whole table.
        with reading(self.engine) as connection:
            return list(connection.scalars(query.limit(limit)))


def _over(table: Table, before: datetime) -> ColumnElement[bool]:
    """Whether it belongs to no alert that is open or was closed later. A closed alert is never opened again."""
    kept = select(alerts.c.id).where(
        alerts.c.id == table.c.alert_id,
        or_(alerts.c.handling != str(Handling.CLOSED), alerts.c.closed_at.is_(None), alerts.c.closed_at >= before),
    )
    return or_(table.c.alert_id.is_(None), ~kept.exists())
