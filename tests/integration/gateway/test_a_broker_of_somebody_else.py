"""A broker that is not ours: it never gets more publishes at once than it has said it takes."""

from __future__ import annotations

import pytest

from tests.fakes.gateway_backend import FakeBackend
from tests.harness.clock import wait_until
from tests.integration.gateway.conftest import StartLane
from tests.integration.gateway.narrow_broker import NarrowBroker

pytestmark = pytest.mark.broker


def test_no_more_commands_under_way_than_the_broker_takes(backend: FakeBackend, start_lane: StartLane) -> None:
    with NarrowBroker(receive_maximum=3) as broker:
        start_lane(broker_port=broker.port)
        for number in range(10):
            backend.offer(backend.reassure("T1", f"e-{number}"))
        for taken in range(3, 11):
            wait_until(lambda taken=taken: broker.taken == taken, f"{taken} have come")
            broker.acknowledge()
        while broker.unacknowledged:
            broker.acknowledge()
        wait_until(lambda: len(backend.stored.outcomes) == 10, "all are told")
        assert {one.outcome for one in backend.stored.outcomes} == {"sent"}
        assert broker.most == 3


def test_puback_of_the_last_moment_is_told(backend: FakeBackend, start_lane: StartLane) -> None:
    with NarrowBroker(receive_maximum=100) as broker:
        lane = start_lane(broker_port=broker.port)
        backend.offer(backend.reassure("T1", "e-1"))
        wait_until(lambda: broker.unacknowledged, "it is published")
        for loop in lane._loops:
            loop.stop()
        assert all(loop.join(5) for loop in lane._loops)
        broker.acknowledge()
        lane.stop()
        assert [(one.lease, one.outcome) for one in backend.stored.outcomes] == [("lease-e-1", "sent")]
