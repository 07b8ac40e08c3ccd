"""Which due times lie further ahead than anything permits, and are due now: a clock that was set back wrote them."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any, Final

from sqlalchemy import ColumnElement, Connection, Engine, RowMapping, Table, and_, or_, select, text, update

from backend.adapters.db.alarm import alerts, commands
from backend.adapters.db.engine import reading, writing
from backend.adapters.db.escalation import runs
from backend.adapters.db.known import known
from backend.adapters.db.notices import notices
from backend.domain.alert.answers import RESEND_MOST
from backend.domain.alert.lease import SPANS, longest_lease
from backend.domain.alert.lifecycle import REQUEUE_AFTER
from backend.domain.delivery.backoff import RECEIPT_WAIT
from backend.domain.escalation.run import CLOCK_SLACK
from contract.vocabulary import Handling, Severity

LONGEST_STEP: Final = timedelta(days=1, minutes=2)
"""A policy's step may be a day after the one before (`read_book`)."""
LONGEST_QUIET: Final = timedelta(days=1)
_OPEN: Final = text("notices.state IN ('pending', 'sending')")
_IN_DANGER: Final = notices.c.severity.in_((str(Severity.EMERGENCY), str(Severity.URGENT)))
_SHORTEST_LEASE: Final = min(SPANS.values()) * 2 / 3


@dataclass(frozen=True, slots=True)
class SqlStrayTimes:
    """`StrayTimes` on an engine. What is found is looked at by those who look at what is due; they decide."""

    engine: Engine

    def pull_back(self, now: datetime) -> Mapping[str, int]:
        """How many of which, where there are any. Read first: a press waits for a writer only where there are."""
        found = {}
        for name, table, key, strays in (
            ("runs", runs, runs.c.alert_id, _runs(now)),
            ("commands", commands, commands.c.id, _commands(now)),
            ("reactions", alerts, alerts.c.id, alerts.c.reaction_due_at > now + REQUEUE_AFTER + CLOCK_SLACK),
        ):
            column = table.c.reaction_due_at if table is alerts else table.c.due_at
            found[name] = self._due_now(table, column, key, strays, now)
        found["leases"] = self._leases(now)
        found["notices"] = self._notices(now)
        return {name: count for name, count in found.items() if count}

    def _due_now(
        self,
        table: Table,
        column: ColumnElement[datetime],
        key: ColumnElement[str],
        strays: ColumnElement[bool],
        now: datetime,
    ) -> int:
        with reading(self.engine) as connection:
            ids = connection.scalars(select(key).where(strays)).all()
        for each in ids:
            with writing(self.engine) as connection:
                connection.execute(update(table).where(key == each, strays).values({column.name: now}))
                connection.commit()
        return len(ids)

    def _leases(self, now: datetime) -> int:
        """The lease of a holder: it has run out, and the desk rings for what was forgotten meanwhile."""
        columns = (alerts.c.id, alerts.c.handling, alerts.c.eta_minutes, alerts.c.lease_until)
        with reading(self.engine) as connection:
            rows = connection.execute(select(*columns).where(alerts.c.lease_due_at > now + _SHORTEST_LEASE)).all()
        strays = [row for row in rows if row.lease_until is not None and row.lease_until > now + _longest(row)]
        for row in strays:
            with writing(self.engine) as connection:
                same = and_(alerts.c.id == row.id, alerts.c.lease_until == row.lease_until)
                connection.execute(update(alerts).where(same).values(lease_until=now, lease_due_at=now))
                connection.commit()
        return len(strays)

    def _notices(self, now: datetime) -> int:
        """Those that were put in what is the future now keep the time that they had; others are due at once."""
        columns = (
            notices.c.id, notices.c.created_at, notices.c.due_at, notices.c.deadline_at, notices.c.position,
            notices.c.contact_points, notices.c.severity,
        )  # fmt: skip
        with reading(self.engine) as connection:
            rows = connection.execute(select(*columns).where(_OPEN, _late_notices(now))).mappings().all()
        count = 0
        for row in rows:
            values = _mended(row, now)
            if values is not None:
                with writing(self.engine) as connection:
                    _save(connection, row, values)
                count += 1
        return count


def _runs(now: datetime) -> ColumnElement[bool]:
    soon = now + CLOCK_SLACK
    behind = or_(runs.c.began_at > soon, runs.c.fired_at > soon, runs.c.due_at > soon + LONGEST_STEP)
    return and_(runs.c.due_at.is_not(None), runs.c.due_at > now, behind)


def _commands(now: datetime) -> ColumnElement[bool]:
    # A lease of a gateway is shorter than the longest pause between two sendings (both at most a minute).
    waiting = text("commands.state IN ('pending', 'sent')")
    return and_(waiting, commands.c.due_at > now + RESEND_MOST + CLOCK_SLACK)


def _late_notices(now: datetime) -> ColumnElement[bool]:
    soon = now + CLOCK_SLACK
    return or_(
        notices.c.created_at > soon,
        and_(_IN_DANGER, notices.c.due_at > soon + RECEIPT_WAIT),
        notices.c.due_at > soon + LONGEST_QUIET,
    )


def _mended(row: RowMapping, now: datetime) -> dict[str, datetime] | None:
    """None: it only looks late (a provider has it, and its receipt is waited for until the deadline)."""
    ahead = row["created_at"] - now
    if ahead > CLOCK_SLACK:
        return {"created_at": now, "due_at": now, "deadline_at": row["deadline_at"] - ahead}
    if row["position"] >= len(row["contact_points"]):
        return None
    return {"due_at": now}


def _save(connection: Connection, row: RowMapping, values: Mapping[str, datetime]) -> None:
    same = and_(notices.c.id == row["id"], notices.c.due_at == row["due_at"], _OPEN)
    connection.execute(update(notices).where(same).values(**values))
    connection.commit()


def _longest(row: Any) -> timedelta:
    return longest_lease(known(Handling, row.handling, Handling.NEW), row.eta_minutes) + CLOCK_SLACK
