"""The alarm use cases' transaction on SQLAlchemy: locks, and change-log ids in commit order."""

from __future__ import annotations

from collections.abc import Collection, Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import datetime
from typing import Any, Final

from sqlalchemy import Connection, Engine, Select, and_, bindparam, case, delete, func, insert, or_, select, update
from sqlalchemy.dialects import postgresql, sqlite
from sqlalchemy.exc import InterfaceError, InternalError, OperationalError
from sqlalchemy.exc import TimeoutError as PoolTimeoutError

from backend.adapters.db.accounting_records import PressRecordsSql
from backend.adapters.db.alarm import STILL_OPEN, alerts, changes, commands, events, idempotency, refused, timeline
from backend.adapters.db.alarm_places import centre_of_home
from backend.adapters.db.alarm_rows import alert_row, command_row, entry_row, event_row, to_alert, to_command
from backend.adapters.db.engine import COUNTED, is_sqlite, writing
from backend.adapters.db.escalation_wakes import begin_run, hold_run, wake_run
from backend.adapters.db.registry import devices, residents
from backend.adapters.db.script_records import put_script_marks, script_marks
from backend.domain.alert.model import Alert, AlertId, Entry
from backend.domain.alert.testing import CLOCKS_DIFFER, CONFIRM_WITHIN, TestWindow
from backend.services.alarm.ports import (
    OPEN_STATES,
    AlarmTransaction,
    Clock,
    KnownDevice,
    MarkedStep,
    NewEvent,
    OutboxCommand,
    StoredEvent,
)
from contract.vocabulary import Handling, Lane

REFUSED_KEPT: Final = 10_000
"""How many refused messages are kept for inspection."""
FORGOTTEN_AT_ONCE: Final = 100
_CHANGE_LOCK: Final = 0x616C7274  # "alrt"
_DEVICE_LOCK: Final = 0x64657669  # "devi", the first half of a two-part advisory key
_OPEN: Final = commands.c.state.in_([str(state) for state in sorted(OPEN_STATES)])
# Built once and given their values as parameters: SQLAlchemy then finds the compiled text at once. Half of what a press
# costs was spent on building them each time.
_DEVICE: Final = select(
    devices.c.id,
    devices.c.state,
    devices.c.home_id,
    devices.c.room,
    devices.c.test_window_id,
    devices.c.test_from,
    devices.c.test_until,
).where(devices.c.id == bindparam("device"))
_HEARING: Final = select(residents.c.hearing).where(residents.c.home_id == bindparam("home"))
_CENTRE: Final = centre_of_home(bindparam("home"))
_EVENTS: Final = (
    select(
        events.c.id,
        events.c.variant,
        events.c.readable,
        events.c.alert_id,
        events.c.type,
        events.c.gateway,
        events.c.received_at,
    )
    .where(events.c.device_id == bindparam("device"), events.c.event_id == bindparam("event"))
    .order_by(events.c.id)
)
_ADD_EVENT: Final = insert(events)
_RECEIPT: Final = bindparam("receipt", type_=events.c.received_at.type)
_COUNT_COPY: Final = (
    update(events)
    .where(events.c.id == bindparam("stored"))
    .values(
        copies=events.c.copies + 1,
        last_copy_at=bindparam("last_copy_at"),
        received_at=case((events.c.received_at > _RECEIPT, _RECEIPT), else_=events.c.received_at),
    )
)
_ADD_ALERT: Final = insert(alerts)
_SAVE_ALERT: Final = update(alerts).where(alerts.c.id == bindparam("alert"))
_ADD_ENTRIES: Final = insert(timeline)
_ADD_CHANGES: Final = insert(changes)
_COMMAND: Final = select(commands).where(commands.c.id == bindparam("command_id")).with_for_update()
_DEVICES_OF: Final = select(commands.c.id, commands.c.device_id).where(
    commands.c.id.in_(bindparam("ids", expanding=True))
)
# Not the strongest lock: another transaction's timeline entry only needs the alert to stay (foreign key). Were it made
# to wait for us, that could be crosswise: a deadlock.
_OF_TYPE: Final = and_(alerts.c.device_id == bindparam("device"), alerts.c.type == bindparam("type"))
_STILL_OPEN: Final = select(alerts).where(_OF_TYPE, STILL_OPEN).with_for_update(key_share=True)
_UNENDED: Final = (
    select(alerts)
    .where(_OF_TYPE, alerts.c.handling != str(Handling.CLOSED))
    .order_by(alerts.c.received_at.desc())
    .limit(1)
    .with_for_update(key_share=True)
)
_ALERT: Final = select(alerts).where(alerts.c.id == bindparam("alert")).with_for_update(key_share=True)
_FREE_ALERT: Final = (
    select(alerts).where(alerts.c.id == bindparam("alert")).with_for_update(key_share=True, skip_locked=True)
)
_LAST_ALERT: Final = select(alerts.c.id).where(_OF_TYPE).order_by(alerts.c.received_at.desc()).limit(1)


