"""InfluxDB away, slow, refusing, full, cut off in the middle: points wait on disk, and arrive once."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from datetime import timedelta
from math import inf
from pathlib import Path

import pytest
from structlog.testing import capture_logs

from backend.adapters.telemetry.influx import drain, rollups
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
    wait_until(lambda: store.figures().waiting == 0 and store.figures().trouble is None, "all is sent")


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
    "a proxy's own 400": refuses(status=400, message="<html>bad request: unable to parse</html>", raw=True),
    "a proxy's 422": refuses(status=422, message="<html>partial write</html>", raw=True),
    "a 422 that names no point": refuses(status=422, message="bucket is read only"),
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


def test_an_export_that_would_not_be_whole_is_none(server: StandIn, store: InfluxTelemetryStore) -> None:
    """Only writes fail here: everything else would go well."""
    server.wire.fault = Fault(503)
    store.write(points(5, 5))
    wait_until(lambda: store.figures().trouble, "the trouble is seen")
    with pytest.raises(TelemetryAway):
        list(store.export("T1"))
    server.wire.fault = None
    arrived(store)
    assert [reading.value for reading in store.export("T1")] == [float(number) for number in range(10)]


def test_a_host_clock_that_jumps_ahead_throws_nothing_away(server: StandIn, tmp_path: Path) -> None:
    moment = [NOW]
    server.wire.fault = Fault(503)
    store = open_store(server.target, tmp_path, now=lambda: moment[0])
    store.retain(NOW.timestamp())
    store.write(points(0, 5))
    wait_until(lambda: store.figures().trouble, "they wait")
    moment[0] += timedelta(days=3650)
    store.retain(moment[0].timestamp())
    server.wire.fault = None
    arrived(store)
    assert store.figures().expired == 0
    assert server.wire.raw().count() == 5
    assert numbers(store) == [0.0, 1.0, 2.0, 3.0, 4.0]
    assert [reading.value for reading in store.latest("T1")] == [4.0]
    store.stop()


def test_a_server_whose_clock_is_ahead_gets_the_points_when_it_is_right(
    server: StandIn, store: InfluxTelemetryStore
) -> None:
    store.retain(NOW.timestamp())
    server.wire.now = lambda: wall_now() + timedelta(days=3650)
    store.write(points(5, 20))
    wait_until(lambda: store.figures().trouble == "clock", "it is seen")
    assert (store.figures().waiting, store.figures().expired) == (20, 0)
    server.wire.now = wall_now
    arrived(store)
    assert numbers(store) == [float(number) for number in range(25)]


def test_what_the_server_finds_too_old_is_counted_and_holds_nothing_up(
    server: StandIn, store: InfluxTelemetryStore
) -> None:
    store.retain(NOW.timestamp())
    old = [DeviceReading("T1", "heart_rate", NOW.timestamp() - 86400 * 100 - at, 1.0, NOW) for at in range(40)]
    server.wire.bad_line = lambda line: "value=13.0" in line
    store.write(old + points(5, 20))
    arrived(store)
    assert numbers(store) == [float(number) for number in range(25) if number != 13]
    assert (store.figures().expired, store.figures().quarantined) == (40, 1)


def test_no_log_quotes_a_reading(server: StandIn, store: InfluxTelemetryStore) -> None:
    with capture_logs() as said:
        server.wire.unreadable = lambda line: "value=13.0" in line
        store.write(points(13, 1))
        arrived(store)
        server.wire.fault = Fault(500, message="engine: reading,device_id=T1 value=14.0")
        store.write(points(14, 1))
        wait_until(lambda: store.figures().trouble, "the trouble is seen")
        detail = store.health().detail
    assert {entry["event"] for entry in said} >= {"influx_points_refused", "influx_lost"}
    assert "value=" not in f"{said}{detail}"


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


def test_erasures_are_looked_after_while_points_wait_without_end(
    server: StandIn, store: InfluxTelemetryStore, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(drain, "BATCH", 10)
    monkeypatch.setattr(drain, "ERASED_EVERY", 1)
    monkeypatch.setattr(rollups, "TASK_ENDED", timedelta(0))
    assert store.delete("T1", -inf, inf) == 5
    server.wire.calls.clear()
    server.wire.fault = Fault(204, seconds=0.05)
    store.write(points(0, 200, "T2"))
    wait_until(lambda: "POST /api/v2/delete" in server.wire.calls, "the roll-ups are erased again")
    assert store.figures().waiting > 0
    server.wire.fault = None
    arrived(store)


def test_a_host_with_a_new_disk_knows_the_latest_values_again(
    server: StandIn, store: InfluxTelemetryStore, tmp_path: Path
) -> None:
    (tmp_path / "new").mkdir()
    other = open_store(server.target, tmp_path / "new")
    wait_until(lambda: other.latest("T1"), "the latest value is known")
    assert other.latest("T1") == store.latest("T1")
    other.stop()
