"""InfluxDB away, slow, refusing, full, cut off in the middle: points wait on disk, and arrive once."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from datetime import timedelta
from math import inf
from pathlib import Path

import pytest

from backend.adapters.telemetry.influx.store import InfluxTelemetryStore
from backend.services.telemetry.ports import DeviceReading, TelemetryAway
from tests.fakes.influx_lines import Line
from tests.fakes.influx_server import Answer, Fault
from tests.harness.clock import stopwatch, wait_until, wall_now
from tests.harness.influx import StandIn, open_store

NOW = wall_now().replace(microsecond=0)


def points(first: int, count: int, device: str = "T1") -> list[DeviceReading]:
    """One a second up to now, numbered by their values."""
    return [
        DeviceReading(device, "heart_rate", NOW.timestamp() - 600 + number, float(number), NOW)
        for number in range(first, first + count)
    ]


@pytest.fixture
def server() -> Iterator[StandIn]:
    stand_in = StandIn()
    yield stand_in
    stand_in.wire.released.set()
    stand_in.kill()


@pytest.fixture
def store(server: StandIn, tmp_path: Path) -> Iterator[InfluxTelemetryStore]:
    made = open_store(server.target, tmp_path, timeout_seconds=0.5)
    made.write(points(0, 5))
    arrived(made)
    yield made
    made.stop()


def arrived(store: InfluxTelemetryStore) -> None:
    wait_until(lambda: store.figures().waiting == 0 and store.figures().trouble is None, "all is sent", 30)


def numbers(store: InfluxTelemetryStore, device: str = "T1") -> list[float | bool]:
    return [reading.value for reading in store.range(device, "heart_rate", -inf, inf, 1000)]


def refuses(**how: object) -> Callable[[StandIn], None]:
    def strike(server: StandIn) -> None:
        server.wire.fault = Fault(**how)  # type: ignore[arg-type]

    return strike


def goes_away(server: StandIn) -> None:
    server.kill()


FAULTS: dict[str, Callable[[StandIn], None]] = {
    "away": goes_away,
    "unauthorised": refuses(status=401, message="unauthorized access"),
    "busy": refuses(status=429, retry_after="1"),
    "unavailable": refuses(status=503),
    "disk full": refuses(status=500, message="engine: error writing WAL entry: no space left on device"),
    "a proxy's refusal": refuses(status=400, message="<html>bad request</html>"),
    "a proxy's 200": refuses(status=200, message="<html>welcome</html>"),
    "cut off before": refuses(status=0),
    "cut off in the middle": refuses(status=0, stores=7),
    "slower than we wait": refuses(status=204, seconds=20.0),
}


@pytest.mark.parametrize("fault", FAULTS)
def test_points_wait_and_arrive_once(fault: str, server: StandIn, store: InfluxTelemetryStore) -> None:
    FAULTS[fault](server)
    for first in range(5, 55, 10):
        store.write(points(first, 10))
    wait_until(lambda: store.figures().trouble, "the trouble is seen")
    assert store.figures().waiting == 50
    assert not store.health().ok
    assert [reading.value for reading in store.latest("T1")] == [54.0]
    server.wire.fault = None
    server.wire.released.set()
    if fault == "away":
        server.start()
    arrived(store)
    assert numbers(store) == [float(number) for number in range(55)]
    assert server.wire.raw().count() == 55
    assert store.figures().quarantined == 0
    assert store.health().ok


@pytest.mark.parametrize("kind", ["seconds", "date"])
def test_it_is_left_alone_for_as_long_as_it_asks(kind: str, server: StandIn, store: InfluxTelemetryStore) -> None:
    date = (wall_now() + timedelta(seconds=3)).strftime("%a, %d %b %Y %H:%M:%S GMT")
    server.wire.fault = Fault(429, retry_after="1" if kind == "seconds" else date, calls=1)
    begun = stopwatch()
    store.write(points(100, 1))
    wait_until(lambda: store.figures().trouble == "busy", "it is seen to be busy")
    seen = stopwatch()
    arrived(store)
    # A date has whole seconds, and some of its time had gone when it was read.
    assert stopwatch() - begun >= (0.9 if kind == "seconds" else 1.9 - (seen - begun))


@pytest.mark.parametrize("how", ["bad_line", "unreadable"])
def test_a_bad_point_costs_only_itself(how: str, server: StandIn, store: InfluxTelemetryStore) -> None:
    setattr(server.wire, how, lambda line: "value=13.0" in line or "device_id=T9" in line)
    store.write(points(5, 20) + points(0, 1, "T9"))
    arrived(store)
    assert numbers(store) == [float(number) for number in range(25) if number != 13]
    assert numbers(store, "T9") == []
    assert store.figures().quarantined == 2


def test_what_is_too_large_is_sent_in_parts(server: StandIn, store: InfluxTelemetryStore) -> None:
    server.wire.max_body = 300
    store.write(points(5, 40))
    arrived(store)
    assert numbers(store) == [float(number) for number in range(45)]
    assert store.figures().quarantined == 0


def test_a_new_token_is_taken_without_a_restart(server: StandIn, store: InfluxTelemetryStore, tmp_path: Path) -> None:
    server.wire.token = "another-token"
    store.write(points(5, 5))
    wait_until(lambda: store.figures().trouble == "unauthorised", "the old token is refused")
    (tmp_path / "influx.token").write_text("another-token\n")
    arrived(store)
    assert numbers(store) == [float(number) for number in range(10)]


def test_a_bucket_that_was_dropped_is_made_again(server: StandIn, store: InfluxTelemetryStore) -> None:
    del server.wire.store.buckets["care-raw"]
    store.write(points(5, 5))
    arrived(store)
    assert numbers(store) == [float(number) for number in range(5, 10)]


def filled(store: InfluxTelemetryStore) -> int:
    """How many points were taken until no more were."""
    for first in range(0, 100_000, 500):
        try:
            store.write(points(first, 500))
        except TelemetryAway:
            return first
    raise AssertionError("it has no bound")


def test_an_answer_that_nobody_thought_of_ends_nothing(server: StandIn, store: InfluxTelemetryStore) -> None:
    del server.wire.store.buckets["care-raw"]
    server.wire.strange = {"_get_buckets": Answer(200, {"buckets": [{"id": 7}]})}
    store.write(points(5, 5))
    wait_until(lambda: store.figures().trouble == "unexpected", "it is seen")
    server.wire.strange["_post_query"] = Answer(200, {"results": []})
    with pytest.raises(TelemetryAway):
        numbers(store)
    server.wire.strange = {}
    arrived(store)
    assert numbers(store) == [float(number) for number in range(5, 10)]


def test_a_full_backlog_takes_nothing_and_goes_on_later(server: StandIn, tmp_path: Path) -> None:
    server.kill()
    store = open_store(server.target, tmp_path, backlog_max_bytes=100_000)
    taken = filled(store)
    assert store.figures().waiting == taken > 0
    server.start()
    arrived(store)
    assert server.wire.raw().count() == taken
    store.write(points(taken, 1))
    arrived(store)
    store.stop()


def test_an_erasure_needs_the_server_and_reaches_what_waits(server: StandIn, store: InfluxTelemetryStore) -> None:
    server.wire.fault = Fault(503)
    store.write(points(5, 10) + points(0, 3, "T2"))
    assert store.delete("T1", -inf, inf) == 15
    server.kill()
    with pytest.raises(TelemetryAway):
        store.delete("T2", -inf, inf)
    server.wire.fault = None
    server.start()
    arrived(store)
    assert numbers(store) == []
    assert store.latest("T1") == []
    assert numbers(store, "T2") == [0.0, 1.0, 2.0]


def test_a_gap_in_contact_is_rolled_up_again(server: StandIn, tmp_path: Path) -> None:
    """The stand-in runs no tasks: what is rolled up here was made by the platform."""
    moment = [(NOW - timedelta(days=1)).replace(minute=30, second=0)]
    store = open_store(server.target, tmp_path, now=lambda: moment[0])
    at = moment[0].timestamp()
    store.write([DeviceReading("T1", "heart_rate", at - 20 * number, 70.0, moment[0]) for number in range(6)])
    arrived(store)
    assert server.wire.store.buckets["care-1h"].count("count") == 0
    moment[0] += timedelta(hours=1)
    wait_until(lambda: server.wire.store.buckets["care-1h"].count("count") == 1, "the hour is rolled up")
    assert server.wire.store.buckets["care-1m"].count("low") == 3
    store.stop()


def test_what_a_task_writes_after_an_erasure_is_erased_too(server: StandIn, tmp_path: Path) -> None:
    """A task that had read the points before they were erased writes its roll-ups after it."""
    moment = [(NOW - timedelta(days=1)).replace(minute=30, second=0)]
    store = open_store(server.target, tmp_path, now=lambda: moment[0])
    at = moment[0].timestamp() - 3000
    store.write([DeviceReading("T1", "heart_rate", at + number, 70.0, moment[0]) for number in range(3)])
    assert store.delete("T1", -inf, inf) == 3
    hours = server.wire.store.buckets["care-1h"]
    late = {"low": 70.0, "high": 70.0, "sum": 210.0, "count": 3}
    hours.put(Line("reading", (("device_id", "T1"), ("metric", "heart_rate")), late, int(at // 3600 * 3600) * 10**9))
    assert hours.count("low") == 1
    moment[0] += timedelta(minutes=6)
    wait_until(lambda: hours.count("low") == 0, "the roll-up is gone")
    store.stop()


def test_a_host_with_a_new_disk_knows_the_latest_values_again(
    server: StandIn, store: InfluxTelemetryStore, tmp_path: Path
) -> None:
    (tmp_path / "new").mkdir()
    other = open_store(server.target, tmp_path / "new")
    wait_until(lambda: other.latest("T1"), "the latest value is known")
    assert other.latest("T1") == store.latest("T1")
    other.stop()
