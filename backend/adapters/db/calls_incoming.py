"""Calls that come in: who has the number, and a row whose id is its place on the live stream."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import asdict, dataclass
from datetime import datetime
from functools import cached_property
from typing import Any, Final

from sqlalchemy import ColumnElement, Connection, Engine, RowMapping, func, insert, select

from backend.adapters.db.access import organisation_seen
from backend.adapters.db.alarm import alerts
from backend.adapters.db.calls import incoming
from backend.adapters.db.engine import reading, writing
from backend.adapters.db.organisation import organisations
from backend.adapters.db.registry import contacts, homes, residents
from backend.domain.access.sight import WHOLE, Sight
from backend.services.live.ports import Told
from backend.services.telephony.numbers import normal_or_as_is
from backend.services.telephony.ports import CallerKind, DeskRouting, Incoming, IncomingTransaction, Match
from backend.services.telephony.shown import as_json
from contract.vocabulary import Handling

_CALL_LOCK: Final = 0x63616C6C  # "call"
_COMPARED: Final = 4
"""Digits at the end by which candidates are found: numbers are stored as people wrote them."""


class IncomingSql:
    """`IncomingTransaction` on one connection."""

    def __init__(self, connection: Connection, routing: Callable[[Connection], DeskRouting]) -> None:
        self._db = connection
        self._routing = routing

    @cached_property
    def routing(self) -> DeskRouting:
        return self._routing(self._db)

    def known(self, account: str, call_id: str) -> Incoming | None:
        same = select(incoming).where(incoming.c.account == account, incoming.c.call_id == call_id)
        row = self._db.execute(same).mappings().one_or_none()
        return to_incoming(row) if row is not None else None

    def matches(self, number: str) -> Sequence[Match]:
        if len(number) < _COMPARED:
            return ()
        people = select(residents.c.id, residents.c.name, residents.c.home_id, residents.c.phone)
        lines = select(homes.c.id, homes.c.label.label("name"), homes.c.id.label("home_id"), homes.c.phone)
        family = select(contacts.c.id, contacts.c.name, contacts.c.home_id, contacts.c.phone)
        kinds = (
            (CallerKind.RESIDENT, people.where(_ends(residents.c.phone, number)).order_by(residents.c.id)),
            (CallerKind.HOME, lines.where(_ends(homes.c.phone, number)).order_by(homes.c.id)),
            (CallerKind.CONTACT, family.where(_ends(contacts.c.phone, number)).order_by(contacts.c.id)),
        )
        return [
            Match(kind, row.id, row.name, row.home_id)
            for kind, query in kinds
            for row in self._db.execute(query)
            if normal_or_as_is(row.phone) == number
        ]

    def organisation_with(self, number: str) -> str | None:
        lines = select(organisations.c.id, organisations.c.phone).where(organisations.c.disabled.is_(False))
        for row in self._db.execute(lines.order_by(organisations.c.id)):
            if row.phone and normal_or_as_is(row.phone) == number:
                return str(row.id)
        return None

    def home_label(self, home_id: str) -> str | None:
        return self._db.scalar(select(homes.c.label).where(homes.c.id == home_id))

    def open_alert_of(self, home_id: str) -> str | None:
        return self._db.scalars(
            select(alerts.c.id)
            .where(alerts.c.home_id == home_id, alerts.c.handling != str(Handling.CLOSED))
            .order_by(alerts.c.severity_rank, alerts.c.received_at)
            .limit(1)
        ).first()

    def add(self, call: Incoming) -> Incoming:
        # Ids in commit order, as those of the change log: who has seen one has seen all before it.
        if self._db.dialect.name != "sqlite":
            self._db.execute(select(func.pg_advisory_xact_lock(_CALL_LOCK)))
        quicker = self.known(call.account, call.call_id)
        if quicker is not None:
            return quicker
        row = self._db.execute(insert(incoming).values(_row(call)).returning(*incoming.c)).mappings().one()
        return to_incoming(row)

    def commit(self) -> None:
        self._db.commit()


@dataclass(frozen=True, slots=True)
class IncomingSqlStore:
    """`IncomingStore`, the incoming half of `CallReader`, and the live stream's `TellLog`, on an engine."""

    engine: Engine
    routing: Callable[[Connection], DeskRouting]

    @contextmanager
    def begin(self) -> Iterator[IncomingTransaction]:
        with writing(self.engine) as connection:
            yield IncomingSql(connection, self.routing)

    def incoming(self, limit: int, sight: Sight = WHOLE) -> Sequence[Incoming]:
        query = select(incoming).where(organisation_seen(incoming.c.organisation_id, sight))
        with reading(self.engine) as connection:
            rows = connection.execute(query.order_by(incoming.c.id.desc()).limit(limit)).mappings()
            return [to_incoming(row) for row in rows]

    def incoming_call(self, incoming_id: int) -> Incoming | None:
        with reading(self.engine) as connection:
            row = connection.execute(select(incoming).where(incoming.c.id == incoming_id)).mappings().one_or_none()
            return to_incoming(row) if row is not None else None

    def last_id(self) -> int:
        with self.engine.connect() as connection:
            return connection.scalar(select(func.max(incoming.c.id))) or 0

    def after(self, told_id: int, limit: int) -> Sequence[Told]:
        return self._told(incoming.c.id > told_id, limit)

    def since(self, at: datetime, limit: int) -> Sequence[Told]:
        return self._told(incoming.c.at >= at, limit)

    def _told(self, condition: ColumnElement[bool], limit: int) -> Sequence[Told]:
        query = select(incoming).where(condition).order_by(incoming.c.id).limit(limit)
        with self.engine.connect() as connection:
            calls = [to_incoming(row) for row in connection.execute(query).mappings()]
        return [Told(call.id, as_json(call)) for call in calls]


def _ends(column: ColumnElement[Any], number: str) -> ColumnElement[bool]:
    return column.like(f"%{number[-_COMPARED:]}")


def _row(call: Incoming) -> dict[str, Any]:
    values = asdict(call)
    del values["id"]
    matches = [{**asdict(match), "kind": str(match.kind)} for match in call.matches]
    return {**values, "caller_kind": str(call.caller_kind), "matches": matches}


def to_incoming(row: RowMapping) -> Incoming:
    """The call of a row of `incoming_calls`."""
    values = dict(row)
    matches = tuple(Match(CallerKind(one["kind"]), one["id"], one["name"], one["home_id"]) for one in row["matches"])
    return Incoming(**{**values, "caller_kind": CallerKind(row["caller_kind"]), "matches": matches})
