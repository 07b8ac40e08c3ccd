"""Late, replaced, deleted, rolled up or not: a window is what the plain model counts from the readings."""

from __future__ import annotations

import tempfile
from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from math import floor, isclose
from pathlib import Path

from hypothesis import given, settings
from hypothesis import strategies as st

from backend.adapters.clock import SystemClock
from backend.adapters.telemetry.database import TelemetryDatabase
from backend.adapters.telemetry.sqlite import SqliteTelemetryStore
from backend.services.telemetry.ports import DeviceReading, Window
from tests.fakes.telemetry_store import MemoryTelemetryStore

START = datetime(2026, 11, 24, tzinfo=UTC)
T0 = START.timestamp()
# A few places in four hours, so that minutes and hours have several readings, and edges are met.
places = st.builds(
    lambda hour, offset: hour * 3600 + offset, st.integers(0, 3), st.sampled_from([0, 1, 59.5, 60, 3599])
)
widths = st.sampled_from([1, 45, 60, 300, 420, 3600, 5400, 7200, 86400])


def reading(at: float, value: int) -> DeviceReading:
    return DeviceReading("T1", "heart_rate", T0 + at, float(value), START + timedelta(hours=5))


def expected(model: MemoryTelemetryStore, start: float, end: float, width: int) -> list[Window]:
    """What the readings themselves say: whole windows, those without a reading left out."""
    found: dict[int, list[float]] = {}
    for at, value in ((r.at, float(r.value)) for r in model.points.values()):
        if floor(start / width) * width <= at < -floor(-end / width) * width:
            found.setdefault(floor(at / width) * width, []).append(value)
    return [
        Window(float(first), min(values), sum(values) / len(values), max(values), len(values))
        for first, values in sorted(found.items())
    ]


def same(found: list[Window], wanted: list[Window]) -> bool:
    return len(found) == len(wanted) and all(
        (one.start, one.low, one.high, one.count) == (other.start, other.low, other.high, other.count)
        and isclose(one.mean, other.mean)
        for one, other in zip(found, wanted, strict=True)
    )


Step = Callable[[SqliteTelemetryStore, MemoryTelemetryStore], None]


def written(batch: list[DeviceReading]) -> Step:
    def do(store: SqliteTelemetryStore, model: MemoryTelemetryStore) -> None:
        store.write(batch)
        model.write(batch)

    return do


def deleted(start: float, end: float) -> Step:
    def do(store: SqliteTelemetryStore, model: MemoryTelemetryStore) -> None:
        assert store.delete("T1", T0 + start, T0 + end) == model.delete("T1", T0 + start, T0 + end)

    return do


def rolled_up(hours: int) -> Step:
    def do(store: SqliteTelemetryStore, model: MemoryTelemetryStore) -> None:
        while store.roll_up(T0 + hours * 3600):
            continue

    return do


steps = st.lists(
    st.builds(written, st.lists(st.builds(reading, places, st.integers(0, 9)), min_size=1, max_size=6))
    | st.builds(deleted, places, places)
    | st.builds(rolled_up, st.integers(1, 6)),
    max_size=7,
)


@settings(max_examples=80, deadline=None)
@given(steps, st.lists(st.tuples(places, places, widths), min_size=1, max_size=4))
def test_windows_are_those_of_the_readings(done: list[Step], asked: list[tuple[float, float, int]]) -> None:
    model = MemoryTelemetryStore()
    with tempfile.TemporaryDirectory() as folder:
        database = TelemetryDatabase(Path(folder, "t.sqlite"))
        store = SqliteTelemetryStore(database, SystemClock().monotonic)
        for step in done:
            step(store, model)
        for start, end, width in asked:
            found = store.windows("T1", "heart_rate", T0 + start, T0 + end, width)
            assert same(found, expected(model, T0 + start, T0 + end, width))
        database.close()
