"""By which time readings are forgotten in the file: the host's clock, as far as it is believed."""

from __future__ import annotations

from collections.abc import Callable
from typing import Final

import structlog

from backend.adapters.telemetry.believed_clock import JUMP, believed
from backend.adapters.telemetry.database import TelemetryDatabase
from backend.adapters.telemetry.forgetting import forget_expired
from backend.adapters.telemetry.rollups import take_back
from backend.adapters.telemetry.units import HOUR, bound, floor
from backend.services.telemetry.retention import Retention

_SECOND: Final = 1_000_000
log = structlog.get_logger("backend.telemetry")


class Retaining:
    """Forgets what is older than its retention; one jump of the clock hides and deletes nothing."""

    def __init__(self, database: TelemetryDatabase, retention: Retention, monotonic: Callable[[], float]) -> None:
        self._database = database
        self._kept = (retention.raw, retention.minutes, retention.hours)
        self._monotonic = monotonic
        self._last = monotonic()
        self._ahead_since: float | None = None

    def __call__(self, now: float) -> None:
        """`now`: epoch seconds, by the host's clock. Raises `TelemetryAway`."""
        known, clock, moment = self._known(), bound(now), self._monotonic()
        passed, self._last = round((moment - self._last) * _SECOND), moment
        self._note_jump(known, clock, passed, moment)
        stood = 0 if self._ahead_since is None else round((moment - self._ahead_since) * _SECOND)
        by = believed(known, clock, passed, stood)
        points, minutes, hours = (floor(by - bound(span.total_seconds()), HOUR) for span in self._kept)
        self._keep(by)
        if known is not None and by < known:
            log.warning("telemetry_clock_came_back", seconds=round((known - by) / _SECOND))
            take_back(self._database, points)
        forget_expired(self._database, points, minutes, hours)

    def _note_jump(self, known: int | None, clock: int, passed: int, moment: float) -> None:
        if known is None or clock <= known + passed + JUMP:
            self._ahead_since = None
        elif self._ahead_since is None:
            self._ahead_since = moment
            log.warning("telemetry_clock_jumped", ahead_seconds=round((clock - known - passed) / _SECOND))

    def _known(self) -> int | None:
        with self._database.reading() as connection:
            row = connection.execute("SELECT max(at) FROM retained").fetchone()
        return None if row is None else row[0]

    def _keep(self, moment: int) -> None:
        # Before anything is deleted by it: whatever dies from here on, the next process knows what was believed.
        with self._database.writing() as connection:
            connection.execute("DELETE FROM retained")
            connection.execute("INSERT INTO retained VALUES (?)", (moment,))
