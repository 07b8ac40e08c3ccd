"""Which buckets and tasks the server must have, and how what is missing or different is put right."""

from __future__ import annotations

import json
from dataclasses import dataclass
from datetime import timedelta
from typing import TYPE_CHECKING, Final

import structlog

from backend.adapters.telemetry.influx.queries import HOURS_TASK, MINUTES_TASK
from backend.services.telemetry.retention import Retention

if TYPE_CHECKING:
    from backend.adapters.telemetry.influx.server import InfluxServer

log = structlog.get_logger("backend.telemetry.influx")

_TASK_OFFSETS: Final = {"1m": "20s", "1h": "2m"}
"""How long after its window a task waits for readings on their way."""


@dataclass(frozen=True, slots=True)
class Buckets:
    """The names of the three."""

    raw: str
    minutes: str
    hours: str

    @classmethod
    def of(cls, prefix: str) -> Buckets:
        """`<prefix>-raw`, `<prefix>-1m`, `<prefix>-1h`. The prefix is letters, digits and `-`, by its setting."""
        return cls(f"{prefix}-raw", f"{prefix}-1m", f"{prefix}-1h")


@dataclass(frozen=True, slots=True)
class Setup:
    """What the platform keeps in order at the server. Raises `ServerTrouble`; the token must be allowed all of it."""

    server: InfluxServer
    buckets: Buckets
    retention: Retention

    def __call__(self) -> None:
        """Create and correct; says so in the log, and nothing where all is well."""
        for name, kept in (
            (self.buckets.raw, self.retention.raw),
            (self.buckets.minutes, self.retention.minutes),
            (self.buckets.hours, self.retention.hours),
        ):
            self._bucket(name, kept)
        self._task(self.buckets.minutes, "1m", MINUTES_TASK)
        self._task(self.buckets.hours, "1h", HOURS_TASK)

    def _bucket(self, name: str, kept: timedelta) -> None:
        seconds = kept // timedelta(seconds=1)
        found = self.server.bucket(name)
        if found is None:
            self.server.make_bucket(name, seconds)
            log.info("influx_bucket_made", bucket=name, retention_seconds=seconds)
        elif found.says != seconds:
            self.server.keep_for(found, seconds)
            log.info("influx_bucket_retention_changed", bucket=name, retention_seconds=seconds, before=found.says)

    def _task(self, bucket: str, every: str, flux: str) -> None:
        text = self._preamble(bucket, every) + flux
        found = self.server.task(bucket)
        if found is None:
            self.server.make_task(text)
            log.info("influx_task_made", task=bucket)
        elif found.says != text or not found.active:
            self.server.set_task(found, text)
            log.info("influx_task_corrected", task=bucket, was_active=found.active)

    def _preamble(self, name: str, every: str) -> str:
        """What stands in a task for parameters, which it cannot have: the buckets, as string literals of Flux."""
        offset = _TASK_OFFSETS[every]
        return "\n".join(
            [
                'import "date"',
                f"option task = {{name: {json.dumps(name)}, every: {every}, offset: {offset}}}",
                f"_bucket = {json.dumps(self.buckets.raw)}",
                f"_minutes_bucket = {json.dumps(self.buckets.minutes)}",
                f"_hours_bucket = {json.dumps(self.buckets.hours)}",
            ]
        )
