"""How the embedded store bears growth: writing, a resident's day, a centre's latest, at each size of the file.

2,000 devices with five metrics each report once a minute, in order of time, as a real district does; a batch is one
minute. The store is called as the backend calls it. Between sizes its roll-ups are made, as by the tick.
"""

from __future__ import annotations

import random
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime
from pathlib import Path

from backend.adapters.telemetry.database import TelemetryDatabase
from backend.adapters.telemetry.sqlite import SqliteTelemetryStore
from backend.services.telemetry.ports import DeviceReading, TelemetryStore
from bench.figures import quantile
from tests.harness.clock import stopwatch

DEVICES = [f"T{number:04d}" for number in range(2000)]
METRICS = ("heart_rate", "spo2", "temperature", "battery", "steps")
BEGIN = datetime(2026, 11, 1, tzinfo=UTC).timestamp()
MINUTE, DAY = 60, 86400
WINDOW_SECONDS = 300
"""Of a resident's day: 288 windows a metric."""
DAYS_ASKED, CENTRES_ASKED = 100, 20


@dataclass
class Size:
    """What was measured at one size of the store; times in milliseconds. `bytes` 0: not ours to see."""

    points: int
    bytes: int
    points_a_second: float
    batches: list[float]
    roll_up_seconds: float
    days: list[float] = field(default_factory=list)
    centres: list[float] = field(default_factory=list)


def grow(folder: Path, sizes: Sequence[int], seconds: float) -> list[Size]:
    """Up to each of `sizes` in points; ends early where the time is over, with the size reached by then."""
    path = folder / "telemetry.sqlite"
    store = SqliteTelemetryStore(TelemetryDatabase(path), stopwatch)
    found: list[Size] = []
    minute = 0
    limit = stopwatch() + seconds
    for size in sizes:
        batches: list[float] = []
        begun, first = stopwatch(), minute
        while minute * len(DEVICES) * len(METRICS) < size and stopwatch() < limit:
            batch = readings(minute)
            started = stopwatch()
            store.write(batch)
            batches.append((stopwatch() - started) * 1000)
            minute += 1
        if not batches:
            break
        written = (minute - first) * len(DEVICES) * len(METRICS)
        rate = written / (sum(batches) / 1000)
        rolled = stopwatch()
        while store.roll_up(BEGIN + minute * MINUTE):
            pass
        whole = sum(part.stat().st_size for part in folder.iterdir())
        points = minute * len(DEVICES) * len(METRICS)
        one = Size(points, whole, rate, batches, stopwatch() - rolled)
        ask(store, BEGIN + minute * MINUTE, one)
        found.append(one)
        print(f"growth: {points} points after {stopwatch() - begun:.0f} s more, {rate:.0f} points/s", flush=True)
    return found


def readings(minute: int) -> list[DeviceReading]:
    """What all devices say in that minute."""
    at = BEGIN + minute * MINUTE
    received = datetime.fromtimestamp(at + 1, UTC)
    return [
        DeviceReading(device, metric, at + position / 100, 60.0 + (minute + position) % 40, received)
        for position, device in enumerate(DEVICES)
        for metric in METRICS
    ]


def ask(store: TelemetryStore, now: float, size: Size) -> None:
    """A resident's day (every metric of a device in windows) and the latest of all devices, from random devices on."""
    dice = random.Random(1)
    for _ in range(DAYS_ASKED):
        device = dice.choice(DEVICES)
        size.days.append(_timed(lambda device=device: _day(store, device, now)))  # type: ignore[misc]
    for _ in range(CENTRES_ASKED):
        size.centres.append(_timed(lambda: store.latest_many(DEVICES)))


def _day(store: TelemetryStore, device: str, now: float) -> None:
    assert store.device_windows(device, now - DAY, now, WINDOW_SECONDS).keys() == set(METRICS)


def _timed(call: Callable[[], object]) -> float:
    begun = stopwatch()
    call()
    return (stopwatch() - begun) * 1000


def rows(sizes: Sequence[Size]) -> list[str]:
    """Markdown."""
    table = [
        "| points in the store | size MB | written points/s | batch of 10,000: p50 / p99 ms | roll-ups s "
        "| a resident's day: p50 / p99 ms | a centre's latest, 2,000 devices: p50 / p99 ms |",
        "| --- | --- | --- | --- | --- | --- | --- |",
    ]
    for one in sizes:
        megabytes = f"{one.bytes / 1e6:.0f}" if one.bytes else "—"
        table.append(
            f"| {one.points:,} | {megabytes} | {one.points_a_second:,.0f} | {_pair(one.batches)} "
            f"| {one.roll_up_seconds:.1f} | {_pair(one.days)} | {_pair(one.centres)} |"
        )
    return table


def _pair(values: Sequence[float]) -> str:
    return f"{quantile(values, 0.5):.1f} / {quantile(values, 0.99):.1f}"
