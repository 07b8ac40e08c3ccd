"""Which reading of a device is its latest: kept here on disk, filled once from the server, found again after erasures.

InfluxDB orders by the device's clock alone. Which is the latest depends on the time of receipt too
(`DeviceReading.rank`), so `last()` does not answer it where a clock ran ahead.
"""

from __future__ import annotations

from datetime import datetime, timedelta
from typing import Final

from backend.adapters.telemetry.influx.address import Parameter
from backend.adapters.telemetry.influx.backlog import FILLED, Backlog, Values
from backend.adapters.telemetry.influx.horizons import Horizons
from backend.adapters.telemetry.influx.line import EARLIEST, LATEST
from backend.adapters.telemetry.influx.points import points, rank
from backend.adapters.telemetry.influx.queries import NEWEST
from backend.adapters.telemetry.influx.reader import Reader
from backend.adapters.telemetry.influx.spans import as_parameters
from backend.adapters.telemetry.units import micros

_LOOK_BACK: Final = (timedelta(days=1), timedelta(days=30))
"""How far back is looked for what a device has left, before all of it is read."""

FILL_SECONDS: Final = 300.0
"""Ten thousand series took up to 3 s on two shared cores."""


class Latest:
    """Raises `ServerTrouble` and `TelemetryAway`."""

    def __init__(self, backlog: Backlog, reader: Reader) -> None:
        self._backlog = backlog
        self._reader = reader
        self._filled = False

    def fill(self, now: datetime) -> None:
        """Once in the life of a backlog: what an older one knew. Readings ahead of `now` are left out."""
        if self._filled or FILLED in self._backlog.marks():
            self._filled = True
            return
        span = (min(self._begin(), micros(now) - 1), micros(now))
        parameters: dict[str, Parameter] = {"_bucket": self._reader.buckets.raw, **as_parameters(span)}
        self._backlog.fill_latest(points(self._reader.server.query(NEWEST, parameters, FILL_SECONDS)))

    def left(self, device_id: str, now: datetime) -> list[Values]:
        """The latest of each metric of the device by what the server has now."""
        begin = self._begin()
        wanted = set(self._reader.first_times(device_id, (begin, LATEST)))
        best: dict[str, Values] = {}
        for start in (*(max(begin, micros(now - back)) for back in _LOOK_BACK), begin):
            if wanted == best.keys():
                break
            newest: dict[str, Values] = {}
            for point in self._reader.device_points(device_id, (start, LATEST)):
                if point[1] not in newest or rank(point) > rank(newest[point[1]]):
                    newest[point[1]] = point
            # What lies before `start` has a rank before it too: nothing there beats what is after it.
            best.update(
                (metric, point) for metric, point in newest.items() if rank(point)[0] >= start or start == begin
            )
        return list(best.values())

    def _begin(self) -> int:
        return max(EARLIEST, Horizons.kept(self._backlog).raw)
