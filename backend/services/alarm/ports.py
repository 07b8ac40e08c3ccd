"""What the alarm use cases need of storage: one transaction that is all or nothing."""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from contextlib import AbstractContextManager
from dataclasses import dataclass
from datetime import datetime, timedelta
from enum import StrEnum
from typing import Any, Protocol

from backend.domain.alert.model import Actor, Alert, AlertId, Entry
from backend.domain.alert.testing import TestWindow
from backend.services.alarm.press_records import PressRecords
from contract.vocabulary import Flag, Lane


class Clock(Protocol):
    """Time, as an argument."""

    def now(self) -> datetime: ...


@dataclass(frozen=True, slots=True)
class KnownDevice:
    """A registry row as the emergency lane needs it. `hearing`: of each resident of its home.

    `organisation_id`: the centre that takes care of the home: its own, by catchment, or its village's town.
    `test_window`: a technician's latest; whether a press falls into it is decided at the press.
    """

    id: str
    state: str
    home_id: str | None
    room: str | None
    hearing: tuple[str, ...] = ()
    organisation_id: str | None = None
    test_window: TestWindow | None = None


@dataclass(frozen=True, slots=True)
class StoredEvent:
    """An event that is in the database. `variant` tells events apart that reuse an id; `readable` False: bytes."""

    id: int
    variant: str
    readable: bool
    alert_id: AlertId | None
    type: str
    gateway: str
    received_at: datetime


@dataclass(frozen=True, slots=True)
class NewEvent:
    """An event to be stored: what was sent, when it came, and what it led to."""

    device_id: str
    event_id: str
    variant: str
    readable: bool
    type: str
    device_time: datetime | None
    received_at: datetime
    stored_at: datetime
    retained: bool
    gateway: str
    payload: bytes
    flags: tuple[Flag, ...]
    alert_id: AlertId | None
    seq: int | None = None
    boot: int | None = None
    sos_seq: int | None = None
    reason: str | None = None


class CommandState(StrEnum):
    """How far a command has got."""

    PENDING = "pending"
    SENT = "sent"
    DONE = "done"
    FAILED = "failed"
    REJECTED = "rejected"
    EXPIRED = "expired"
    SUPERSEDED = "superseded"


OPEN_STATES = frozenset({CommandState.PENDING, CommandState.SENT})
"""A command in one of these is sent again until its result or its expiry."""


@dataclass(frozen=True, slots=True)
class OutboxCommand:
    """A row of the outbox. `due_at`: when it may be handed to a gateway (again); `lease` fences its outcome.

    `expires_at` is by our clock; `clock_ahead` is added to it on the wire, for a device whose clock is wrong.
    """

    id: str
    device_id: str
    command: str
    args: Mapping[str, Any]
    lane: Lane
    created_at: datetime
    expires_at: datetime
    due_at: datetime
    alert_id: AlertId | None = None
    stage: str | None = None
    event_id: str | None = None
    state: CommandState = CommandState.PENDING
    attempts: int = 0
    lease: str | None = None
    leased_at: datetime | None = None
    leased_by: str | None = None
    sent_at: datetime | None = None
    result_at: datetime | None = None
    detail: str | None = None
    clock_ahead: timedelta = timedelta(0)


@dataclass(frozen=True, slots=True)
class MarkedStep:
    """What somebody has said of a step of the script. `state`: `done` or `impossible`, then with a `reason`."""

    step: str
    state: str
    reason: str | None
    actor: Actor
    at: datetime


