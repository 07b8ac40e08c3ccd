"""When roll-ups are made again from here: after late points, erasures, and gaps in the contact with the server.

The server's own tasks make them while all goes well. A task that was missed is never run later.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from datetime import datetime, timedelta
from itertools import groupby
from typing import TYPE_CHECKING, Final

import structlog

from backend.adapters.telemetry.influx.address import Parameter
from backend.adapters.telemetry.influx.backlog import CONTACT, GAP_FROM, Backlog
from backend.adapters.telemetry.influx.horizons import Horizons
from backend.adapters.telemetry.influx.line import LATEST, TAG_DEVICE
from backend.adapters.telemetry.influx.queries import ROLL_UP_ALL, ROLL_UP_DEVICE
from backend.adapters.telemetry.influx.setup import Buckets
from backend.adapters.telemetry.units import HOUR, MINUTE, ceiling, floor, micros, moment
from contract.topics import is_device_id

if TYPE_CHECKING:
    from backend.adapters.telemetry.influx.server import InfluxServer

log = structlog.get_logger("backend.telemetry.influx")

GAP: Final = timedelta(minutes=2)
"""Longer without contact than this, and a task of the server may have been missed."""
LOOK_BACK: Final = timedelta(minutes=10)
"""What the last tasks before a gap may not have covered."""
CONTACT_EVERY: Final = timedelta(seconds=30)
TASKS_LOOK_BACK: Final = timedelta(hours=4)
"""No task of the server reads further back than this."""
TASK_ENDED: Final = timedelta(minutes=5)
"""A task that had begun before an erasure has ended by then."""
ROLL_UP_SECONDS: Final = 300.0
"""An hour of two thousand devices, each with five metrics twice a minute, took 16 s on two busy cores."""
HOURS_AT_ONCE: Final = 10
"""Stale hours of one step; between steps, what waits is sent first."""

StaleHour = tuple[str, int, int]


class Rollups:
    """Raises `ServerTrouble` and `TelemetryAway`. Everything may be done twice: the result is the same."""

    def __init__(self, backlog: Backlog, server: InfluxServer, buckets: Buckets) -> None:
        self._backlog = backlog
        self._server = server
        self._buckets = buckets
        self._contact: datetime | None = None

    def look_after(self, now: datetime) -> bool:
        """One step of what is due, the server being idle; whether there may be more."""
        if self._is_long_ago(now):
            self._server.bucket(self._buckets.raw)
            self.in_contact(now)
        self.look_after_erased(now)
        if self._make_up(now):
            return True
        return self.make_again(None, HOURS_AT_ONCE) == HOURS_AT_ONCE

    def in_contact(self, now: datetime) -> None:
        """The server has just done what it was asked: keep that, and first of all what was missed before it."""
        if not self._is_long_ago(now):
            return
        kept, marks = {CONTACT: micros(now)}, self._backlog.marks()
        before = marks.get(CONTACT)
        if before is not None and micros(now) - before > _micros_of(GAP):
            hour = floor(before - _micros_of(LOOK_BACK), HOUR)
            kept[GAP_FROM] = min(marks.get(GAP_FROM) or hour, hour)
            log.info("influx_rolls_up_again", since=moment(hour).isoformat(), until=now.isoformat())
        self._backlog.set_marks(kept)
        self._contact = now

    def _is_long_ago(self, now: datetime) -> bool:
        return self._contact is None or not timedelta(0) <= now - self._contact < CONTACT_EVERY

    def erased(self, device_id: str, start: int, stop: int, now: datetime) -> None:
        """The device's readings of the span are about to be erased."""
        # The hours at its ends are made again from what is left. Marked before, so that no crash leaves them out.
        self._backlog.mark_stale(device_id, {floor(start, HOUR), floor(stop - 1, HOUR)})
        first = max(floor(start, HOUR), floor(micros(now - TASKS_LOOK_BACK), HOUR))
        last = min(ceiling(stop, HOUR), ceiling(micros(now), HOUR))
        if first < last:
            self._backlog.remember_erased(device_id, first, last, micros(now + TASK_ENDED))

    def delete(self, device_id: str, start: int, stop: int) -> None:
        """Forget the roll-ups that the span touches."""
        for bucket, unit in ((self._buckets.minutes, MINUTE), (self._buckets.hours, HOUR)):
            last = min(ceiling(stop, unit), LATEST + 1) - 1
            self._server.delete(bucket, of_device(device_id), moment(floor(start, unit)), moment(last))

    def look_after_erased(self, now: datetime) -> None:
        """Erase again what the server's tasks wrote after an erasure; also while points wait, or it would never be."""
        for row, device_id, start, stop in self._backlog.erased(micros(now), micros(now + TASK_ENDED)):
            self.delete(device_id, start, stop)
            self._roll_up(ROLL_UP_DEVICE, {"_device": device_id}, start, stop)
            self._backlog.strike_out_erased(row)

    def _make_up(self, now: datetime) -> bool:
        """One hour of what the server's tasks missed while there was no contact; whether there is more of it."""
        hour = self._backlog.marks().get(GAP_FROM, 0)
        if not hour:
            return False
        self._roll_up(ROLL_UP_ALL, {}, hour, hour + HOUR)
        # A process that dies here goes on with this hour, or with the next.
        following = hour + HOUR if hour + HOUR < micros(now) else 0
        self._backlog.set_marks({GAP_FROM: following})
        return following != 0

    def make_again(self, device_id: str | None, limit: int) -> int:
        """Up to `limit` stale hours of one device or of all; says how many."""
        hours = self._backlog.stale_hours(device_id, limit)
        raw_from = Horizons.kept(self._backlog).raw
        for run in _runs(hours):
            # Where readings have expired, a roll-up made again would be of what is left of them.
            alive = [hour for hour in run if hour[1] >= raw_from]
            if alive:
                start, stop = alive[0][1], alive[-1][1] + HOUR
                self._roll_up(ROLL_UP_DEVICE, {"_device": run[0][0]}, start, stop)
            self._backlog.strike_out(run)
        return len(hours)

    def _roll_up(self, flux: str, more: dict[str, Parameter], start: int, stop: int) -> None:
        parameters: dict[str, Parameter] = {
            "_bucket": self._buckets.raw,
            "_minutes_bucket": self._buckets.minutes,
            "_hours_bucket": self._buckets.hours,
            "_start": moment(start),
            "_stop": moment(stop),
        }
        for _ in self._server.query(flux, parameters | more, ROLL_UP_SECONDS):
            pass  # counts; reading them to the end is what proves that all of it was done


def of_device(device_id: str) -> str:
    """What the delete call takes in the place of a query: an expression, so the id must be one that needs no escape."""
    if not is_device_id(device_id):
        raise ValueError("not a device id")
    return f'{TAG_DEVICE}="{device_id}"'


def _runs(hours: Sequence[StaleHour]) -> Iterator[list[StaleHour]]:
    """Hours of one device that follow one another; `hours` is by device and time."""
    places = enumerate(hours)
    for _, run in groupby(places, key=lambda place: (place[1][0], place[1][1] - place[0] * HOUR)):
        yield [hour for _, hour in run]


def _micros_of(span: timedelta) -> int:
    """A span in microseconds."""
    return span // timedelta(microseconds=1)
