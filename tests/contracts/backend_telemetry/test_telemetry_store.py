"""What every `TelemetryStore` promises."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from math import inf

from backend.services.telemetry.ports import DeviceReading, TelemetryStore, Window

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


def test_windows_are_those_of_the_readings(store: TelemetryStore) -> None:
    hour = T0 // 3600 * 3600 - T0
    store.write([reading(hour + at, value) for at, value in ((0, 60.0), (59, 70.0), (60, 80.0), (3599, 90.0))])
    minutes = store.windows("T1", "heart_rate", T0 + hour, T0 + hour + 3600, 60)
    assert minutes == [
        Window(T0 + hour, 60.0, 65.0, 70.0, 2),
        Window(T0 + hour + 60, 80.0, 80.0, 80.0, 1),
        Window(T0 + hour + 3540, 90.0, 90.0, 90.0, 1),
    ]
    for width in (3600, 7200, 86400):
        (window,) = store.windows("T1", "heart_rate", T0 + hour, T0 + hour + 3600, width)
        assert (window.start, window.low, window.mean, window.high, window.count) == (
            (T0 + hour) // width * width,
            60.0,
            75.0,
            90.0,
            4,
        )


def test_windows_of_any_width_are_whole_and_aligned(store: TelemetryStore) -> None:
    minute = T0 // 60 * 60 - T0
    store.write([reading(minute + at, float(at)) for at in range(0, 60, 5)])
    found = store.windows("T1", "heart_rate", T0 + minute + 31, T0 + minute + 46, 15)
    assert [(window.start - T0 - minute, window.low, window.high) for window in found] == [
        (30, 30.0, 40.0),
        (45, 45.0, 55.0),
    ]


def test_a_boolean_counts_as_nought_and_one(store: TelemetryStore) -> None:
    hour = T0 // 3600 * 3600 - T0
    store.write([reading(hour + at, at == 0, "motion") for at in range(4)])
    (window,) = store.windows("T1", "motion", T0 + hour, T0 + hour + 3600, 3600)
    assert (window.low, window.mean, window.high, window.count) == (0.0, 0.25, 1.0, 4)


def test_all_windows_of_a_device_are_those_of_each_metric(store: TelemetryStore) -> None:
    for metric in ("heart_rate", "temperature"):
        store.write([reading(at, 20.0 + at / 60, metric) for at in range(0, 7200, 40)])
    store.write([reading(0, 99.0, "steps", device="T2"), reading(-86400, 5.0, "steps")])
    for seconds in (7, 300, 3600):
        found = store.device_windows("T1", T0, T0 + 7200, seconds)
        each = {m: store.windows("T1", m, T0, T0 + 7200, seconds) for m in ("heart_rate", "temperature")}
        assert found == each
        assert all(each.values())
    assert store.device_windows("T3", T0, T0 + 7200, 300) == {}


def test_late_and_replaced_readings_correct_the_windows(store: TelemetryStore) -> None:
    hour = T0 // 3600 * 3600 - T0 - 7200
    span = (T0 + hour, T0 + hour + 3600)
    store.write([reading(hour, 70.0), reading(hour + 60, 72.0)])
    assert [window.count for window in store.windows("T1", "heart_rate", *span, 3600)] == [2]
    store.write([reading(hour + 30, 50.0, received=7200), reading(hour, 90.0, received=7200)])
    assert [(w.low, w.high, w.count) for w in store.windows("T1", "heart_rate", *span, 3600)] == [(50.0, 90.0, 3)]
    minutes = store.windows("T1", "heart_rate", *span, 60)
    assert [(w.low, w.high, w.count) for w in minutes] == [(50.0, 90.0, 2), (72.0, 72.0, 1)]


def test_what_is_forgotten_is_gone_from_the_windows(store: TelemetryStore) -> None:
    hour = T0 // 3600 * 3600 - T0 - 7200
    store.write([reading(hour + at, float(at)) for at in (0, 30, 60, 3600)])
    assert len(store.windows("T1", "heart_rate", T0 + hour, T0 + hour + 7200, 60)) == 3
    assert store.delete("T1", T0 + hour + 30, T0 + hour + 3600) == 2
    found = store.windows("T1", "heart_rate", T0 + hour, T0 + hour + 7200, 60)
    assert [(window.start - T0 - hour, window.high) for window in found] == [(0, 0.0), (3600, 3600.0)]
    found = store.windows("T1", "heart_rate", T0 + hour, T0 + hour + 7200, 3600)
    assert [(window.high, window.count) for window in found] == [(0.0, 1), (3600.0, 1)]
    store.delete("T1", -inf, inf)
    assert store.windows("T1", "heart_rate", T0 + hour, T0 + hour + 7200, 3600) == []


def test_a_span_without_readings_has_no_windows(store: TelemetryStore) -> None:
    store.write([reading(0)])
    assert store.windows("T1", "heart_rate", T0 - 7200, T0 - 3600, 60) == []
    assert store.windows("T1", "spo2", T0 - 3600, T0 + 3600, 3600) == []
    assert store.windows("T2", "heart_rate", T0 - 3600, T0 + 3600, 45) == []


def test_an_export_is_everything_of_the_device_by_metric_and_time(store: TelemetryStore) -> None:
    readings = [
        reading(0, 36.5, "body_temperature"),
        reading(-86400 * 40, 61.0),
        reading(0, 62.0, received=5),
        reading(1.25, 63.0),
        reading(0, True, "motion"),
    ]
    store.write([*readings[::-1], reading(0, 99.0, device="T2")])
    assert list(store.export("T1")) == readings
    assert list(store.export("T3")) == []


YEAR, DAY = 365 * 86400.0, 86400.0
# Some days ago: a store may still read the last hours from its points, whatever the retention.
BASE = T0 - 5 * DAY
SPAN = (BASE - DAY, BASE + 2 * DAY)
"""Readings for ten years, minutes for twenty, hours for thirty: see the fixture."""


def grown_old(store: TelemetryStore, now: float) -> None:
    """Two readings, one a little too old for what is kept at `now`. Once a store: no clock jumps years."""
    store.write([reading(-5 * DAY - 900, 70.0), reading(-4 * DAY, 71.0)])
    assert len(store.windows("T1", "heart_rate", *SPAN, 60)) == 2
    store.retain(now)


def test_readings_older_than_their_retention_are_forgotten_first(store: TelemetryStore) -> None:
    grown_old(store, BASE + 10 * YEAR + 7200)
    assert values(store.range("T1", "heart_rate", -inf, inf, 10)) == values(list(store.export("T1"))) == [71.0]
    assert len(store.windows("T1", "heart_rate", *SPAN, 60)) == 2
    assert [window.count for window in store.windows("T1", "heart_rate", *SPAN, 30)] == [1]


def test_minutes_older_than_their_retention_are_forgotten_next(store: TelemetryStore) -> None:
    grown_old(store, BASE + 20 * YEAR + 7200)
    assert store.latest("T1") == []
    assert [window.high for window in store.windows("T1", "heart_rate", *SPAN, 60)] == [71.0]
    assert [window.high for window in store.windows("T1", "heart_rate", *SPAN, 3600)] == [70.0, 71.0]


def test_hours_older_than_their_retention_are_forgotten_last(store: TelemetryStore) -> None:
    grown_old(store, T0 + 40 * YEAR)
    assert store.windows("T1", "heart_rate", *SPAN, 3600) == []