def _put_command(module: Any) -> Any:
    statement = module.insert(commands)
    values = {column.name: statement.excluded[column.name] for column in commands.c if column.name != "id"}
    return statement.on_conflict_do_update(index_elements=[commands.c.id], set_=values)


_MARK_DONE: Final = {
    "sqlite": sqlite.insert(idempotency).on_conflict_do_nothing().execution_options(**COUNTED),
    "postgresql": postgresql.insert(idempotency).on_conflict_do_nothing().execution_options(**COUNTED),
}
_PUT_COMMAND: Final = {"sqlite": _put_command(sqlite), "postgresql": _put_command(postgresql)}


class AlarmSql(PressRecordsSql):
    """`AlarmTransaction` on one connection."""

    def __init__(self, connection: Connection, clock: Clock, sqlite: bool) -> None:
        self._db = connection
        self._clock = clock
        self._sqlite = sqlite
        self._touched: dict[str, None] = {}

    def commit(self) -> None:
        """Ids of the change log are given last and under a lock, so they are in commit order on PostgreSQL too."""
        if self._touched:
            if not self._sqlite:
                self._db.execute(select(func.pg_advisory_xact_lock(_CHANGE_LOCK)))
            at = self._clock.now()
            self._db.execute(_ADD_CHANGES, [{"alert_id": alert_id, "at": at} for alert_id in self._touched])
            self._touched.clear()
        self._db.commit()

    @contextmanager
    def savepoint(self) -> Iterator[None]:
        before = dict(self._touched)
        try:
            with self._db.begin_nested():
                yield
        except BaseException:
            self._touched = before
            raise

    def is_storage_fault(self, error: Exception) -> bool:
        return isinstance(error, OperationalError | InterfaceError | InternalError | PoolTimeoutError | OSError)

    # registry

    def lock_device(self, device_id: str) -> None:
        if not self._sqlite:
            self._db.execute(select(func.pg_advisory_xact_lock(_DEVICE_LOCK, func.hashtext(device_id))))

    def device(self, device_id: str) -> KnownDevice | None:
        row = self._db.execute(_DEVICE, {"device": device_id}).one_or_none()
        if row is None:
            return None
        hearing: Sequence[str] = ()
        centre: str | None = None
        if row.home_id is not None:
            hearing = self._db.scalars(_HEARING, {"home": row.home_id}).all()
            centre = self._db.scalar(_CENTRE, {"home": row.home_id})
        return KnownDevice(row.id, row.state, row.home_id, row.room, tuple(hearing), centre, _window(row))

    # events

    def events(self, device_id: str, event_id: str) -> list[StoredEvent]:
        rows = self._db.execute(_EVENTS, {"device": device_id, "event": event_id})
        return [StoredEvent(**row) for row in rows.mappings()]

    def add_event(self, event: NewEvent) -> None:
        self._db.execute(_ADD_EVENT, event_row(event))

    def count_copy(self, stored_id: int, received_at: datetime, at: datetime) -> None:
        self._db.execute(_COUNT_COPY, {"stored": stored_id, "receipt": received_at, "last_copy_at": at})

    def keep_refused(self, device_id: str, gateway: str, reason: str, payload: bytes, at: datetime) -> None:
        kept = self._db.execute(
            insert(refused)
            .values(device_id=device_id, gateway=gateway, reason=reason[:64], payload=payload, at=at)
            .returning(refused.c.id)
        ).scalar_one()
        # Two batches must not wait for each other's old rows: what the other one is deleting is left to it.
        old = self._db.scalars(
            select(refused.c.id)
            .where(refused.c.id <= kept - REFUSED_KEPT)
            .limit(FORGOTTEN_AT_ONCE)
            .with_for_update(skip_locked=True)
        ).all()
        if old:
            self._db.execute(delete(refused).where(refused.c.id.in_(old)))

    # alerts

    def _one(self, query: Select[Any], **values: str) -> Alert | None:
        row = self._db.execute(query, values).mappings().first()
        return to_alert(row) if row is not None else None

    def open_alert(self, device_id: str, event_type: str) -> Alert | None:
        return self._one(_STILL_OPEN, device=device_id, type=event_type)

    def last_alert(self, device_id: str, event_type: str) -> AlertId | None:
        return self._db.scalars(_LAST_ALERT, {"device": device_id, "type": event_type}).first()

    def unended_alert(self, device_id: str, event_type: str) -> Alert | None:
        return self._one(_UNENDED, device=device_id, type=event_type)

    def alert(self, alert_id: str) -> Alert | None:
        return self._one(_ALERT, alert=alert_id)

    def free_alert(self, alert_id: str) -> Alert | None:
        return self._one(_FREE_ALERT, alert=alert_id)

    def add_alert(self, alert: Alert) -> None:
        self._db.execute(_ADD_ALERT, alert_row(alert))

    def save_alert(self, alert: Alert) -> None:
        self._db.execute(_SAVE_ALERT, {**alert_row(alert), "alert": alert.id})

    def add_entries(self, alert_id: AlertId, entries: Sequence[Entry]) -> None:
        if entries:
            self._db.execute(_ADD_ENTRIES, [entry_row(alert_id, entry) for entry in entries])

    def touch(self, alert_id: AlertId) -> None:
        self._touched[alert_id] = None

    # escalation

    def begin_run(self, alert_id: AlertId, began_at: datetime, now: datetime) -> None:
        begin_run(self._db, alert_id, began_at, now)

    def wake_run(self, alert_id: AlertId, now: datetime) -> None:
        wake_run(self._db, alert_id, now)

    def hold_run(self, alert_id: AlertId, until: datetime) -> None:
        hold_run(self._db, alert_id, until, self._clock.now())

    # script

    def script_marks(self, alert_id: str) -> Sequence[MarkedStep]:
        return script_marks(self._db, alert_id)

    def put_script_marks(self, alert_id: str, marks: Sequence[MarkedStep]) -> None:
        put_script_marks(self._db, alert_id, marks)

    # outbox

    def command(self, command_id: str) -> OutboxCommand | None:
        row = self._db.execute(_COMMAND, {"command_id": command_id}).mappings().one_or_none()
        return to_command(row) if row is not None else None

    def devices_of(self, command_ids: Sequence[str]) -> Mapping[str, str]:
        rows = self._db.execute(_DEVICES_OF, {"ids": list(command_ids)})
        return {row.id: row.device_id for row in rows}

    def put_command(self, command: OutboxCommand) -> None:
        self._db.execute(_PUT_COMMAND[self._db.dialect.name], command_row(command))

    def open_answers(self, device_id: str, alert_id: AlertId) -> list[OutboxCommand]:
        return self._commands(
            select(commands)
            .where(
                _OPEN, commands.c.alert_id == alert_id, commands.c.device_id == device_id, commands.c.stage.is_not(None)
            )
            .with_for_update()
        )

    def due_commands(self, lane: Lane, now: datetime, limit: int) -> list[OutboxCommand]:
        return self._commands(due(lane, now).order_by(commands.c.due_at).limit(limit).with_for_update(skip_locked=True))

    def expired_commands(self, now: datetime, limit: int) -> list[OutboxCommand]:
        return self._commands(
            select(commands).where(_OPEN, commands.c.expires_at <= now).limit(limit).with_for_update(skip_locked=True)
        )

    def _commands(self, query: Select[Any]) -> list[OutboxCommand]:
        return [to_command(row) for row in self._db.execute(query).mappings()]

    # idempotency

    def done_before(self, actor_id: str, key: str) -> str | None:
        return self._db.scalars(
            select(idempotency.c.fingerprint).where(idempotency.c.actor == actor_id, idempotency.c.key == key)
        ).one_or_none()

    def mark_done(self, actor_id: str, key: str, fingerprint: str, at: datetime) -> bool:
        values = {"actor": actor_id, "key": key, "fingerprint": fingerprint, "at": at}
        return bool(self._db.execute(_MARK_DONE[self._db.dialect.name], values).rowcount)

    # retention

    def forget_keys(self, before: datetime) -> None:
        self._db.execute(delete(idempotency).where(idempotency.c.at < before))

    def forget_changes(self, kept: int) -> None:
        newest = self._db.scalar(select(func.max(changes.c.id))) or 0
        self._db.execute(delete(changes).where(changes.c.id <= newest - kept))


