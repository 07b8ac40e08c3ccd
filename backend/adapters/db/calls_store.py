"""The transaction of a call on SQLAlchemy: the script's, with the numbers of the home and of the desk."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from typing import Final

from sqlalchemy import Connection, Engine, select, update

from backend.adapters.db.alarm import alerts
from backend.adapters.db.calls import calls
from backend.adapters.db.engine import is_sqlite, reading, writing
from backend.adapters.db.organisation import organisations
from backend.adapters.db.registry import contacts, homes, residents
from backend.adapters.db.script_records import calls_of, to_call
from backend.adapters.db.script_store import Neighbours, ScriptSql
from backend.domain.alert.model import Alert
from backend.domain.script.model import Call, CallTarget
from backend.services.alarm.ports import Clock
from backend.services.telephony.ports import CallTransaction, Party

_DEEPEST: Final = 10
"""Levels of a tree at most; a ring in it must not hold up a call."""


class CallSql(ScriptSql):
    """`CallTransaction` on one connection."""

    def alert_of_call(self, call_id: str) -> str | None:
        return self._db.scalar(select(calls.c.alert_id).where(calls.c.id == call_id))

    def parties(self, alert: Alert) -> Sequence[Party]:
        return parties(self._db, alert.device_id, alert.home_id)

    def desk_number(self, alert: Alert) -> str | None:
        tree = {
            row.id: row
            for row in self._db.execute(
                select(organisations.c.id, organisations.c.parent_id, organisations.c.phone, organisations.c.disabled)
            )
        }
        root = next((row.id for row in tree.values() if row.parent_id is None), None)
        at = tree.get(alert.organisation_id or "", tree.get(root or ""))
        for _ in range(_DEEPEST):
            if at is None:
                return None
            if at.phone and not at.disabled:
                return str(at.phone)
            at = tree.get(at.parent_id or "")
        return None

    def doubt_contact(self, contact_id: str) -> bool:
        doubted = (
            update(contacts)
            .where(contacts.c.id == contact_id, contacts.c.proved_on.is_not(None))
            .values(proved_on=None)
        )
        return bool(self._db.execute(doubted).rowcount)


def parties(connection: Connection, device_id: str, home_id: str | None) -> list[Party]:
    """The terminal, the residents (by the home's line where they have none), the contacts in order."""
    found = [Party(CallTarget.TERMINAL, device_id, "", None)]
    home = connection.execute(select(homes.c.phone).where(homes.c.id == (home_id or ""))).one_or_none()
    if home_id is None or home is None:
        return found
    people = connection.execute(
        select(residents.c.id, residents.c.name, residents.c.phone)
        .where(residents.c.home_id == home_id, residents.c.status != "deceased")
        .order_by(residents.c.id)
    )
    found += [Party(CallTarget.RESIDENT, row.id, row.name, row.phone or home.phone) for row in people]
    family = connection.execute(select(contacts).where(contacts.c.home_id == home_id).order_by(contacts.c.position))
    found += [
        Party(CallTarget.CONTACT, row.id, row.name, row.phone, row.relation, row.role, row.proved_on is not None)
        for row in family
    ]
    return found


@dataclass(frozen=True, slots=True)
class CallSqlStore:
    """`CallStore` on an engine."""

    engine: Engine
    clock: Clock
    neighbours: Neighbours

    @contextmanager
    def begin(self) -> Iterator[CallTransaction]:
        with writing(self.engine) as connection:
            yield CallSql(connection, self.clock, is_sqlite(self.engine), self.neighbours)


@dataclass(frozen=True, slots=True)
class CallSqlReader:
    """The reading half of `CallReader` that is about alerts."""

    engine: Engine

    def calls(self, alert_id: str) -> Sequence[Call] | None:
        with reading(self.engine) as connection:
            if connection.scalar(select(alerts.c.id).where(alerts.c.id == alert_id)) is None:
                return None
            return calls_of(connection, alert_id)

    def call(self, call_id: str) -> Call | None:
        with reading(self.engine) as connection:
            row = connection.execute(select(calls).where(calls.c.id == call_id)).mappings().one_or_none()
            return to_call(row) if row is not None else None

    def parties(self, alert_id: str) -> Sequence[Party]:
        with reading(self.engine) as connection:
            row = connection.execute(
                select(alerts.c.device_id, alerts.c.home_id).where(alerts.c.id == alert_id)
            ).one_or_none()
            return parties(connection, row.device_id, row.home_id) if row is not None else ()
