"""The alarm use cases' transaction on SQLAlchemy: locks, and change-log ids in commit order."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import datetime
from typing import Any, Final

from sqlalchemy import Connection, Engine, Select, delete, func, insert, select, update
from sqlalchemy.exc import InterfaceError, InternalError, OperationalError
from sqlalchemy.exc import TimeoutError as PoolTimeoutError

from backend.adapters.db.alarm import alerts, changes, commands, events, idempotency, refused, timeline
from backend.adapters.db.alarm_rows import alert_row, command_row, entry_row, to_alert, to_command
from backend.adapters.db.engine import is_sqlite, writing
from backend.adapters.db.registry import devices, residents
from backend.domain.alert.model import Alert, AlertId, Entry
from backend.services.alarm.ports import (
    OPEN_STATES,
    AlarmTransaction,
    Clock,
    KnownDevice,
    NewEvent,
    OutboxCommand,
    StoredEvent,
)
from contract.vocabulary import Handling, Lane

REFUSED_KEPT: Final = 10_000
"""How many refused messages are kept for inspection."""
_CHANGE_LOCK: Final = 0x616C7274  # "alrt"
_DEVICE_LOCK: Final = 0x64657669  # "devi", the first half of a two-part advisory key
_OPEN: Final = commands.c.state.in_([str(state) for state in sorted(OPEN_STATES)])
_OVER: Final = [str(Handling.ARRIVED), str(Handling.CLOSED)]


class AlarmSql:
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
            self._db.execute(insert(changes), [{"alert_id": alert_id, "at": at} for alert_id in self._touched])
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
        row = self._db.execute(
            select(devices.c.id, devices.c.state, devices.c.home_id, devices.c.room).where(devices.c.id == device_id)
        ).one_or_none()
        if row is None:
            return None
        hearing: Sequence[str] = ()
        if row.home_id is not None:
            hearing = self._db.scalars(select(residents.c.hearing).where(residents.c.home_id == row.home_id)).all()
        return KnownDevice(row.id, row.state, row.home_id, row.room, tuple(hearing))

    # events

    def events(self, device_id: str, event_id: str) -> list[StoredEvent]:
        rows = self._db.execute(
            select(events.c.id, events.c.variant, events.c.readable, events.c.alert_id, events.c.type)
            .where(events.c.device_id == device_id, events.c.event_id == event_id)
            .order_by(events.c.id)
        )
        return [StoredEvent(row.id, row.variant, row.readable, row.alert_id, row.type) for row in rows]

    def add_event(self, event: NewEvent) -> None:
        self._db.execute(
            insert(events).values(
                device_id=event.device_id,
                event_id=event.event_id,
                variant=event.variant,
                readable=event.readable,
                type=event.type,
                device_time=event.device_time,
                received_at=event.received_at,
                stored_at=event.stored_at,
                retained=event.retained,
                gateway=event.gateway,
                payload=event.payload,
                flags=[str(flag) for flag in event.flags],
                seq=event.seq,
                boot=event.boot,
                sos_seq=event.sos_seq,
                reason=event.reason,
                alert_id=event.alert_id,
            )
        )

    def count_copy(self, stored_id: int, at: datetime) -> None:
        self._db.execute(
            update(events).where(events.c.id == stored_id).values(copies=events.c.copies + 1, last_copy_at=at)
        )

    def keep_refused(self, device_id: str, gateway: str, reason: str, payload: bytes, at: datetime) -> None:
        kept = self._db.execute(
            insert(refused)
            .values(device_id=device_id, gateway=gateway, reason=reason[:64], payload=payload, at=at)
            .returning(refused.c.id)
        ).scalar_one()
        self._db.execute(delete(refused).where(refused.c.id <= kept - REFUSED_KEPT))

    # alerts

    def _one(self, query: Select[Any]) -> Alert | None:
        row = self._db.execute(query.with_for_update()).mappings().first()
        return to_alert(row) if row is not None else None

    def open_alert(self, device_id: str, event_type: str) -> Alert | None:
        return self._one(
            select(alerts).where(
                alerts.c.device_id == device_id, alerts.c.type == event_type, alerts.c.handling.not_in(_OVER)
            )
        )

    def last_alert(self, device_id: str, event_type: str) -> AlertId | None:
        return self._db.scalars(
            select(alerts.c.id)
            .where(alerts.c.device_id == device_id, alerts.c.type == event_type)
            .order_by(alerts.c.received_at.desc())
            .limit(1)
        ).first()

    def unended_alert(self, device_id: str, event_type: str) -> Alert | None:
        return self._one(
            select(alerts)
            .where(
                alerts.c.device_id == device_id,
                alerts.c.type == event_type,
                alerts.c.handling != str(Handling.CLOSED),
            )
            .order_by(alerts.c.received_at.desc())
            .limit(1)
        )

    def alert(self, alert_id: str) -> Alert | None:
        return self._one(select(alerts).where(alerts.c.id == alert_id))

    def due_alerts(self, now: datetime, limit: int) -> list[Alert]:
        rows = self._db.execute(
            select(alerts)
            .where(alerts.c.reaction_due_at <= now)
            .order_by(alerts.c.severity_rank, alerts.c.reaction_due_at)
            .limit(limit)
            .with_for_update(skip_locked=True)
        ).mappings()
        return [to_alert(row) for row in rows]

    def add_alert(self, alert: Alert) -> None:
        self._db.execute(insert(alerts).values(alert_row(alert)))

    def save_alert(self, alert: Alert) -> None:
        self._db.execute(update(alerts).where(alerts.c.id == alert.id).values(alert_row(alert)))

    def add_entries(self, alert_id: AlertId, entries: Sequence[Entry]) -> None:
        if entries:
            self._db.execute(insert(timeline), [entry_row(alert_id, entry) for entry in entries])

    def touch(self, alert_id: AlertId) -> None:
        self._touched[alert_id] = None

    # outbox

    def command(self, command_id: str) -> OutboxCommand | None:
        row = (
            self._db.execute(select(commands).where(commands.c.id == command_id).with_for_update())
            .mappings()
            .one_or_none()
        )
        return to_command(row) if row is not None else None

    def put_command(self, command: OutboxCommand) -> None:
        values = command_row(command)
        done = self._db.execute(update(commands).where(commands.c.id == command.id).values(values))
        if done.rowcount == 0:
            self._db.execute(insert(commands).values(values))

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

    def mark_done(self, actor_id: str, key: str, fingerprint: str, at: datetime) -> None:
        self._db.execute(insert(idempotency).values(actor=actor_id, key=key, fingerprint=fingerprint, at=at))

    # retention

    def forget_keys(self, before: datetime) -> None:
        self._db.execute(delete(idempotency).where(idempotency.c.at < before))

    def forget_changes(self, kept: int) -> None:
        newest = self._db.scalar(select(func.max(changes.c.id))) or 0
        self._db.execute(delete(changes).where(changes.c.id <= newest - kept))


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

    @contextmanager
    def begin(self) -> Iterator[AlarmTransaction]:
        with writing(self.engine) as connection:
            yield AlarmSql(connection, self.clock, is_sqlite(self.engine))

    def has_due(self, lane: Lane, now: datetime) -> bool:
        """Whether a claim would find anything; asked often, so it takes no writer's lock."""
        with self.engine.connect() as connection:
            return connection.execute(due(lane, now).with_only_columns(commands.c.id).limit(1)).first() is not None
