"""Late, early, copied, deleted: the latest value and the status are those of the plain model."""

from __future__ import annotations

import tempfile
from datetime import UTC, datetime, timedelta
from pathlib import Path

from hypothesis import given, settings
from hypothesis import strategies as st

from backend.adapters.clock import SystemClock
from backend.adapters.telemetry.database import TelemetryDatabase
from backend.adapters.telemetry.device_states import SqliteDeviceStates
from backend.adapters.telemetry.sqlite import SqliteTelemetryStore
from backend.services.telemetry.ports import DeviceReading, StatusReport
from backend.services.telemetry.status import OFFLINE
from tests.fakes.telemetry_store import MemoryDeviceStates, MemoryTelemetryStore

START = datetime(2026, 11, 24, tzinfo=UTC)
seconds = st.integers(-20, 20)

readings = st.builds(
    lambda device, metric, at, value, received: DeviceReading(
        device, metric, START.timestamp() + at, float(value), START + timedelta(seconds=received)
    ),
    st.sampled_from(["T1", "T2"]),
    st.sampled_from(["heart_rate", "spo2"]),
    seconds,
    st.integers(0, 5),
    seconds,
)
reports = st.builds(
    lambda state, received, retained, boot: StatusReport(
        "T1", state, START + timedelta(seconds=received), retained, boot
    ),
    st.sampled_from(["online", "offline"]),
    seconds,
    st.booleans(),
    st.none() | st.integers(1, 4),
)
steps = st.lists(
    st.lists(readings, max_size=6) | st.tuples(st.sampled_from(["T1", "T2"]), seconds, seconds), max_size=8
)


@settings(max_examples=60, deadline=None)
@given(steps)
def test_the_file_keeps_what_the_model_keeps(done: list[list[DeviceReading] | tuple[str, int, int]]) -> None:
    model = MemoryTelemetryStore()
    with tempfile.TemporaryDirectory() as folder:
        database = TelemetryDatabase(Path(folder, "t.sqlite"))
        store = SqliteTelemetryStore(database, SystemClock().monotonic)
        for step in done:
            if isinstance(step, list):
                model.write(step)
                store.write(step)
            else:
                device, start, end = step[0], START.timestamp() + step[1], START.timestamp() + step[2]
                assert store.delete(device, start, end) == model.delete(device, start, end)
        for device in ("T1", "T2"):
            assert store.latest(device) == model.latest(device)
        database.close()


@settings(max_examples=100, deadline=None)
@given(st.lists(readings, min_size=1, max_size=12), st.randoms(use_true_random=False))
def test_the_order_of_arrival_does_not_matter(batch: list[DeviceReading], dice: object) -> None:
    # Without two values for one moment: there the last one written stands, by promise.
    unique = list({(r.device_id, r.metric, r.at): r for r in batch}.values())
    shuffled = list(unique)
    dice.shuffle(shuffled)  # type: ignore[attr-defined]
    one, other = MemoryTelemetryStore(), MemoryTelemetryStore()
    for reading in unique:
        one.write([reading])
    for reading in shuffled:
        other.write([reading])
    for device in ("T1", "T2"):
        assert one.latest(device) == other.latest(device)


@settings(max_examples=100, deadline=None)
@given(st.lists(reports, max_size=10))
def test_a_will_of_an_older_boot_never_puts_a_device_offline(said: list[StatusReport]) -> None:
    model = MemoryDeviceStates()
    for report in said:
        before = model.status("T1")
        model.apply([report])
        after = model.status("T1")
        assert after is not None
        if before is None or before.boot is None or report.boot is None:
            continue
        if report.state == OFFLINE and report.boot < before.boot:
            assert after.state == before.state
            assert after.boot == before.boot


@settings(max_examples=40, deadline=None)
@given(st.lists(reports, max_size=8))
def test_the_file_keeps_the_status_that_the_model_keeps(said: list[StatusReport]) -> None:
    model = MemoryDeviceStates()
    with tempfile.TemporaryDirectory() as folder:
        database = TelemetryDatabase(Path(folder, "t.sqlite"))
        states = SqliteDeviceStates(database)
        for report in said:
            model.apply([report])
            states.apply([report])
        assert states.status("T1") == model.status("T1")
        database.close()
