"""The telemetry store on InfluxDB 2.x: readings are safe on this host's disk first, and go on as soon as it takes them.

What is asked for waits a moment for what is on its way, so that a caller finds what it has written while all goes well.
"""

from __future__ import annotations

from collections.abc import Callable, Collection, Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import timedelta
from pathlib import Path
from typing import Final

from backend.adapters.telemetry.influx.address import Address
from backend.adapters.telemetry.influx.backlog import EXPIRED, QUARANTINED, Backlog
from backend.adapters.telemetry.influx.drain import Drain
from backend.adapters.telemetry.influx.horizons import Horizons, Retaining
from backend.adapters.telemetry.influx.latest import Latest
from backend.adapters.telemetry.influx.points import reading
from backend.adapters.telemetry.influx.reader import ByMetric, Named, Reader
from backend.adapters.telemetry.influx.rollups import Rollups, of_device
from backend.adapters.telemetry.influx.setup import Buckets, Setup
from backend.adapters.telemetry.influx.spans import clipped
from backend.adapters.telemetry.influx.trouble import ServerTrouble
from backend.adapters.telemetry.influx.turn import Turn
from backend.adapters.telemetry.units import HOUR, MINUTE, ceiling, floor, micros, moment
from backend.services.telemetry.ports import Clock, DeviceReading, StoreHealth, TelemetryAway, Window
from backend.services.telemetry.retention import Retention

CATCH_UP_SECONDS: Final = 1.0
"""How long a question waits for what is on its way."""
HIGH_WATER: Final = 50_000
"""Points that wait while InfluxDB takes them: a writer faster than it is slowed down from here on..."""
SLOW_DOWN_SECONDS: Final = 1.0
"""...by so much a call. It is never refused before the backlog's bound."""
ERASE_SECONDS: Final = 30.0
"""How long an erasure waits for a batch under way."""
EXPORT_SECONDS: Final = 30.0
"""How long an export waits for what is on its way, before it says that it would not be whole."""
HEALTH_SECONDS: Final = 2.0
"""A server that takes longer is not well, and whoever asks for its health has more to look after."""
PAGE: Final = 20_000
STOP_SECONDS: Final = 3.0
HOURS_AT_ONCE: Final = 10_000
SETTLED: Final = {MINUTE: timedelta(minutes=10), HOUR: timedelta(hours=3)}
"""Windows younger than this are read from the points: the server's task for them may still be due."""


@dataclass(frozen=True, slots=True)
class InfluxOptions:
    """Where InfluxDB is, what its buckets are called, how long they keep, and where readings wait for it."""

    address: Address
    backlog_path: Path
    bucket_prefix: str = "care"
    backlog_max_bytes: int = 2_000_000_000
    retention: Retention = field(default_factory=Retention)


@dataclass(frozen=True, slots=True)
class InfluxFigures:
    """For metrics: points that wait, and since when; what was refused or came too old; why nothing flows."""

    waiting: int
    oldest_seconds: float
    quarantined: int
    expired: int
    trouble: str | None


