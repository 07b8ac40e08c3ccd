"""How statements are read, made and proved on SQLAlchemy; the chain has one end, and one transaction at it."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import asdict, dataclass
from datetime import datetime
from typing import Any, Final

import msgspec
from sqlalchemy import Connection, Engine, RowMapping, Select, func, insert, select

from backend.adapters.db.access import device_seen
from backend.adapters.db.accounting import statements
from backend.adapters.db.alarm import events
from backend.adapters.db.demo_border import of_demo_device
from backend.adapters.db.engine import is_sqlite, reading, writing
from backend.adapters.db.registry import devices
from backend.domain.access.sight import Sight
from backend.domain.accounting.account import Account, Numbers
from backend.domain.accounting.chain import Link
from backend.domain.accounting.day import Answered, DayEvent
from backend.services.accounting.ports import StatementTransaction
from contract.vocabulary import SOS, Flag, event_type

_CHAIN_LOCK: Final = 0x73746174  # "stat"
_STATED: Final = ~of_demo_device(events.c.device_id)
"""What is invented can be wiped, so it has no place in a chain that proves the past."""
_TIP: Final = select(statements).order_by(statements.c.position.desc()).limit(1)
_EVENT: Final = (
    events.c.device_id,
    events.c.type,
    events.c.boot,
    events.c.seq,
    events.c.sos_seq,
    events.c.flags,
    events.c.answer_left_at,
    events.c.answer_confirmed_at,
)


class _Body(msgspec.Struct):
    """The part of a statement that the next one of the device goes on from."""

    account: Account


_BODY: Final = msgspec.json.Decoder(_Body)


@dataclass(frozen=True, slots=True)
class StatementSqlReader:
    """`StatementReader` on an engine."""

    engine: Engine

    def tip(self) -> Link | None:
        return next(iter(self._links(_TIP)), None)

    def first_event_at(self) -> datetime | None:
        query = select(events.c.stored_at).where(_STATED).order_by(events.c.stored_at).limit(1)
        with reading(self.engine) as connection:
            return connection.scalars(query).first()

    def devices(self, begin: datetime, end: datetime, after: str, limit: int) -> Sequence[str]:
        query = (
            select(events.c.device_id)
            .where(events.c.stored_at >= begin, events.c.stored_at < end, events.c.device_id > after, _STATED)
            .distinct()
            .order_by(events.c.device_id)
            .limit(limit)
        )
        with reading(self.engine) as connection:
            return connection.scalars(query).all()

    def events(
        self, devices: Sequence[str], begin: datetime, end: datetime, until: Mapping[str, datetime]
    ) -> Mapping[str, Sequence[DayEvent]]:
        query = (
            select(*_EVENT)
            .where(
                events.c.device_id.in_(devices),
                events.c.stored_at >= begin,
                events.c.stored_at < end,
                events.c.readable,
            )
            .order_by(events.c.id)
            # Without it SQLite reads all that these devices ever sent.
            .with_hint(events, "INDEXED BY ix_events_stored_at_device_id", "sqlite")
        )
        found: dict[str, list[DayEvent]] = {device_id: [] for device_id in devices}
        with reading(self.engine) as connection:
            for row in connection.execute(query).mappings():
                found[row["device_id"]].append(_day_event(row, until[row["device_id"]]))
        return found

    def accounts(self, devices: Sequence[str]) -> Mapping[str, Account]:
        newest = (
            select(func.max(statements.c.position))
            .where(statements.c.device_id.in_(devices))
            .group_by(statements.c.device_id)
        )
        query = select(statements).where(statements.c.position.in_(newest))
        return {one.device_id: _BODY.decode(one.body).account for one in self._links(query)}

    def seen(self, sight: Sight) -> Collection[str]:
        with reading(self.engine) as connection:
            return frozenset(connection.scalars(select(devices.c.id).where(device_seen(sight))))

    def lines(self, day: str) -> Sequence[Link]:
        return self._links(select(statements).where(statements.c.day == day).order_by(statements.c.device_id))

    def links(self, after: int, limit: int) -> Sequence[Link]:
        query = select(statements).where(statements.c.position > after).order_by(statements.c.position).limit(limit)
        return self._links(query)

    def _links(self, query: Select[Any]) -> list[Link]:
        with reading(self.engine) as connection:
            return [Link(**row) for row in connection.execute(query).mappings()]


def _day_event(row: RowMapping, until: datetime) -> DayEvent:
    is_sos = row["type"] == SOS
    foreign = str(Flag.IDENTITY_CONFLICT) in row["flags"]
    numbers = Numbers(None, None, None, is_sos) if foreign else Numbers(row["boot"], row["seq"], row["sos_seq"], is_sos)
    return DayEvent(numbers, _answered(row, until))


def _answered(row: RowMapping, until: datetime) -> Answered:
    if not event_type(row["type"]).answered:
        return Answered.NOT_OWED
    left, confirmed = row["answer_left_at"], row["answer_confirmed_at"]
    if confirmed is not None and confirmed <= until:
        return Answered.CONFIRMED
    return Answered.LEFT if left is not None and left <= until else Answered.NO


class StatementSql:
    """`StatementTransaction` on one connection."""

    def __init__(self, connection: Connection, sqlite: bool) -> None:
        self._db = connection
        self._sqlite = sqlite

    def tip(self) -> Link | None:
        if not self._sqlite:
            self._db.execute(select(func.pg_advisory_xact_lock(_CHAIN_LOCK)))
        row = self._db.execute(_TIP).mappings().first()
        return Link(**row) if row is not None else None

    def add(self, links: Iterable[Link]) -> None:
        rows = [asdict(one) for one in links]
        if rows:
            self._db.execute(insert(statements), rows)

    def commit(self) -> None:
        self._db.commit()


@dataclass(frozen=True, slots=True)
class StatementSqlStore:
    """`StatementStore` on an engine."""

    engine: Engine

    @contextmanager
    def begin(self) -> Iterator[StatementTransaction]:
        with writing(self.engine) as connection:
            yield StatementSql(connection, is_sqlite(self.engine))
