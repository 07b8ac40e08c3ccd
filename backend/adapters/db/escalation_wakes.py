"""How a run begins with its alert, is woken and is held: what every transaction about an alert may ask for."""

from __future__ import annotations

from datetime import datetime
from typing import Final

from sqlalchemy import Connection, bindparam, func, insert, literal, or_, select, update

from backend.adapters.db.alarm import timeline
from backend.adapters.db.base import UtcDateTime
from backend.adapters.db.escalation import books, runs
from backend.domain.alert.model import EntryKind
from backend.domain.escalation.run import HOLD_BUDGET

# Built once: a press pays for it.
_IN_FORCE: Final = select(books.c.digest).order_by(books.c.loaded_at.desc(), books.c.digest).limit(1).scalar_subquery()
_BEGIN: Final = insert(runs).values(
    alert_id=bindparam("alert"),
    book=func.coalesce(_IN_FORCE, literal("")),
    state="running",
    version=1,
    step=0,
    round=0,
    began_at=bindparam("began"),
    due_at=bindparam("due"),
)
_NOW: Final = bindparam("moment", type_=UtcDateTime())
_WAKE: Final = (
    update(runs)
    .where(
        runs.c.alert_id == bindparam("alert"),
        runs.c.state != "ended",
        or_(runs.c.due_at.is_(None), runs.c.due_at > _NOW),
    )
    .values(due_at=_NOW)
)

_FIRST_HOLD: Final = select(func.min(timeline.c.at)).where(
    timeline.c.alert_id == bindparam("alert"), timeline.c.kind == str(EntryKind.HELD)
)


def begin_run(connection: Connection, alert_id: str, began_at: datetime, now: datetime) -> None:
    """The run of a new alert, due at once. It keeps the book that is in force now; without any, the built-in one."""
    connection.execute(_BEGIN, {"alert": alert_id, "began": began_at, "due": now})


def wake_run(connection: Connection, alert_id: str, now: datetime) -> None:
    """It is due now, whatever it waits for. One that has ended sleeps on."""
    connection.execute(_WAKE, {"alert": alert_id, "moment": now})


def hold_run(connection: Connection, alert_id: str, until: datetime, now: datetime) -> None:
    """No further step before `until`; all who ask share one budget, from the first one's asking on."""
    first = connection.scalar(_FIRST_HOLD, {"alert": alert_id})
    most = min(until, (first or now) + HOLD_BUDGET)
    if most > now:
        connection.execute(update(runs).where(runs.c.alert_id == alert_id).values(held_until=most))
