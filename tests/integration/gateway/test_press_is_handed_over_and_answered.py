"""A press goes terminal → broker → gateway → backend, and its answer the same way back."""

from __future__ import annotations

import msgspec
import pytest

from tests.fakes.gateway_backend import FakeBackend
from tests.harness.broker import Broker
from tests.harness.clock import wait_until
from tests.harness.fleet import Fleet
from tests.integration.gateway.conftest import StartLane

pytestmark = pytest.mark.broker


def test_press_is_handed_over_and_answered(
    broker: Broker, backend: FakeBackend, fleet: Fleet, start_lane: StartLane
) -> None:
    start_lane()
    terminal = fleet.add("T1", broker.add_device("T1"))
    event_id = terminal.press()
    heard = terminal.wait_answer(event_id)
    assert heard.command["id"] == backend.reassure("T1", event_id).id
    item = backend.stored.events[0]
    assert item.device_id == "T1"
    assert not item.retained
    assert msgspec.json.decode(item.event)["id"] == event_id
    wait_until(lambda: backend.stored.outcomes, "the outcome is reported")
    outcome = backend.stored.outcomes[0]
    assert (outcome.outcome, outcome.lease, outcome.reason) == ("sent", f"lease-{event_id}", None)


def test_claimed_command_reaches_its_device(
    broker: Broker, backend: FakeBackend, fleet: Fleet, start_lane: StartLane
) -> None:
    start_lane()
    terminal = fleet.add("T1", broker.add_device("T1"))
    backend.offer(backend.reassure("T1", "e-77"))
    assert terminal.wait_answer("e-77").command["args"]["stage"] == "received"
    wait_until(lambda: [one.outcome for one in backend.stored.outcomes] == ["sent"], "sent is reported")
