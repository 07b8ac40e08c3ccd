"""Days that are over become statements: a few devices a transaction, so that no press waits for a whole district."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from typing import Any, Final
from zoneinfo import ZoneInfo

from backend.domain.accounting.account import Account
from backend.domain.accounting.chain import GENESIS, Link, link
from backend.services.accounting.ports import Clock, StatementReader, StatementStore
from backend.services.accounting.statement import (
    COMMITTED_AFTER,
    DISTRICT,
    LINE,
    Span,
    device_figures,
    district_figures,
    newest_settled,
    span_of,
)

AT_ONCE: Final = 200
"""Devices a transaction; about 20 ms on SQLite."""


@dataclass(frozen=True, slots=True)
class StateDays:
    """The use case; a tick of the worker. Any number of processes may run it, and it may die anywhere.

    The chain itself says how far it has got: its last link is a device of a day that goes on, or the district that ends
    one.
    """

    reader: StatementReader
    store: StatementStore
    clock: Clock
    zone: ZoneInfo

    def __call__(self) -> int:
        """One portion; how many links were added. 0: there is nothing to do, or another process was quicker."""
        now = self.clock.now()
        tip = self.reader.tip()
        day = self._day_after(tip)
        if day is None or day > newest_settled(now, self.zone):
            return 0
        done = tip.device_id if tip is not None and tip.day == day.isoformat() else ""
        until = (now - COMMITTED_AFTER).replace(microsecond=0)
        links = self._portion(tip, span_of(day, self.zone), done, until)
        with self.store.begin() as tx:
            if tx.tip() != tip:
                return 0
            tx.add(links)
            tx.commit()
        return len(links)

    def _day_after(self, tip: Link | None) -> date | None:
        if tip is not None:
            day = date.fromisoformat(tip.day)
            return day + timedelta(days=1) if tip.device_id == DISTRICT else day
        first = self.reader.first_event_at()
        return first.astimezone(self.zone).date() if first is not None else None

    def _portion(self, tip: Link | None, span: Span, done: str, until: datetime) -> list[Link]:
        devices = self.reader.devices(span.begin, span.end, done, AT_ONCE)
        added: list[Link] = []
        for device_id, figures in self._figures(devices, span, until):
            added.append(_next(added[-1] if added else tip, span, device_id, figures))
        if len(devices) < AT_ONCE:
            before = [line for line in self.reader.lines(span.day.isoformat()) if line.device_id != DISTRICT]
            figures = district_figures([LINE.decode(line.body) for line in (*before, *added)])
            added.append(_next(added[-1] if added else tip, span, DISTRICT, figures))
        return added

    def _figures(self, devices: Sequence[str], span: Span, until: datetime) -> list[tuple[str, dict[str, Any]]]:
        events = self.reader.events(devices, span.begin, span.end, dict.fromkeys(devices, until))
        accounts = self.reader.accounts(devices)
        return [
            (device_id, device_figures(accounts.get(device_id, Account()), events[device_id], until)[1])
            for device_id in devices
        ]


def _next(last: Link | None, span: Span, device_id: str, figures: dict[str, Any]) -> Link:
    position, previous = (last.position + 1, last.hash) if last is not None else (1, GENESIS)
    return link(position, span.day.isoformat(), device_id, figures, previous)
