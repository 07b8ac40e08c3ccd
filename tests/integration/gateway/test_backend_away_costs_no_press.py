"""While the backend is away events go to the disk and are acknowledged; they are handed over when it is back."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest

from gateway.core.lanes import LaneName
from tests.fakes.gateway_backend import FakeBackend
from tests.harness.broker import Broker
from tests.harness.child import Child
from tests.harness.clock import stopwatch, wait_until
from tests.harness.fleet import Fleet
from tests.integration.gateway.conftest import MakeSender, StartLane, event_payload

pytestmark = pytest.mark.broker


def test_spooled_events_are_handed_over_in_order_emergencies_first(
    backend: FakeBackend, sender: MakeSender, start_lane: StartLane
) -> None:
    lane = start_lane()
    backend.stop()
    device = sender("T1")
    device.event("battery", "care.battery.low")
    device.event("service", "care.service.pressed")
    device.event("sos-1")
    device.event("sos-2")
    wait_until(lambda: lane.spool.figures().rows == 4, "all four wait on disk")
    backend.start()
    wait_until(lambda: len(backend.stored.events) == 4, "all four are handed over")
    assert backend.event_ids() == ["sos-1", "sos-2", "service", "battery"]
    wait_until(lambda: lane.spool.figures().rows == 0, "the spool is empty")
    device.event("sos-3")
    wait_until(lambda: backend.event_ids()[-1] == "sos-3", "the next press goes straight through")


def test_what_was_spooled_is_not_delivered_again_by_the_broker(
    backend: FakeBackend, sender: MakeSender, start_lane: StartLane
) -> None:
    lane = start_lane()
    backend.stop()
    sender("T1").event("sos-1")
    wait_until(lambda: lane.spool.figures().rows == 1, "it waits on disk")
    lane.stop()
    backend.start()
    second = start_lane(spool_dir=lane.spool._path.parent / "another")
    wait_until(lambda: second.link.state.echo_at, "whatever the broker still had has come")
    assert backend.stored.events == []


def test_spooled_press_survives_kill_9(
    backend: FakeBackend, broker: Broker, fleet: Fleet, lane_process: Callable[..., Child]
) -> None:
    backend.stop()
    first = lane_process()
    terminal = fleet.add("T1", broker.add_device("T1"))
    event_id = terminal.press()
    wait_until(lambda: '"what": "spooled"' in first.tail() or "backend_away" in first.tail(), "the lane knows")
    first.kill()
    backend.start()
    lane_process()
    terminal.wait_answer(event_id)
    assert set(backend.event_ids()) == {event_id}


def test_backend_that_hangs_is_not_waited_for(backend: FakeBackend, sender: MakeSender, start_lane: StartLane) -> None:
    lane = start_lane()
    backend.gate.clear()
    device = sender("T1")
    device.event("sos-1")
    wait_until(lambda: lane.spool.figures().rows == 1, "it goes to the disk after the deadline")
    backend.gate.set()
    wait_until(lambda: "sos-1" in backend.event_ids() and lane.spool.figures().rows == 0, "and is handed over")


def test_spooled_press_does_not_wait_long_after_a_hang(
    backend: FakeBackend, sender: MakeSender, start_lane: StartLane
) -> None:
    lane = start_lane(events_deadline_ms=100)
    backend.gate.clear()
    began = stopwatch()
    sender("T1").event("sos-1")
    wait_until(lambda: stopwatch() - began > 8, "a hang of many deadlines")
    assert lane.spool.figures().rows == 1
    backend.gate.set()
    wait_until(lambda: lane.spool.figures().rows == 0, "it is handed over soon", seconds=5)
    assert set(backend.event_ids()) == {"sos-1"}


def test_drained_batches_are_as_small_as_direct_ones(
    backend: FakeBackend, sender: MakeSender, start_lane: StartLane
) -> None:
    lane = start_lane()
    backend.stop()
    sender("T1").burst("event", [event_payload("T1", f"e-{number}") for number in range(170)])
    wait_until(lambda: lane.spool.figures().rows == 170, "all wait on disk")
    sizes: list[int] = []

    def judge(path: str, items: list[Any]) -> int:
        if path == "events":
            sizes.append(len(items))
        return 202

    backend.judge = judge
    backend.start()
    wait_until(lambda: len(backend.stored.events) == 170, "all are handed over")
    assert max(sizes) == 50


def test_health_says_that_the_backend_was_away(backend: FakeBackend, sender: MakeSender, start_lane: StartLane) -> None:
    start_lane()
    wait_until(lambda: any(report.state == "up" for report in backend.stored.health), "the lane reports up")
    backend.judge = lambda path, _items: 503 if path == "events" else 202
    sender("T1").event("sos-1")
    wait_until(lambda: "backend_away" in backend.stored.health[-1].detail, "degraded is reported")
    assert backend.stored.health[-1].state == "degraded"
    assert backend.stored.health[-1].figures["spool_rows"] == 1
    backend.judge = lambda _path, _items: 202
    wait_until(lambda: backend.stored.health[-1].state == "up", "up again")


def test_status_keeps_its_order_behind_what_waits(
    backend: FakeBackend, sender: MakeSender, start_lane: StartLane
) -> None:
    lane = start_lane(LaneName.TELEMETRY)
    backend.stop()
    device = sender("T1")
    device.send("status", '{"state":"offline","boot":1}')
    wait_until(lambda: lane.spool.figures().rows == 1, "it waits on disk")
    backend.start()
    device.send("status", '{"state":"online","boot":2}')
    wait_until(lambda: len(backend.items("status")) == 2, "both are handed over")
    assert [bytes(item.status) for item in backend.items("status")] == [
        b'{"state":"offline","boot":1}',
        b'{"state":"online","boot":2}',
    ]
