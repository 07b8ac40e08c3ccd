"""A day's statement as it stands: from the chain, or worked out now where the day is not stated yet."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from datetime import date
from typing import Any, Final
from zoneinfo import ZoneInfo

import msgspec

from backend.domain.access.sight import WHOLE, Sight
from backend.domain.accounting.account import Account
from backend.domain.accounting.chain import Link
from backend.domain.accounting.day import Figures, total
from backend.services.accounting.ports import Clock, StatementReader
from backend.services.accounting.statement import DISTRICT, device_figures, span_of
from backend.services.accounting.views import Line, Statement, StatementState

AT_ONCE: Final = 500


@dataclass(frozen=True, slots=True)
class ReadStatement:
    """The use case; writes nothing."""

    reader: StatementReader
    clock: Clock
    zone: ZoneInfo

    def today(self) -> date:
        """By the clocks on the wall there."""
        return self.clock.now().astimezone(self.zone).date()

    def __call__(self, day: date, sight: Sight = WHOLE) -> Statement:
        """The statement of `day`, which is not after today: of what is seen, with its sum for the district's."""
        found = self._whole(day)
        if sight.whole:
            return found
        seen = self.reader.seen(sight)
        lines = [line for line in found.lines if line.device_id in seen]
        return Statement(found.day, found.state, _sum(lines), lines)

    def _whole(self, day: date) -> Statement:
        stored = self.reader.lines(day.isoformat())
        if stored and stored[0].device_id == DISTRICT:
            district, *lines = (_line(link) for link in stored)
            return Statement(day.isoformat(), StatementState.STATED, district, lines)
        lines = list(self._provisional(day))
        return Statement(day.isoformat(), StatementState.PROVISIONAL, _sum(lines), lines)

    def _provisional(self, day: date) -> Iterator[Line]:
        span, now, after = span_of(day, self.zone), self.clock.now(), ""
        while devices := self.reader.devices(span.begin, span.end, after, AT_ONCE):
            after = devices[-1]
            events = self.reader.events(devices, span.begin, span.end, dict.fromkeys(devices, now))
            accounts = self.reader.accounts(devices)
            for device_id in devices:
                made, _ = device_figures(accounts.get(device_id, Account()), events[device_id], now)
                yield Line(device_id, made.sos, made.events)


def _line(link: Link) -> Line:
    body: dict[str, Any] = msgspec.json.decode(link.body)
    return Line(link.device_id, Figures(**body["sos"]), Figures(**body["events"]), link.position, link.hash)


def _sum(lines: Iterable[Line]) -> Line:
    lines = list(lines)
    return Line(DISTRICT, total(line.sos for line in lines), total(line.events for line in lines))
