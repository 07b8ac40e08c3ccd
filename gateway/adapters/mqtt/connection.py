"""What one connection takes in and sends out: deliveries into inboxes; acknowledgements and publishes of its own."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from functools import lru_cache
from itertools import groupby
from typing import Any, Final

import paho.mqtt.client as mqtt
from paho.mqtt.subscribeoptions import SubscribeOptions

from contract.topics import canary_topic
from gateway.adapters.inbox import Inbox
from gateway.adapters.mqtt.client import PUBLISHES_IN_FLIGHT, Address, BufferedClient
from gateway.adapters.mqtt.packets import Publish
from gateway.adapters.mqtt.state import LinkState
from gateway.core.commands import Unsent
from gateway.core.lanes import LanePlan, kind_of
from gateway.core.ports import Clock, Delivery, Kind

TOPICS_KEPT: Final = 65_536
"""Names of topics that are kept as read: some hundred bytes each."""
ANSWER_SECONDS: Final = 5.0
"""For CONNACK and SUBACK together."""
DECLINED_SECONDS: Final = 2.0
"""How long the inboxes get, at least, to empty before declined messages are asked for again."""
HOLD_BACK_SECONDS: Final = 2.0
"""How long nothing is read while an inbox is half full: the broker keeps what it cannot send. Far below a keepalive."""
RETAINED_ONCE: Final = 1
"""MQTT 5 retain handling: retained messages come when a subscription is new, not at each reconnect."""
NO_MATCHING_SUBSCRIBERS: Final = 0x10
"""A PUBACK of MQTT 5 that is no failure by its number, and yet nobody will ever get the message."""
Done = Callable[[str | None], None]


@dataclass(frozen=True, slots=True)
class Surroundings:
    """What every connection of a lane shares. `known_session`: whether this account had a session here before."""

    address: Address
    plan: LanePlan
    inboxes: Mapping[Kind, Inbox]
    clock: Clock
    state: LinkState
    known_session: Callable[[], bool]
    remember_session: Callable[[], None]


class Connection:
    """Used in one thread. paho's callbacks are methods here, and none of them raises."""

    def __init__(self, around: Surroundings, generation: int) -> None:
        self.client = BufferedClient(around.address)
        self._around = around
        self._state = around.state
        self._generation = generation
        self._opened_at = around.clock.monotonic()
        self._canary = canary_topic(around.address.username)
        self._pending: dict[int, Done] = {}
        self._declining = False
        self._held_since: float | None = None
        self.client.on_connect = lambda _c, _u, flags, reason, granted: self._on_connect(flags, reason, granted)
        self.client.on_subscribe = lambda _c, _u, _mid, reasons, _p: self._on_subscribe(reasons)
        self.client.on_message = lambda _c, _u, message: self._on_message(message)
        self.client.on_publish = lambda _c, _u, mid, reason, _p: self._on_publish(mid, reason)

    # what the link asks for

    def read(self) -> None:
        """Handle one piece of what has arrived; the others want their turn."""
        self.client.read(self._on_publishes)

    @property
    def holds_back(self) -> bool:
        """Whether to leave what arrives with the broker for now; declining it would cost the connection.

        Mosquitto 2.0.11 sends far more than the receive maximum. Where nothing moves, reading goes on, for our echo.
        """
        if all(inbox.roomy for inbox in self._around.inboxes.values()):
            self._held_since = None
            return False
        now = self._around.clock.monotonic()
        self._held_since = now if self._held_since is None else self._held_since
        return now - self._held_since < HOLD_BACK_SECONDS

    def keep(self) -> None:
        """Keepalive, and the end of a connection that does not get ready or must begin anew."""
        self.client.loop_misc()
        now = self._around.clock.monotonic()
        if not self._state.ready and now - self._opened_at > ANSWER_SECONDS:
            self._state.note_refusal("no_answer")
            self.client.end()
        declined = self._state.declined_at
        roomy = all(inbox.roomy for inbox in self._around.inboxes.values())
        if declined is not None and now - declined > DECLINED_SECONDS and roomy:
            self._state.declined_at = None  # on this connection they would never come again (fact 7)
            self.client.end()

    def acknowledge(self, deliveries: Sequence[Delivery]) -> None:
        """PUBACK for those of this connection: the numbers of another one may mean other messages (fact 7)."""
        mine = self._generation
        self.client.acknowledge([one.mid for one in deliveries if one.qos and one.generation == mine])

    def publish(self, topic: str, payload: bytes, expiry_seconds: int, done: Done) -> None:
        """QoS 1; `done` with None at PUBACK."""
        if not self._state.ready:
            done(Unsent.NOT_CONNECTED)
            return
        info = self.client.publish_for(topic, payload, expiry_seconds)
        if info.rc == mqtt.MQTT_ERR_SUCCESS:
            self._pending[info.mid] = done
        else:
            done(f"publish_{int(info.rc)}")

    @property
    def unanswered(self) -> bool:
        """Whether a publish waits for its PUBACK."""
        return bool(self._pending)

    def send_canary(self, text: str) -> None:
        """Comes back to `state.echo_at`."""
        if self._state.ready:
            self.client.publish(self._canary, text, qos=0)

    def lose(self) -> None:
        """It is over: what was published and not acknowledged may or may not have left."""
        self._state.ready = False
        self.client.end()
        pending, self._pending = self._pending, {}
        for done in pending.values():
            done(Unsent.CONNECTION_LOST)

    # what paho calls

    def _on_connect(self, flags: Any, reason: Any, granted: Any) -> None:
        if reason.is_failure:
            self._state.note_refusal(str(reason))
            self.client.end()
            return
        self.client.narrow(getattr(granted, "ReceiveMaximum", PUBLISHES_IN_FLIGHT))
        if not flags.session_present and self._around.known_session():
            self._state.note_session_lost()
        filters = self._around.plan.subscriptions(self._around.address.username)
        self.client.subscribe(
            [(name, SubscribeOptions(qos=qos, retainHandling=RETAINED_ONCE)) for name, qos in filters]
        )

    def _on_subscribe(self, reasons: Sequence[Any]) -> None:
        refused = [str(reason) for reason in reasons if reason.is_failure]
        if refused:
            self._state.note_refusal(f"subscription: {refused[0]}")
            self.client.end()
            return
        self._around.remember_session()
        self._state.note_ready()

    def _on_message(self, message: mqtt.MQTTMessage) -> None:
        """A message of a form that was left to paho."""
        topic, payload = message._topic, bytes(message.payload)
        self._on_publishes([Publish(topic, payload, message.qos, message.retain, message.mid)])

    def _on_publishes(self, messages: Sequence[Publish]) -> None:
        now = self._around.clock.now()
        taken: list[tuple[Inbox, Delivery]] = []
        for raw, payload, qos, retain, mid in messages:
            topic, kind = _named(raw)
            if topic == self._canary:
                self._state.echo_at = self._around.clock.monotonic()
            elif kind is not None or not self._state.note_figure(topic, payload):
                taken.append((self._inbox(kind), Delivery(topic, payload, qos, retain, mid, self._generation, now)))
        for inbox, run in groupby(taken, key=lambda pair: pair[0]):
            self._put(inbox, [delivery for _, delivery in run])

    def _inbox(self, kind: Kind | None) -> Inbox:
        inbox = self._around.inboxes.get(kind) if kind else None
        # A topic that is not ours goes to any inbox: its intake keeps it for inspection.
        if inbox is None:  # not `or`: an inbox that is empty is false
            inbox = next(iter(self._around.inboxes.values()))
        return inbox

    def _put(self, inbox: Inbox, deliveries: Sequence[Delivery]) -> None:
        if not self._declining and inbox.put_all(deliveries):
            return
        for delivery in deliveries:
            # Mosquitto numbers messages round and round, whether or not a number is still out. Were one acknowledged
            # after another of the same number had been declined, the declined one would be gone (measured: 1 of
            # 319,402). So what follows the first declined message on this connection is declined too; all of it comes
            # again on the next.
            if (delivery.qos and self._declining) or not inbox.put(delivery):
                self._declining = self._declining or delivery.qos > 0
                self._state.note_declined(delivery.qos)

    def _on_publish(self, mid: int, reason: Any) -> None:
        done = self._pending.pop(mid, None)
        if done is None:
            return
        if reason.value == NO_MATCHING_SUBSCRIBERS:
            done(Unsent.NO_SUBSCRIBER)
        else:
            done(str(reason) if reason.is_failure else None)


@lru_cache(TOPICS_KEPT)
def _named(raw: bytes) -> tuple[str, Kind | None]:
    """A topic as text, and the kind that its last level names."""
    try:
        topic = raw.decode()
    except UnicodeDecodeError:
        topic = "not/utf-8"
    return topic, kind_of(topic)
