"""Stand-ins for what the gateway's core talks to: broker, backend, disk, inspection, figures. In memory, and honest."""

from __future__ import annotations

from collections import Counter, deque
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from datetime import datetime

import msgspec

from contract.ingest import OutboundCommand
from gateway.core.dedup import fingerprint
from gateway.core.ports import (
    Answer,
    Delivery,
    Item,
    Kind,
    Refused,
    Reply,
    Spooled,
    SpoolFigures,
    SpoolUnavailable,
)


@dataclass
class Published:
    """One publish; `done` is for the test to call."""

    topic: str
    payload: bytes
    expiry_seconds: int
    done: Callable[[str | None], None]


class FakeBroker:
    """Delivers what is unacknowledged again after `reconnect`; acknowledges only within the generation."""

    def __init__(self) -> None:
        self.generation = 1
        self.unacknowledged: dict[int, Delivery] = {}
        self.acknowledged: list[Delivery] = []
        self.published: list[Published] = []
        self.on_acknowledge: Callable[[Delivery], None] = lambda _delivery: None
        self._mid = 0

    def deliver(self, topic: str, payload: bytes, received_at: datetime, qos: int = 1) -> Delivery:
        self._mid += 1
        delivery = Delivery(topic, payload, qos, False, self._mid, self.generation, received_at)
        self.unacknowledged[self._mid] = delivery
        return delivery

    def reconnect(self) -> list[Delivery]:
        """A new connection: message numbers start again, and mean other messages than before."""
        waiting = list(self.unacknowledged.values())
        self.generation += 1
        self._mid = 0
        self.unacknowledged = {}
        return [self.deliver(one.topic, one.payload, one.received_at, one.qos) for one in waiting]

    def acknowledge(self, deliveries: Sequence[Delivery]) -> None:
        for delivery in deliveries:
            self.on_acknowledge(delivery)
            self.acknowledged.append(delivery)
            if delivery.generation == self.generation:
                self.unacknowledged.pop(delivery.mid, None)

    def publish(self, topic: str, payload: bytes, expiry_seconds: int, done: Callable[[str | None], None]) -> None:
        self.published.append(Published(topic, payload, expiry_seconds, done))


@dataclass
class FakeUplink:
    """Answers by `script`, then by `judge`; stores what it answers STORED for."""

    script: deque[Answer] = field(default_factory=deque)
    judge: Callable[[Sequence[Item]], Answer] = lambda _items: Answer.STORED
    commands: list[OutboundCommand] = field(default_factory=list)
    stored: list[Item] = field(default_factory=list)
    posts: list[list[Item]] = field(default_factory=list)

    def post(self, kind: Kind, items: Sequence[Item]) -> Reply:
        assert items
        assert all(item.kind is kind for item in items)
        self.posts.append(list(items))
        answer = self.script.popleft() if self.script else self.judge(items)
        if answer is not Answer.STORED:
            return Reply(answer, "scripted")
        self.stored += items
        commands, self.commands = self.commands, []
        return Reply(answer, commands=commands)


class FakeSpool:
    """A spool in memory with the same rules as the real one."""

    def __init__(self, max_rows: int = 1000, max_bytes: int = 10_000_000) -> None:
        self.unavailable = False
        """It cannot even be read."""
        self.full = False
        """It cannot be written."""
        self._settled: set[int] = set()
        self._max_rows = max_rows
        self._max_bytes = max_bytes
        self._rows: dict[int, tuple[Spooled, datetime | None, bytes | None]] = {}
        self._next = 1

    def append(self, items: Sequence[Item]) -> None:
        self._look()
        if self.full:
            raise SpoolUnavailable("full")
        fresh = dict(self._rows)
        number = self._next
        for item in items:
            key = fingerprint(item)
            copies = [known for known, (_, _, other) in fresh.items() if key is not None and key == other]
            if copies:
                self._settled -= set(copies)
                continue
            fresh[number] = (Spooled(number, item, 0), None, key)
            number += 1
        size = sum(len(entry.item.payload) for entry, _, _ in fresh.values())
        if len(fresh) > self._max_rows or size > self._max_bytes:
            raise SpoolUnavailable("full")
        self._rows, self._next = fresh, number

    def device_waits(self, kind: Kind, device_id: str) -> bool:
        self._look()
        waiting = [entry for entry, _, _ in self._rows.values() if entry.id not in self._settled]
        return any(entry.item.kind is kind and entry.item.device_id == device_id for entry in waiting)

    def waiting(self, kind: Kind, now: datetime, limit: int) -> list[Spooled]:
        self._look()
        due = [
            entry
            for entry, until, _ in self._rows.values()
            if entry.id not in self._settled and entry.item.kind is kind and (until is None or until <= now)
        ]
        return sorted(due, key=lambda entry: (entry.item.rank, entry.id))[:limit]

    def settle(self, ids: Sequence[int]) -> None:
        self._look()
        self._settled |= set(ids)
        if not self.full:
            for one in self._settled:
                self._rows.pop(one, None)
            self._settled = set()

    def defer(self, entry: Spooled, until: datetime, reason: str | None = None) -> None:
        self._look()
        if self.full:
            raise SpoolUnavailable("full")
        item = msgspec.structs.replace(entry.item, reason=reason or entry.item.reason)
        self._rows[entry.id] = (Spooled(entry.id, item, entry.attempts + 1), until, self._rows[entry.id][2])

    def figures(self) -> SpoolFigures:
        self._look()
        rows = list(self._rows.values())
        return SpoolFigures(
            len(rows),
            sum(len(entry.item.payload) for entry, _, _ in rows),
            sum(until is not None for _, until, _ in rows),
            rows[0][0].item.received_at if rows else None,
        )

    def _look(self) -> None:
        if self.unavailable:
            raise SpoolUnavailable("told so")


class FakeInspection:
    """Keeps everything."""

    def __init__(self) -> None:
        self.kept: list[Refused] = []

    def keep(self, refused: Sequence[Refused]) -> None:
        self.kept += refused


class FakeCounters:
    """Counts by name and label."""

    def __init__(self) -> None:
        self.counted: Counter[tuple[str, str]] = Counter()

    def count(self, name: str, label: str = "", amount: int = 1) -> None:
        self.counted[name, label] += amount