class AlarmTransaction(PressRecords, Protocol):
    """One transaction. Nothing is kept unless `commit` returned."""

    def commit(self) -> None: ...
    def savepoint(self) -> AbstractContextManager[None]:
        """What happens inside is undone alone when it raises."""
        ...

    def is_storage_fault(self, error: Exception) -> bool:
        """Whether storage is away, locked or full, rather than something in an item that breaks it or us."""
        ...

    # registry
    def lock_device(self, device_id: str) -> None:
        """Until the end of the transaction no other one takes in events of this device."""
        ...

    def device(self, device_id: str) -> KnownDevice | None: ...

    # events
    def events(self, device_id: str, event_id: str) -> list[StoredEvent]: ...
    def add_event(self, event: NewEvent) -> None: ...
    def count_copy(self, stored_id: int, received_at: datetime, at: datetime) -> None:
        """One more copy; the earliest receipt is kept."""
        ...

    def keep_refused(self, device_id: str, gateway: str, reason: str, payload: bytes, at: datetime) -> None:
        """For inspection, within bounds: the oldest go first."""
        ...

    # alerts
    def open_alert(self, device_id: str, event_type: str) -> Alert | None:
        """The alert of this kind on which another press counts, locked."""
        ...

    def last_alert(self, device_id: str, event_type: str) -> AlertId | None: ...
    def unended_alert(self, device_id: str, event_type: str) -> Alert | None:
        """The newest alert of this kind that is not closed, locked."""
        ...

    def alert(self, alert_id: str) -> Alert | None:
        """Locked until the end of the transaction."""
        ...

    def free_alert(self, alert_id: str) -> Alert | None:
        """As `alert`; None where another transaction holds it."""
        ...

    def add_alert(self, alert: Alert) -> None: ...
    def save_alert(self, alert: Alert) -> None: ...
    def add_entries(self, alert_id: AlertId, entries: Sequence[Entry]) -> None: ...
    def touch(self, alert_id: AlertId) -> None:
        """The change log gets a row for this alert, in commit order."""
        ...

    # escalation: the run of an alert decides what is done next, and looks again when it is woken
    def begin_run(self, alert_id: AlertId, began_at: datetime, now: datetime) -> None:
        """A new alert gets its run, due at once, with the book of policies that is in force now."""
        ...

    def wake_run(self, alert_id: AlertId, now: datetime) -> None:
        """Something has changed that the run should look at: it is due now. Nothing where it has ended."""
        ...

    def hold_run(self, alert_id: AlertId, until: datetime) -> None:
        """A person asks for a moment: no further step before `until`, nor than the budget of all who ask together."""
        ...

    # script and calls
    def script_marks(self, alert_id: str) -> Sequence[MarkedStep]: ...
    def put_script_marks(self, alert_id: str, marks: Sequence[MarkedStep]) -> None: ...

    # outbox
    def command(self, command_id: str) -> OutboxCommand | None:
        """Locked until the end of the transaction."""
        ...

    def devices_of(self, command_ids: Sequence[str]) -> Mapping[str, str]:
        """Device by command id, without a lock; unknown ones are left out."""
        ...

    def put_command(self, command: OutboxCommand) -> None:
        """Adds it, or replaces the row of the same id."""
        ...

    def open_answers(self, device_id: str, alert_id: AlertId) -> list[OutboxCommand]: ...
    def due_commands(self, lane: Lane, now: datetime, limit: int) -> list[OutboxCommand]:
        """Locked; those that another transaction holds are left out. Oldest due first."""
        ...

    def expired_commands(self, now: datetime, limit: int) -> list[OutboxCommand]: ...

    # idempotency
    def done_before(self, actor_id: str, key: str) -> str | None:
        """The fingerprint of the request that this key was used for."""
        ...

    def mark_done(self, actor_id: str, key: str, fingerprint: str, at: datetime) -> bool:
        """False where another transaction was quicker with the same key: then nothing may be kept."""
        ...

    # retention
    def forget_keys(self, before: datetime) -> None: ...
    def forget_changes(self, kept: int) -> None:
        """All but about the newest `kept` rows of the change log."""
        ...


class AlarmStore(Protocol):
    """Opens transactions."""

    def begin(self) -> AbstractContextManager[AlarmTransaction]: ...
    def due_alerts(self, now: datetime, limit: int, but: Collection[str]) -> Sequence[str]:
        """Ids of alerts whose `reaction_due_at`, `lease_due_at` or `test_due_at` is past, and of tests whose clock was
        set back, the most severe first; without a lock. `but`: not these."""
        ...


class Ids(Protocol):
    """Where new ids and lease tokens come from."""

    def new(self) -> str: ...
