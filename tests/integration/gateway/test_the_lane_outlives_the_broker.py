"""Broker restarts and kills, many open files, lost sessions, a stuck way: the lane comes back or asks for a restart."""

from __future__ import annotations

import os
import resource
import signal
from collections.abc import Callable

import pytest

from tests.fakes.gateway_backend import FakeBackend
from tests.harness.broker import Broker
from tests.harness.child import Child
from tests.harness.clock import wait_until
from tests.harness.fleet import Fleet
from tests.integration.gateway.conftest import MakeSender, StartLane

pytestmark = pytest.mark.broker


def test_press_is_answered_after_the_broker_was_killed(
    broker: Broker, backend: FakeBackend, fleet: Fleet, start_lane: StartLane
) -> None:
    lane = start_lane()
    terminal = fleet.add("T1", broker.add_device("T1"))
    terminal.wait_answer(terminal.press())
    broker.kill()
    wait_until(lambda: not lane.link.state.ready, "the lane notices")
    event_id = terminal.press()
    broker.start()
    terminal.wait_answer(event_id)


def test_what_was_published_while_the_lane_was_away_comes_when_it_is_back(
    backend: FakeBackend, sender: MakeSender, start_lane: StartLane
) -> None:
    start_lane().stop()
    device = sender("T1")
    for number in range(150):  # more than one window
        device.event(f"e-{number}")
    start_lane()
    wait_until(lambda: len(set(backend.event_ids())) == 150, "all have come")


def test_lost_session_is_an_alarm(backend: FakeBackend, broker: Broker, start_lane: StartLane) -> None:
    lane = start_lane()
    assert lane.link.state.session_lost_at is None
    broker.kill()  # before it had ever saved the session
    (broker.folder / "data" / "mosquitto.db").unlink(missing_ok=True)
    broker.start()
    wait_until(lambda: lane.link.state.connects == 2, "the lane is back")
    wait_until(lambda: "session_lost" in backend.stored.health[-1].detail, "and says what is gone")


def test_many_open_files_do_not_stop_the_loop(
    broker: Broker, backend: FakeBackend, fleet: Fleet, start_lane: StartLane
) -> None:
    soft, hard = resource.getrlimit(resource.RLIMIT_NOFILE)
    if hard != resource.RLIM_INFINITY and hard < 2000:
        pytest.fail("the machine allows fewer than 2000 open files")
    resource.setrlimit(resource.RLIMIT_NOFILE, (max(soft, 2000), hard))
    terminal = fleet.add("T1", broker.add_device("T1"))
    taken = [os.open(os.devnull, os.O_RDONLY) for _ in range(1100)]
    try:
        lane = start_lane()
        terminal.wait_answer(terminal.press())
        lane.stop()
    finally:
        for descriptor in taken:
            os.close(descriptor)
        resource.setrlimit(resource.RLIMIT_NOFILE, (soft, hard))


def test_no_echo_ends_the_lane_with_70(broker: Broker, lane_process: Callable[..., Child]) -> None:
    child = lane_process(canary_seconds=0.2, canary_limit_seconds=1.5)
    wait_until(lambda: "broker_ready" in child.tail(), "the lane is connected")
    broker.signal(signal.SIGSTOP)
    try:
        wait_until(lambda: not child.running, "the lane ends")
    finally:
        broker.signal(signal.SIGCONT)
    assert child.exit_code == 70
    assert "no_echo" in child.tail()


def test_sigterm_ends_the_lane_with_0(broker: Broker, lane_process: Callable[..., Child]) -> None:
    child = lane_process()
    wait_until(lambda: "broker_ready" in child.tail(), "the lane is connected")
    assert child.stop(10) == 0


def test_wrong_password_is_said_and_mended_without_a_restart(
    broker: Broker, backend: FakeBackend, start_lane: StartLane
) -> None:
    password = broker.folder.parent / "secrets" / "gw1.events.password"
    right = password.read_text()
    password.write_text("wrong")
    lane = start_lane(wait=False)
    wait_until(lambda: "Not authorized" in lane.link.state.refusal, "the broker's answer is known")
    wait_until(lambda: backend.stored.health and backend.stored.health[-1].state == "down", "down is reported")
    password.write_text(right)
    wait_until(lambda: lane.link.state.ready, "it is let in")
