"""The same questions to a real InfluxDB 2.x, which `CARE_TEST_INFLUX_URL` and `CARE_TEST_INFLUX_TOKEN` name.

It writes into buckets of their own (prefix `bench`), through the backlog on disk as the backend does.
"""

from __future__ import annotations

import os
from pathlib import Path

from backend.adapters.clock import SystemClock
from backend.adapters.telemetry.influx.address import Address
from backend.adapters.telemetry.influx.store import InfluxOptions, InfluxTelemetryStore
from bench.growth import BEGIN, DEVICES, METRICS, MINUTE, Size, ask, readings
from tests.harness.clock import stopwatch, wait_until

MINUTES = 60
SENT_SECONDS = 300


def is_named() -> bool:
    """Whether there is one."""
    return "CARE_TEST_INFLUX_URL" in os.environ


def measure(folder: Path) -> Size:
    """An hour of 2,000 devices; the first question makes the roll-ups of what came late, so it is asked twice."""
    token = folder / "influx.token"
    token.write_text(os.environ["CARE_TEST_INFLUX_TOKEN"])
    token.chmod(0o600)
    address = Address(os.environ["CARE_TEST_INFLUX_URL"], os.environ.get("CARE_TEST_INFLUX_ORG", "care"), token)
    clock = SystemClock()
    store = InfluxTelemetryStore(InfluxOptions(address, folder / "backlog.sqlite", "bench"), clock, clock.monotonic)
    store.start()
    try:
        begun = stopwatch()
        batches = []
        for minute in range(MINUTES):
            batch = readings(minute)
            started = stopwatch()
            store.write(batch)
            batches.append((stopwatch() - started) * 1000)
        wait_until(lambda: store.figures().waiting == 0, "all is sent", SENT_SECONDS, every=0.1)
        points = MINUTES * len(DEVICES) * len(METRICS)
        size = Size(points, 0, points / (stopwatch() - begun), batches, 0.0)
        for _ in range(2):
            size.days.clear()
            size.centres.clear()
            ask(store, BEGIN + MINUTES * MINUTE, size)
    finally:
        store.stop()
    return size