class InfluxTelemetryStore:
    """`TelemetryStore` on InfluxDB. Several processes of a host share its backlog. `start` it, and `stop` it."""

    def __init__(self, options: InfluxOptions, clock: Clock, monotonic: Callable[[], float]) -> None:
        from backend.adapters.telemetry.influx.server import InfluxServer  # heavy: see there

        self._clock = clock
        self._monotonic = monotonic
        self._buckets = Buckets.of(options.bucket_prefix)
        self._server = InfluxServer(options.address, clock.now)
        self._backlog = Backlog(options.backlog_path, options.backlog_max_bytes)
        self._reader = Reader(self._server, self._buckets)
        self._latest = Latest(self._backlog, self._reader)
        self._rollups = Rollups(self._backlog, self._server, self._buckets)
        self._turn = Turn(options.backlog_path, monotonic)
        self._retaining = Retaining(self._backlog, options.retention, monotonic)
        setup = Setup(self._server, self._buckets, options.retention)
        self._drain = Drain(
            self._backlog, self._server, setup, self._rollups, self._latest, self._turn, clock.now, monotonic
        )

    def start(self) -> None:
        """Begin to send what waits, also from before a restart."""
        self._drain.start()

    def stop(self) -> None:
        """Let go of the server; what waits stays on disk. Within 3 s."""
        self._drain.stop(STOP_SECONDS)
        self._server.close()
        self._backlog.close()

    def write(self, readings: Sequence[DeviceReading]) -> None:
        """All or nothing; durable on disk when it returns."""
        if not readings:
            return
        self._backlog.append(
            [
                (entry.device_id, entry.metric, round(entry.at * 1e6), float(entry.value), micros(entry.received_at))
                for entry in readings
            ]
        )
        self._drain.nudge()
        if self._backlog.pending()[0] > HIGH_WATER:
            self._drain.wait_until_sent(SLOW_DOWN_SECONDS)

    def range(self, device_id: str, metric: str, start: float, end: float, limit: int) -> list[DeviceReading]:
        """The oldest `limit` readings in `start` <= at < `end`, in order of time."""
        with self._asking():
            first, last = clipped(start, end)
            first = max(first, Horizons.kept(self._backlog).raw)
            if first >= last or limit <= 0:
                return []
            return [reading(point) for point in self._reader.points(device_id, metric, (first, last), limit)]

    def windows(self, device_id: str, metric: str, start: float, end: float, seconds: int) -> list[Window]:
        """Old windows from roll-ups at least as fine as asked, young ones and odd widths from the points."""
        return self._windows((device_id, metric), start, end, seconds * 1_000_000).get(metric, [])

    def device_windows(self, device_id: str, start: float, end: float, seconds: int) -> ByMetric:
        """The same of all metrics in one question: each costs the server 2 ms before it has read anything."""
        return self._windows((device_id, None), start, end, seconds * 1_000_000)

    def _windows(self, series: Named, start: float, end: float, width: int) -> ByMetric:
        with self._asking():
            horizons = Horizons.kept(self._backlog)
            first, last = clipped(start, end)
            first, last = floor(first, width), ceiling(last, width)
            found: ByMetric = {}
            tier = next((unit for unit in (HOUR, MINUTE) if width % unit == 0), None)
            if tier is not None and self._are_right(series[0]):
                cut = min(last, floor(micros(self._clock.now() - SETTLED[tier]), width))
                found = self._rolled(tier, series, (first, cut), width, horizons)
                first = max(first, cut)
            first = max(first, ceiling(horizons.raw, width))
            if first < last:
                for metric, young in self._reader.raw_windows(series, (first, last), width).items():
                    found.setdefault(metric, []).extend(young)
            return found

    def _are_right(self, device_id: str) -> bool:
        """Whether the device's roll-ups say what its points say, once what is stale is made again."""
        if not self._backlog.stale_hours(device_id, 1):
            return True
        # In turn: a roll-up that ran beside an erasure could write what was just erased.
        with self._turn.taken(CATCH_UP_SECONDS) as mine:
            while mine and self._rollups.make_again(device_id, HOURS_AT_ONCE) == HOURS_AT_ONCE:
                pass  # a year of late points, ten thousand hours at a time
        return mine

    def _rolled(self, tier: int, series: Named, span: tuple[int, int], width: int, horizons: Horizons) -> ByMetric:
        bucket, kept_from = (
            (self._buckets.hours, horizons.hours) if tier == HOUR else (self._buckets.minutes, horizons.minutes)
        )
        first, last = max(span[0], ceiling(kept_from, width)), span[1]
        return self._reader.rolled_windows(bucket, series, (first, last), width) if first < last else {}

    def latest(self, device_id: str) -> list[DeviceReading]:
        """The newest reading of each metric, by metric. Also while InfluxDB is away."""
        return self.latest_many((device_id,)).get(device_id, [])

    def latest_many(self, device_ids: Collection[str]) -> Mapping[str, list[DeviceReading]]:
        """The newest readings of many devices. Also while InfluxDB is away."""
        found = self._backlog.latest(device_ids)
        return {device_id: [reading(point) for point in points] for device_id, points in found.items()}

    def delete(self, device_id: str, start: float, end: float) -> int:
        """Forget at the server first: while it is away nothing is forgotten, and the caller knows."""
        predicate, now = of_device(device_id), self._clock.now()
        with self._asking(), self._turn.taken(ERASE_SECONDS) as mine:
            first, last = clipped(start, end)
            if first >= last:
                return 0
            if not mine:
                raise TelemetryAway("a batch is under way to InfluxDB")
            gone = self._reader.count(device_id, (first, last))
            self._rollups.erased(device_id, first, last, now)
            self._server.delete(self._buckets.raw, predicate, moment(first), moment(last - 1))
            self._rollups.delete(device_id, first, last)
            return gone + self._backlog.forget(device_id, first, last, self._latest.left(device_id, now))

    def export(self, device_id: str) -> Iterator[DeviceReading]:
        """All that the device measured, by metric and time, a page at a time; never less than was taken in."""
        if not self._drain.wait_until_sent(EXPORT_SECONDS):
            raise TelemetryAway("readings wait for InfluxDB")
        with self._asking():
            span = clipped(Horizons.kept(self._backlog).raw / 1e6, float("inf"))
            first_times = self._reader.first_times(device_id, span)
            for metric, first in sorted(first_times.items()):
                page = self._reader.points(device_id, metric, (first, span[1]), PAGE)
                while page:
                    yield from map(reading, page)
                    last = page[-1][2]
                    page = (
                        self._reader.points(device_id, metric, (last + 1, span[1]), PAGE) if len(page) == PAGE else []
                    )

    def retain(self, now: float) -> None:
        """Show nothing older from now on; the server forgets it by its buckets' retention, whole shards at a time."""
        self._retaining(moment(round(now * 1e6)))

    def health(self) -> StoreHealth:
        """Whether the server answers us, and how long that takes; never raises."""
        started = self._monotonic()
        try:
            self._server.bucket(self._buckets.raw, HEALTH_SECONDS)
            waiting, _ = self._backlog.pending()
        except (ServerTrouble, TelemetryAway) as error:
            return StoreHealth(False, (self._monotonic() - started) * 1000, str(error)[:200])
        taken = (self._monotonic() - started) * 1000
        trouble = self._drain.trouble
        return StoreHealth(trouble is None, taken, f"{trouble}: {waiting} points wait" if trouble else "")

    def figures(self) -> InfluxFigures:
        """How the backlog stands. Raises `TelemetryAway`."""
        waiting, oldest = self._backlog.pending()
        marks = self._backlog.marks()
        age = 0.0 if oldest is None else max(0.0, (micros(self._clock.now()) - oldest) / 1e6)
        return InfluxFigures(waiting, age, marks.get(QUARANTINED, 0), marks.get(EXPIRED, 0), self._drain.trouble)

    @contextmanager
    def _asking(self) -> Iterator[None]:
        self._drain.wait_until_sent(CATCH_UP_SECONDS)
        try:
            yield
        except ServerTrouble as trouble:
            raise TelemetryAway(str(trouble)) from trouble
        except OSError as error:
            raise TelemetryAway(f"{type(error).__name__}: {error}") from error
