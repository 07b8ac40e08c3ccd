"""The script's transaction on SQLAlchemy: the alarm's, with marks, calls, hand-overs and watches."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import datetime
from functools import cached_property
from typing import Any, Final

from sqlalchemy import Connection, Engine, RowMapping, Table, select, update
from sqlalchemy.dialects import postgresql, sqlite

from backend.adapters.db.alarm import alerts
from backend.adapters.db.alarm_rows import to_alert
from backend.adapters.db.alarm_store import AlarmSql
from backend.adapters.db.calls import calls
from backend.adapters.db.engine import is_sqlite, reading, writing
from backend.adapters.db.script import hand_overs, voice_watches
from backend.adapters.db.script_records import add_marks, call_row, calls_of, marks_of
from backend.adapters.db.script_scene import hand_over_row, surroundings
from backend.domain.alert.model import Actor, Alert
from backend.domain.escalation.targets import Recipient, RecipientKind
from backend.domain.script.hand_over import HandOver
from backend.domain.script.model import Call, Mark, Silence
from backend.domain.script.situation import Surroundings
from backend.domain.script.voice import Cause
from backend.services.alarm.ports import AlarmTransaction, Clock
from backend.services.escalation.ports import Cover, NoticeOutbox
from backend.services.script.ports import ScriptTransaction, Watch
from contract.vocabulary import Handling

_HELD: Final = (str(Handling.ACCEPTED), str(Handling.DISPATCHED), str(Handling.EN_ROUTE))


def _put(table: Table, key: str) -> dict[str, Any]:
    statements: dict[str, Any] = {}
    for name, module in (("sqlite", sqlite), ("postgresql", postgresql)):
        statement: Any = module.insert(table)
        statements[name] = statement.on_conflict_do_update(
            index_elements=[key],
            set_={column.name: statement.excluded[column.name] for column in table.c if column.name != key},
        )
    return statements


_PUT_CALL: Final = _put(calls, "id")
_PUT_WATCH: Final = _put(voice_watches, "alert_id")


@dataclass(frozen=True, slots=True)
class Neighbours:
    """Parts whose rows are written or read in the same transaction, each made for a connection."""

    cover: Callable[[Connection], Cover]
    notices: Callable[[Connection], NoticeOutbox]
    facts: Callable[[Connection, Alert], Mapping[str, Any]]


class ScriptSql(AlarmSql):
    """`ScriptTransaction` on one connection."""

    def __init__(self, connection: Connection, clock: Clock, sqlite: bool, neighbours: Neighbours) -> None:
        super().__init__(connection, clock, sqlite)
        self._neighbours = neighbours

    @cached_property
    def cover(self) -> Cover:
        return self._neighbours.cover(self._db)

    @cached_property
    def notices(self) -> NoticeOutbox:
        return self._neighbours.notices(self._db)

    def facts(self, alert: Alert) -> Mapping[str, Any]:
        return self._neighbours.facts(self._db, alert)

    def free_alert(self, alert_id: str) -> Alert | None:
        query = select(alerts).where(alerts.c.id == alert_id).with_for_update(skip_locked=True, key_share=True)
        row = self._db.execute(query).mappings().one_or_none()
        return to_alert(row) if row is not None else None

    def surroundings(self, alert: Alert) -> Surroundings:
        return surroundings(self._db, alert)

    def marks_of(self, alert_id: str) -> Sequence[Mark]:
        return marks_of(self._db, alert_id)

    def add_marks(self, alert_id: str, said: Sequence[Mark]) -> None:
        add_marks(self._db, alert_id, said)

    def calls_of(self, alert_id: str) -> Sequence[Call]:
        return calls_of(self._db, alert_id)

    def put_call(self, call: Call) -> None:
        self._db.execute(_PUT_CALL[self._db.dialect.name], call_row(call))

    def put_hand_over(self, alert_id: str, record: HandOver, by: Actor, at: datetime) -> None:
        values = {**hand_over_row(record), "changed_at": at, "changed_by": by.id}
        module: Any = sqlite if self._sqlite else postgresql
        put = module.insert(hand_overs).values(alert_id=alert_id, **values)
        # Not the whole row: whether the follow-ups were made stays.
        self._db.execute(put.on_conflict_do_update(index_elements=["alert_id"], set_=values))

    def follow_up_once(self, alert_id: str, at: datetime) -> bool:
        first = (
            update(hand_overs)
            .where(hand_overs.c.alert_id == alert_id, hand_overs.c.follow_ups_at.is_(None))
            .values(follow_ups_at=at)
        )
        return bool(self._db.execute(first).rowcount)

    def watch(self, alert_id: str) -> Watch | None:
        return watch_of(self._db, alert_id)

    def put_watch(self, watch: Watch) -> None:
        self._db.execute(_PUT_WATCH[self._db.dialect.name], _watch_row(watch))


@dataclass(frozen=True, slots=True)
class ScriptSqlStore:
    """`ScriptStore` on an engine."""

    engine: Engine
    clock: Clock
    neighbours: Neighbours

    @contextmanager
    def begin(self) -> Iterator[ScriptTransaction]:
        with writing(self.engine) as connection:
            yield ScriptSql(connection, self.clock, is_sqlite(self.engine), self.neighbours)

    def to_watch(self, now: datetime, limit: int) -> Sequence[str]:
        watched = alerts.outerjoin(voice_watches, voice_watches.c.alert_id == alerts.c.id)
        fresh = (
            select(alerts.c.id, alerts.c.severity_rank, alerts.c.received_at)
            .select_from(watched)
            .where(alerts.c.handling.in_(_HELD), voice_watches.c.alert_id.is_(None))
        )
        due = (
            select(alerts.c.id, alerts.c.severity_rank, alerts.c.received_at)
            .join(voice_watches, voice_watches.c.alert_id == alerts.c.id)
            .where(voice_watches.c.due_at <= now)
        )
        either = fresh.union_all(due).subquery()
        query = select(either.c.id).order_by(either.c.severity_rank, either.c.received_at).limit(limit)
        with reading(self.engine) as connection:
            return connection.scalars(query).all()


class ScriptSqlRecords:
    """`GateRecords`: reads on the connection of the transaction that closes."""

    def surroundings(self, tx: AlarmTransaction, alert: Alert) -> Surroundings:
        return surroundings(connection_of(tx), alert)

    def calls(self, tx: AlarmTransaction, alert_id: str) -> Sequence[Call]:
        return calls_of(connection_of(tx), alert_id)

    def marks(self, tx: AlarmTransaction, alert_id: str) -> Sequence[Mark]:
        return marks_of(connection_of(tx), alert_id)


def connection_of(tx: AlarmTransaction) -> Connection:
    """The connection of a transaction of ours; TypeError for any other."""
    if not isinstance(tx, AlarmSql):
        raise TypeError(f"not a transaction on SQL: {type(tx).__name__}")
    return tx._db


def watch_of(connection: Connection, alert_id: str) -> Watch | None:
    """How far the no-voice rule has gone with an alert."""
    row = connection.execute(select(voice_watches).where(voice_watches.c.alert_id == alert_id)).mappings().one_or_none()
    return _to_watch(row) if row is not None else None


def _watch_row(watch: Watch) -> dict[str, Any]:
    return {
        "alert_id": watch.alert_id,
        "cause": str(watch.cause),
        "silence": str(watch.silence),
        "due_at": watch.due_at,
        "fired_at": watch.fired_at,
        "over": watch.over,
        "sent_kind": str(watch.sent.kind) if watch.sent else None,
        "sent_id": watch.sent.id if watch.sent else None,
        "sent_name": watch.sent.name if watch.sent else None,
    }


def _to_watch(row: RowMapping) -> Watch:
    sent = None
    if row["sent_id"] is not None:
        sent = Recipient(RecipientKind(row["sent_kind"]), row["sent_id"], row["sent_name"], None)
    return Watch(
        alert_id=row["alert_id"],
        cause=Cause(row["cause"]),
        silence=Silence(row["silence"]),
        due_at=row["due_at"],
        fired_at=row["fired_at"],
        over=row["over"],
        sent=sent,
    )
