"""With the backend away and the spool full nothing is acknowledged, the lane says `down`, and nothing is lost."""

from __future__ import annotations

from pathlib import Path

import pytest

from tests.fakes.gateway_backend import FakeBackend
from tests.harness.clock import wait_until
from tests.integration.gateway.conftest import MakeSender, StartLane, event_payload

pytestmark = pytest.mark.broker


def test_full_spool_leaves_the_press_with_the_broker(
    backend: FakeBackend, sender: MakeSender, start_lane: StartLane, tmp_path: Path
) -> None:
    backend.judge = lambda path, _items: 503 if path == "events" else 202
    lane = start_lane(spool_max_rows=0)
    sender("T1").event("sos-1")
    wait_until(lambda: any("spool_unavailable" in report.detail for report in backend.stored.health), "it is reported")
    assert next(r for r in backend.stored.health if "spool_unavailable" in r.detail).state == "down"
    lane.stop()
    backend.judge = lambda _path, _items: 202
    start_lane(spool_dir=tmp_path / "another")
    wait_until(lambda: backend.event_ids() == ["sos-1"], "the broker still has it")


def test_declined_press_is_handed_over_by_itself_and_then_acknowledged(
    backend: FakeBackend, sender: MakeSender, start_lane: StartLane, tmp_path: Path
) -> None:
    backend.judge = lambda path, _items: 503 if path == "events" else 202
    lane = start_lane(spool_max_rows=0)
    device = sender("T1")
    device.event("sos-1")
    wait_until(lambda: "spool_unavailable" in "".join(r.detail for r in backend.stored.health), "it is declined")
    device.event("sos-2")
    backend.judge = lambda _path, _items: 202
    wait_until(lambda: set(backend.event_ids()) == {"sos-1", "sos-2"}, "both are handed over")
    assert lane.link.state.connects == 1
    wait_until(lambda: backend.stored.health[-1].state == "up", "up again")
    lane.stop()
    taken = len(backend.stored.events)
    second = start_lane(spool_dir=tmp_path / "another")
    wait_until(lambda: second.link.state.echo_at, "whatever the broker still had has come")
    assert len(backend.stored.events) == taken


def test_broken_spool_file_is_set_aside(
    backend: FakeBackend, sender: MakeSender, start_lane: StartLane, tmp_path: Path
) -> None:
    (tmp_path / "gateway").mkdir()
    (tmp_path / "gateway" / "gw1.events.sqlite").write_bytes(b"no database at all" * 1000)
    lane = start_lane()
    backend.stop()
    sender("T1").event("sos-1")
    wait_until(lambda: lane.spool.figures().rows == 1, "the fresh spool works")
    assert (tmp_path / "gateway" / "gw1.events.sqlite.broken-1").exists()
    backend.start()
    wait_until(lambda: backend.event_ids() == ["sos-1"], "it is handed over")
    told = "and somebody is told"
    wait_until(lambda: any("spool_set_aside" in report.detail for report in backend.stored.health), told)


def test_broker_that_ignores_the_window_costs_no_reconnect(
    backend: FakeBackend, sender: MakeSender, start_lane: StartLane
) -> None:
    """Mosquitto 2.0.11 goes far beyond the receive maximum once acknowledgements flow."""
    lane = start_lane()
    for name in ("T1", "T2"):
        sender(name).burst("event", [event_payload(name, f"{name}-{number}") for number in range(1000)])
    wait_until(lambda: len(set(backend.event_ids())) == 2000, "all are handed over", seconds=60)
    assert lane.link.state.connects == 1
    assert len(backend.event_ids()) == 2000
