"""A command leaves with its expiry and its outcome goes back; one whose time is over is not published."""

from __future__ import annotations

import threading
from datetime import timedelta

import pytest

from gateway.core.commands import Unsent
from tests.fakes.gateway_backend import FakeBackend
from tests.harness.broker import Broker
from tests.harness.clock import wait_until
from tests.harness.fleet import Fleet
from tests.integration.gateway.conftest import StartLane

pytestmark = pytest.mark.broker


def test_expired_command_is_reported_and_not_published(
    broker: Broker, backend: FakeBackend, fleet: Fleet, start_lane: StartLane
) -> None:
    start_lane()
    terminal = fleet.add("T1", broker.add_device("T1"))
    backend.offer(backend.reassure("T1", "late", timedelta(seconds=-1)))
    backend.offer(backend.reassure("T1", "fresh"))
    terminal.wait_answer("fresh")
    wait_until(lambda: len(backend.stored.outcomes) == 2, "both outcomes are reported")
    assert {one.lease: (one.outcome, one.reason) for one in backend.stored.outcomes} == {
        "lease-late": ("failed", "expired"),
        "lease-fresh": ("sent", None),
    }
    assert terminal.answers("late") == []


def test_broker_forgets_a_command_after_its_expiry(
    broker: Broker, backend: FakeBackend, fleet: Fleet, start_lane: StartLane
) -> None:
    start_lane()
    secret = broker.add_device("T1")
    terminal = fleet.add("T1", secret)
    wait_until(lambda: terminal.connected, "its session exists")
    fleet.drop(terminal)
    backend.offer(backend.reassure("T1", "short", timedelta(seconds=1)))
    backend.offer(backend.reassure("T1", "long"))
    wait_until(lambda: len(backend.stored.outcomes) == 2, "the broker has both")
    expired = backend.reassure("T1", "after", timedelta(seconds=2)).expires
    wait_until(lambda: backend.reassure("T1", "x", timedelta()).expires > expired, "two seconds pass")
    again = fleet.add("T1", secret)
    again.wait_answer("long")
    assert again.answers("short") == []


def test_command_for_no_device_is_failed(backend: FakeBackend, start_lane: StartLane) -> None:
    start_lane()
    backend.offer(backend.reassure("not/a+device", "e"))
    wait_until(lambda: backend.stored.outcomes, "the outcome is reported")
    assert (backend.stored.outcomes[0].outcome, backend.stored.outcomes[0].reason) == ("failed", "bad_device_id")


def test_command_for_a_device_without_a_session_is_failed(backend: FakeBackend, start_lane: StartLane) -> None:
    """The broker acknowledges it and throws it away: reason code 0x10 of MQTT 5."""
    start_lane()
    backend.offer(backend.reassure("T-never-seen", "e"))
    wait_until(lambda: backend.stored.outcomes, "the outcome is reported")
    assert (backend.stored.outcomes[0].outcome, backend.stored.outcomes[0].reason) == ("failed", "no_subscriber")


def test_command_claimed_while_the_lane_stops_still_goes_out_and_is_told(
    broker: Broker, backend: FakeBackend, fleet: Fleet, start_lane: StartLane
) -> None:
    lane = start_lane(claim_wait_seconds=3.0)
    terminal = fleet.add("T1", broker.add_device("T1"))
    claim = next(loop for loop in lane._loops if loop.name == "claim")
    wait_until(lambda: claim.silent_for() > 0.5, "the long poll is under way")
    ending = threading.Thread(target=lane.stop, name="ending")
    ending.start()
    wait_until(claim.stopping.is_set, "it stops")
    backend.offer(backend.reassure("T1", "e-1"))
    ending.join(10)
    assert not ending.is_alive()
    terminal.wait_answer("e-1")
    assert [(one.lease, one.outcome) for one in backend.stored.outcomes] == [("lease-e-1", "sent")]


def test_command_that_comes_too_late_to_go_out_is_told_as_stopping(
    broker: Broker, backend: FakeBackend, start_lane: StartLane
) -> None:
    lane = start_lane()
    lane.link.stop(5)
    lane._commands.hand_out([backend.reassure("T1", "e-1")])
    lane.stop()
    assert [(one.outcome, one.reason) for one in backend.stored.outcomes] == [("failed", Unsent.STOPPING)]
