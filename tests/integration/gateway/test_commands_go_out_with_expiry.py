"""A command leaves with its expiry and its outcome goes back; one whose time is over is not published."""

from __future__ import annotations

from datetime import timedelta

import pytest

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
