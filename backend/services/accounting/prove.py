"""Whether the statements are what was written and what the events say: the chain is walked, each day made again."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass, replace
from datetime import date, datetime, timedelta
from enum import StrEnum
from typing import Any, Final
from zoneinfo import ZoneInfo

import msgspec

from backend.domain.accounting.account import Account
from backend.domain.accounting.chain import GENESIS, Link, canonical, hash_of
from backend.services.accounting.ports import Clock, StatementReader
from backend.services.accounting.statement import (
    DISTRICT,
    SETTLED_AFTER,
    LineFigures,
    device_figures,
    district_figures,
    newest_settled,
    span_of,
)
from contract.times import parse_time

AT_ONCE: Final = 500
OVERDUE_AFTER: Final = timedelta(hours=2)
"""A day that is over for longer than this should be stated."""


class FaultKind(StrEnum):
    """What is wrong with a statement."""

    POSITION = "position"
    """A link is missing or out of its place."""
    LINK = "link"
    """It does not follow the one before it."""
    HASH = "hash"
    """What it says was changed after it was written."""
    COLUMNS = "columns"
    """Day or device beside it are not those that it was written for."""
    MISSING_DAY = "missing_day"
    MISSING_DEVICE = "missing_device"
    """A device had events on the day and has no statement."""
    UNKNOWN_DAY = "unknown_day"
    """A statement of a day before the first event, or that is not over."""
    UNKNOWN_DEVICE = "unknown_device"
    """A statement of a device that had no event on the day."""
    FIGURES = "figures"
    """The events of the day say something else."""


@dataclass(frozen=True, slots=True)
class Fault:
    """One of them, and where."""

    kind: FaultKind
    day: str
    device_id: str = ""
    position: int | None = None


@dataclass(frozen=True, slots=True)
class Proof:
    """What the proof came to. `tip`: the last hash; written down elsewhere, it proves that the end was not cut off."""

    faults: tuple[Fault, ...]
    links: int
    days: int
    tip: str


@dataclass(frozen=True, slots=True)
class Prove:
    """The use case; reads only."""

    reader: StatementReader
    clock: Clock
    zone: ZoneInfo

    def __call__(self, progress: Callable[[str], None] = lambda _: None) -> Proof:
        """`progress` hears of each day that is made again."""
        walked = _Walk()
        for stored in self._links():
            walked.step(stored)
        newest = newest_settled(self.clock.now() - OVERDUE_AFTER + SETTLED_AFTER, self.zone)
        faults = [*walked.faults, *self._days(newest, walked, progress)]
        return Proof(tuple(faults), walked.count, len(walked.days), walked.last.hash if walked.last else GENESIS)

    def _links(self) -> Iterator[Link]:
        after = 0
        while portion := self.reader.links(after, AT_ONCE):
            yield from portion
            after = portion[-1].position

    def _days(self, newest: date, walked: _Walk, progress: Callable[[str], None]) -> Iterator[Fault]:
        first = self.reader.first_event_at()
        settled = newest_settled(self.clock.now(), self.zone)
        # ISO days sort as days do; without an event no day is one that can be stated.
        day = first.astimezone(self.zone).date() if first is not None else date.max
        for one in sorted(walked.days):
            if not day.isoformat() <= one <= settled.isoformat():
                yield Fault(FaultKind.UNKNOWN_DAY, one)
        accounts: dict[str, Account] = {}
        while day <= settled:
            progress(day.isoformat())
            yield from self._day(day, accounts, whole=day <= newest)
            day += timedelta(days=1)

    def _day(self, day: date, accounts: dict[str, Account], whole: bool) -> Iterator[Fault]:
        """`whole`: the day must be complete; else it may be being stated just now."""
        name, span = day.isoformat(), span_of(day, self.zone)
        stored = {line.device_id: line for line in self.reader.lines(name)}
        ended = DISTRICT in stored
        if not stored and whole:
            yield Fault(FaultKind.MISSING_DAY, name)
        elif not ended and whole:
            yield Fault(FaultKind.MISSING_DEVICE, name, DISTRICT)
        seen: set[str] = set()
        lines: list[LineFigures] = []
        after = ""
        while devices := self.reader.devices(span.begin, span.end, after, AT_ONCE):
            after = devices[-1]
            seen.update(devices)
            until = {device: _until(stored.get(device), span.end) for device in devices}
            events = self.reader.events(devices, span.begin, span.end, until)
            for device in devices:
                made, figures = device_figures(accounts.get(device, Account()), events[device], until[device])
                accounts[device] = made.account
                lines.append(LineFigures(made.events, made.sos))
                line = stored.get(device)
                if line is None and (ended or whole) and stored:
                    yield Fault(FaultKind.MISSING_DEVICE, name, device)
                elif line is not None and not _says(line, figures):
                    yield Fault(FaultKind.FIGURES, name, device, line.position)
        for device in sorted(set(stored) - seen - {DISTRICT}):
            yield Fault(FaultKind.UNKNOWN_DEVICE, name, device, stored[device].position)
        if ended and not _says(stored[DISTRICT], district_figures(lines)):
            yield Fault(FaultKind.FIGURES, name, DISTRICT, stored[DISTRICT].position)


class _Walk:
    """The chain, link by link."""

    def __init__(self) -> None:
        self.faults: list[Fault] = []
        self.days: set[str] = set()
        self.last: Link | None = None
        self.count = 0

    def step(self, stored: Link) -> None:
        expected = self.last.position + 1 if self.last else 1
        previous = self.last.hash if self.last else GENESIS
        wrong = {
            FaultKind.POSITION: stored.position != expected,
            FaultKind.LINK: stored.previous_hash != previous,
            FaultKind.HASH: hash_of(stored.body, stored.previous_hash) != stored.hash,
            FaultKind.COLUMNS: not _is_for(stored),
        }
        self.faults += [
            Fault(kind, stored.day, stored.device_id, stored.position) for kind, is_wrong in wrong.items() if is_wrong
        ]
        if _is_day(stored.day):
            self.days.add(stored.day)
        self.last = stored
        self.count += 1


def _is_day(text: str) -> bool:
    try:
        return date.fromisoformat(text).isoformat() == text
    except ValueError:
        return False


def _body(stored: Link) -> dict[str, Any]:
    try:
        body = msgspec.json.decode(stored.body)
    except msgspec.MsgspecError:
        return {}
    return body if isinstance(body, dict) else {}


def _is_for(stored: Link) -> bool:
    body = _body(stored)
    return (body.get("position"), body.get("day"), body.get("device_id")) == (
        stored.position,
        stored.day,
        stored.device_id,
    )


def _until(stored: Link | None, fallback: datetime) -> datetime:
    text = _body(stored).get("until") if stored is not None else None
    moment = parse_time(text) if isinstance(text, str) else None
    return moment if moment is not None else fallback


def _says(stored: Link, figures: dict[str, Any]) -> bool:
    """Whether its body is what these figures make it."""
    as_made = canonical({**figures, "position": stored.position, "day": stored.day, "device_id": stored.device_id})
    return replace(stored, body=as_made) == stored