def _window(row: Any) -> TestWindow | None:
    if row.test_window_id is None or row.test_from is None or row.test_until is None:
        return None
    return TestWindow(row.test_window_id, row.test_from, row.test_until)


def due(lane: Lane, now: datetime) -> Select[Any]:
    """Commands of `lane` that may be handed to a gateway now."""
    return select(commands).where(
        _OPEN, commands.c.lane == str(lane), commands.c.due_at <= now, commands.c.expires_at > now
    )


@dataclass(frozen=True, slots=True)
class AlarmSqlStore:
    """`AlarmStore` on an engine."""

    engine: Engine
    clock: Clock
    first: bool = False
    """Whether its transactions go before all others of this process: those that take presses in."""

    @contextmanager
    def begin(self) -> Iterator[AlarmTransaction]:
        with writing(self.engine, first=self.first) as connection:
            yield AlarmSql(connection, self.clock, is_sqlite(self.engine))

    def due_alerts(self, now: datetime, limit: int, but: Collection[str]) -> Sequence[str]:
        """Nothing of a row is read but its key, so that one that cannot be read holds back no other."""
        due = or_(
            alerts.c.reaction_due_at <= now,
            alerts.c.lease_due_at <= now,
            alerts.c.test_due_at <= now,
            alerts.c.test_due_at > now + CONFIRM_WITHIN + CLOCKS_DIFFER,
        )
        query = select(alerts.c.id).where(due, alerts.c.id.not_in(sorted(but)))
        with self.engine.connect() as connection:
            return connection.scalars(query.order_by(alerts.c.severity_rank, alerts.c.received_at).limit(limit)).all()

    def has_due(self, lane: Lane, now: datetime) -> bool:
        """Whether a claim would find anything; asked often, so it takes no writer's lock."""
        with self.engine.connect() as connection:
            return connection.execute(due(lane, now).with_only_columns(commands.c.id).limit(1)).first() is not None
