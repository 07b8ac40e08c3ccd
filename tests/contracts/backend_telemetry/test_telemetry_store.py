"""What every `TelemetryStore` promises."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from math import inf

from backend.services.telemetry.ports import DeviceReading, TelemetryStore

START = datetime(2026, 11, 24, 3, 12, 45, 120_000, tzinfo=UTC)
T0 = START.timestamp()


def reading(
    at: float, value: float | bool = 70.0, metric: str = "heart_rate", device: str = "T1", received: float | None = None
) -> DeviceReading:
    """A reading `at` seconds after the start, received `received` seconds after it (default: at once)."""
    received_at = START + timedelta(seconds=at if received is None else received)
    return DeviceReading(device, metric, T0 + at, value, received_at)


def values(readings: list[DeviceReading]) -> list[float | bool]:
    return [entry.value for entry in readings]


def test_what_was_written_is_read_with_its_times(store: TelemetryStore) -> None:
    store.write([reading(0, 71.5), reading(1.25, True, "motion")])
    assert store.range("T1", "heart_rate", T0, T0 + 1, 10) == [reading(0, 71.5)]
    found = store.range("T1", "motion", T0, T0 + 2, 10)
    assert found == [reading(1.25, True, "motion")]
    assert found[0].value is True


def test_a_window_is_half_open_in_order_and_bounded(store: TelemetryStore) -> None:
    store.write([reading(at, float(at)) for at in (3, 1, 4, 0, 2)])
    assert values(store.range("T1", "heart_rate", T0 + 1, T0 + 4, 10)) == [1.0, 2.0, 3.0]
    assert values(store.range("T1", "heart_rate", -inf, inf, 2)) == [0.0, 1.0]


def test_the_same_batch_twice_changes_nothing(store: TelemetryStore) -> None:
    batch = [reading(0, 70.0), reading(1, 72.0)]
    store.write(batch)
    store.write(batch)
    assert values(store.range("T1", "heart_rate", -inf, inf, 10)) == [70.0, 72.0]


def test_the_same_moment_again_replaces_the_value_everywhere(store: TelemetryStore) -> None:
    store.write([reading(0, 70.0)])
    store.write([reading(0, 75.0)])
    assert values(store.range("T1", "heart_rate", -inf, inf, 10)) == [75.0]
    assert values(store.latest("T1")) == [75.0]


def test_a_late_reading_never_rewrites_a_newer_one(store: TelemetryStore) -> None:
    store.write([reading(10, 80.0)])
    store.write([reading(5, 60.0, received=600)])
    assert values(store.latest("T1")) == [80.0]
    assert values(store.range("T1", "heart_rate", -inf, inf, 10)) == [60.0, 80.0]


def test_a_clock_that_ran_ahead_does_not_stay_the_latest(store: TelemetryStore) -> None:
    a_year_ahead = reading(365 * 86400, 99.0, received=1)
    store.write([a_year_ahead])
    assert store.latest("T1") == [a_year_ahead]
    store.write([reading(2, 70.0)])
    assert values(store.latest("T1")) == [70.0]


def test_latest_of_many_devices_leaves_out_those_without(store: TelemetryStore) -> None:
    store.write([reading(0, 70.0), reading(0, 36.6, "body_temperature"), reading(0, 55.0, device="T2")])
    found = store.latest_many(["T1", "T2", "T3"])
    assert {device: values(latest) for device, latest in found.items()} == {"T1": [36.6, 70.0], "T2": [55.0]}
    assert store.latest("T3") == []


def test_more_devices_than_one_statement_takes(store: TelemetryStore) -> None:
    devices = [f"T{number}" for number in range(1200)]
    store.write([reading(0, 1.0, device=device) for device in devices])
    assert len(store.latest_many(devices)) == 1200


def test_what_is_forgotten_is_gone_and_the_latest_is_what_is_left(store: TelemetryStore) -> None:
    store.write([reading(0, 70.0), reading(1, 71.0), reading(2, 72.0), reading(2, 5.0, device="T2")])
    assert store.delete("T1", T0 + 2, inf) == 1
    assert values(store.latest("T1")) == [71.0]
    assert store.delete("T1", -inf, inf) == 2
    assert store.latest("T1") == []
    assert values(store.latest("T2")) == [5.0]
    store.write([reading(1, 73.0)])
    assert values(store.latest("T1")) == [73.0]


def test_a_store_that_works_says_so(store: TelemetryStore) -> None:
    assert store.health().ok
