"""Which shapes pass through the core, and which ports do the IO for it.

Those of which there is one per message are msgspec's: made in a tenth of the time of a frozen dataclass.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum
from typing import Protocol

import msgspec

from contract.ingest import CommandOutcome, HealthReport, OutboundCommand, Outcome


class Kind(StrEnum):
    """What a message is: the last level of its topic."""

    EVENT = "event"
    TELEMETRY = "telemetry"
    STATUS = "status"
    RESULT = "result"


class Delivery(msgspec.Struct, frozen=True, gc=False):
    """One MQTT message as received. `mid` may be acknowledged only within connection `generation`."""

    topic: str
    payload: bytes
    qos: int
    retained: bool
    mid: int
    generation: int
    received_at: datetime


class Item(msgspec.Struct, frozen=True, gc=False):
    """What is handed to the backend. `reason` set: it could not be read and goes as bytes. `rank` 0 goes first.

    `clears`: an event that ends what an earlier one of the same device reported.
    """

    kind: Kind
    device_id: str
    received_at: str
    retained: bool
    payload: bytes
    rank: int = 0
    reason: str | None = None
    clears: bool = False


@dataclass(frozen=True, slots=True)
class Refused:
    """What is not handed over but kept for inspection."""

    topic: str
    payload: bytes
    reason: str
    received_at: str


class Answer(StrEnum):
    """What the backend did with a request."""

    STORED = "stored"  # 2xx: durable there
    REFUSED = "refused"  # 4xx about the content
    FAILED = "failed"  # 5xx: its own fault, or an item that breaks it
    SILENT = "silent"  # taken, but not answered within the deadline
    AWAY = "away"  # not reached, not ready, or it does not know us


@dataclass(frozen=True, slots=True)
class Reply:
    """An answer with why, and what it carried."""

    answer: Answer
    detail: str = ""
    outcomes: Sequence[Outcome] = ()
    commands: Sequence[OutboundCommand] = ()


@dataclass(frozen=True, slots=True)
class Spooled:
    """An item that waits on disk."""

    id: int
    item: Item
    attempts: int


@dataclass(frozen=True, slots=True)
class SpoolFigures:
    """How much waits on disk. `oldest_at`: RFC 3339, None when nothing waits."""

    rows: int = 0
    bytes: int = 0
    held: int = 0
    oldest_at: str | None = None


class SpoolUnavailable(Exception):  # noqa: N818 - the state of a disk, not an error of ours
    """The spool is full or cannot be written: nothing of the batch is durable."""


class Clock(Protocol):
    """Time, as an argument."""

    def now(self) -> datetime: ...
    def monotonic(self) -> float: ...


class Broker(Protocol):
    """The connection to MQTT, as the core needs it. Both calls return at once.

    `acknowledge` does nothing for deliveries of an earlier connection. `done` is called once, with None when the broker
    has acknowledged, else with why not.
    """

    def acknowledge(self, deliveries: Sequence[Delivery]) -> None: ...
    def publish(self, topic: str, payload: bytes, expiry_seconds: int, done: Callable[[str | None], None]) -> None: ...


class Uplink(Protocol):
    """The backend's ingest API. Nothing raises: every trouble is a `Reply`."""

    def post(self, kind: Kind, items: Sequence[Item]) -> Reply: ...


class CommandUplink(Protocol):
    """The backend's outbox, as a gateway lane sees it."""

    def claim(self, lane: str, limit: int, wait_seconds: float) -> Reply: ...
    def report(self, outcomes: Sequence[CommandOutcome], seconds: float) -> Reply: ...


class HealthUplink(Protocol):
    """Where health is reported."""

    def health(self, report: HealthReport) -> Reply: ...


class Spool(Protocol):
    """Items on disk. What `append` has returned for survives kill -9. Every call may raise `SpoolUnavailable`.

    `settle` needs no room: `waiting` gives those items no more, though their rows may go with a later call.

    `append` keeps all of them or none; an event of which a byte-identical copy waits already is kept once.
    `waiting` gives what is due, the lowest rank first, then the oldest. `defer` with a `reason`: it goes as bytes then.
    """

    def append(self, items: Sequence[Item]) -> None: ...
    def device_waits(self, kind: Kind, device_id: str) -> bool: ...
    def waiting(self, kind: Kind, now: datetime, limit: int) -> list[Spooled]: ...
    def settle(self, ids: Sequence[int]) -> None: ...
    def defer(self, entry: Spooled, until: datetime, reason: str | None = None) -> None: ...
    def figures(self) -> SpoolFigures: ...


class Inspection(Protocol):
    """Refused messages, kept for inspection within bounds."""

    def keep(self, refused: Sequence[Refused]) -> None: ...


class Counters(Protocol):
    """Figures that only rise."""

    def count(self, name: str, label: str = "", amount: int = 1) -> None: ...


class Codec(Protocol):
    """How deliveries of one ecosystem become items. Never raises."""

    def read(self, delivery: Delivery) -> Item | Refused: ...
