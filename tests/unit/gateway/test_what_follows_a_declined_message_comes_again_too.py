"""A message that was declined is never acknowledged under its number by one that came later (fact 7)."""

from __future__ import annotations

from datetime import timedelta

import paho.mqtt.client as mqtt

from gateway.adapters.clock import SystemClock
from gateway.adapters.inbox import Inbox
from gateway.adapters.metrics import Metrics
from gateway.adapters.mqtt.client import Address
from gateway.adapters.mqtt.connection import HOLD_BACK_SECONDS, Connection, Surroundings
from gateway.adapters.mqtt.packets import Publish
from gateway.adapters.mqtt.state import LinkState
from gateway.core.lanes import PLANS, LaneName
from gateway.core.ports import Clock, Kind
from tests.harness.clock import ManualClock


def _surroundings(inbox: Inbox, clock: Clock | None = None) -> Surroundings:
    clock = clock or SystemClock()
    return Surroundings(
        address=Address("127.0.0.1", 1, False, None, "gw1.events", lambda: "", 10, 100),
        plan=PLANS[LaneName.EMERGENCY],
        inboxes={Kind.EVENT: inbox},
        clock=clock,
        state=LinkState(clock, Metrics("emergency")),
        known_session=lambda: False,
        remember_session=lambda: None,
    )


def _hear(connection: Connection, mid: int, qos: int = 1) -> None:
    message = mqtt.MQTTMessage(mid=mid, topic=b"care/v1/T1/event")
    message.payload, message.qos = b"{}", qos
    connection.client.on_message(connection.client, None, message)


def test_nothing_is_taken_after_the_first_declined_one_until_the_next_connection() -> None:
    """Mosquitto counts its numbers round and round: the 65,535th after it would have the declined one's."""
    inbox = Inbox(SystemClock(), 2, 1000, 10, 0.0)
    around = _surroundings(inbox)
    first = Connection(around, generation=1)
    for mid in (1, 2, 3):
        _hear(first, mid)
    assert [delivery.mid for delivery in inbox.gather(0.0)] == [1, 2]
    _hear(first, 3)
    assert inbox.gather(0.0) == []
    second = Connection(around, generation=2)
    for mid in (3, 4):
        _hear(second, mid)
    assert [(delivery.mid, delivery.generation) for delivery in inbox.gather(0.0)] == [(3, 2), (4, 2)]


def test_a_declined_unconfirmed_one_stops_nothing() -> None:
    inbox = Inbox(SystemClock(), 5, 1000, 10, 0.0)
    connection = Connection(_surroundings(inbox), generation=1)
    for mid in (0, 0):
        _hear(connection, mid, qos=0)
    _hear(connection, 7)
    assert [delivery.mid for delivery in inbox.gather(0.0)] == [0, 7]


def test_what_comes_faster_than_it_is_stored_stays_with_the_broker_for_a_while() -> None:
    """Declining it would cost the connection; but a lane that reads nothing for long would not hear its own echo."""
    clock = ManualClock()
    inbox = Inbox(clock, 4, 1000, 10, 0.0)
    connection = Connection(_surroundings(inbox, clock), generation=1)
    for mid in (1, 2):
        _hear(connection, mid)
    assert not connection.holds_back
    _hear(connection, 3)
    assert connection.holds_back
    clock.turn(timedelta(seconds=HOLD_BACK_SECONDS))
    assert not connection.holds_back
    inbox.gather(0.0)
    assert not connection.holds_back
    for mid in (4, 5, 6):
        _hear(connection, mid)
    assert connection.holds_back


def test_many_that_come_together_are_taken_together_or_judged_one_by_one() -> None:
    inbox = Inbox(SystemClock(), 3, 1000, 10, 0.0)
    connection = Connection(_surroundings(inbox), generation=1)
    connection._on_publishes([Publish(b"care/v1/T1/event", b"{}", 1, False, mid) for mid in (1, 2)])
    connection._on_publishes([Publish(b"care/v1/T1/event", b"{}", 1, False, mid) for mid in (3, 4, 5)])
    connection._on_publishes([Publish(b"care/v1/T1/event", b"{}", 1, False, 6)])
    assert [delivery.mid for delivery in inbox.gather(0.0)] == [1, 2, 3]
    connection._on_publishes([Publish(b"care/v1/T1/event", b"{}", 1, False, 4)])
    assert inbox.gather(0.0) == []
