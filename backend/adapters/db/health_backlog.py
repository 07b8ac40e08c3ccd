"""How far the alarm part lags behind: overdue deadlines, commands that wait, alerts that nobody has accepted."""

from __future__ import annotations

from datetime import datetime

from sqlalchemy import Engine, func, or_, select

from backend.adapters.db.alarm import alerts, commands
from backend.adapters.db.engine import reading
from backend.services.alarm.ports import OPEN_STATES
from backend.services.health.ports import Backlog
from contract.vocabulary import Handling


class AlarmBacklogReader:
    """`AlarmBacklog` on an engine."""

    def __init__(self, engine: Engine) -> None:
        self._engine = engine

    def backlog(self, now: datetime) -> Backlog:
        """Of one moment."""
        is_open = alerts.c.handling != str(Handling.CLOSED)
        waits = or_(alerts.c.handling == str(Handling.NEW), alerts.c.requeued_at.is_not(None))
        overdue = select(func.min(alerts.c.reaction_due_at)).where(alerts.c.reaction_due_at < now)
        due = select(func.min(commands.c.due_at)).where(
            commands.c.state.in_(sorted(map(str, OPEN_STATES))), commands.c.due_at < now, commands.c.expires_at > now
        )
        by_severity = select(alerts.c.severity, func.count()).where(is_open).group_by(alerts.c.severity)
        waiting = select(func.count(), func.min(alerts.c.received_at)).where(is_open, waits)
        with reading(self._engine) as connection:
            waiting_alerts, oldest = connection.execute(waiting).one()
            return Backlog(
                timer_lag_seconds=_age(connection.scalar(overdue), now),
                outbox_age_seconds=_age(connection.scalar(due), now),
                open_alerts={row[0]: row[1] for row in connection.execute(by_severity)},
                waiting_alerts=waiting_alerts,
                oldest_waiting_seconds=_age(oldest, now),
            )


def _age(moment: datetime | None, now: datetime) -> float:
    return 0.0 if moment is None else max(0.0, (now - moment).total_seconds())
