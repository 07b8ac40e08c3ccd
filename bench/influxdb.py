"""The same questions to a real InfluxDB 2.x, which `CARE_TEST_INFLUX_URL` and `CARE_TEST_INFLUX_TOKEN` name.

It writes into buckets of their own (prefix `bench`), through the backlog on disk as the backend does.
"""

from __future__ import annotations

import os
from pathlib import Path

from backend.adapters.clock import SystemClock
from backend.adapters.telemetry.influx.address import Address
from backend.adapters.telemetry.influx.backlog import Backlog
from backend.adapters.telemetry.influx.store import InfluxOptions, InfluxTelemetryStore
from bench.growth import BEGIN, DEVICES, METRICS, MINUTE, Size, ask, readings
from tests.harness.clock import stopwatch, wait_until

MINUTES = 60
SENT_SECONDS = 300
ROLLED_SECONDS = 600


def is_named() -> bool:
    """Whether there is one."""
    return "CARE_TEST_INFLUX_URL" in os.environ


def measure(folder: Path) -> Size:
    """An hour of 2,000 devices, which came late; asked once its roll-ups are made, as on any later day."""
    token = folder / "influx.token"
    token.write_text(os.environ["CARE_TEST_INFLUX_TOKEN"])
    token.chmod(0o600)
    address = Address(os.environ["CARE_TEST_INFLUX_URL"], os.environ.get("CARE_TEST_INFLUX_ORG", "care"), token)
    clock = SystemClock()
    path = folder / "backlog.sqlite"
    store = InfluxTelemetryStore(InfluxOptions(address, path, "bench"), clock, clock.monotonic)
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
        rate, sent = points / (stopwatch() - begun), stopwatch()
        backlog = Backlog(path, 0)
        wait_until(lambda: not backlog.stale_hours(None, 1), "all is rolled up", ROLLED_SECONDS, every=0.1)
        backlog.close()
        size = Size(points, 0, rate, batches, stopwatch() - sent)
        ask(store, BEGIN + MINUTES * MINUTE, size)
    finally:
        store.stop()
    return size
