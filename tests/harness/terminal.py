"""A terminal that keeps the contract (reliability.md, rule 1).

Written apart from the simulator: the judge must not share its mistakes.
"""

from __future__ import annotations

import json
import random
import threading
import uuid
from dataclasses import dataclass
from datetime import datetime
from typing import Any, Final

import paho.mqtt.client as mqtt
from paho.mqtt.enums import CallbackAPIVersion
from paho.mqtt.packettypes import PacketTypes
from paho.mqtt.properties import Properties

from contract.times import format_time
from contract.vocabulary import SOS
from tests.harness.clock import PATIENCE_SECONDS, stopwatch, wait_until, wall_now
from tests.harness.ledger import Kind, Ledger

SESSION_EXPIRY_SECONDS: Final = 7 * 24 * 3600
FIRST_REPEAT, MOST_REPEAT, GROWTH, PATIENCE, SLOW_REPEAT = 1.5, 5.0, 1.5, 120.0, 30.0
"""Rule 1: 1.5 s, × 1.5 up to 5 s with jitter for 2 min, then every 30 s."""


@dataclass
class Pending:
    """A press that no `reassure` has named yet. Moments are seconds of `stopwatch`."""

    payload: bytes
    since: float
    due: float
    attempts: int = 0

    def sent(self, now: float, dice: random.Random) -> None:
        """Plan the next repeat."""
        span = SLOW_REPEAT
        if now - self.since < PATIENCE:
            span = min(FIRST_REPEAT * GROWTH**self.attempts, MOST_REPEAT) * dice.uniform(0.8, 1.2)
        self.attempts += 1
        self.due = now + span


@dataclass(frozen=True)
class Heard:
    """A command that arrived, and when by `stopwatch`."""

    command: dict[str, Any]
    at: float

    @property
    def stage(self) -> str | None:
        return _text(self.command["args"].get("stage"))

    @property
    def event_id(self) -> str | None:
        return _text(self.command["args"].get("event_id"))


class Terminal:
    """One device with its credential. `press` may be called from any thread; everything else is the fleet's loop.

    `confirms` False: it never sends a `result`, so the platform must say everything again.
    """

    def __init__(self, device_id: str, secret: str, ledger: Ledger, seed: int = 0, confirms: bool = True) -> None:
        self.device_id = device_id
        self.secret = secret
        self.ledger = ledger
        self.confirms = confirms
        self.boot = 1
        self.heard: list[Heard] = []
        self.sent_at: dict[str, float] = {}
        """When each event was published first, by `stopwatch`."""
        self.dice = random.Random(f"{seed}/{device_id}")
        self.pending: dict[str, Pending] = {}
        self.connected = False
        self.client: mqtt.Client | None = None
        self.reconnect_at = 0.0
        self._seq = 0
        self._sos_seq = 0
        self._lock = threading.Lock()

    # what a person or a test does

    def press(
        self, kind: str = "care.sos.pressed", event_id: str | None = None, at: datetime | None = None, **data: Any
    ) -> str:
        """Store an event, then let the loop send it until it is answered. Returns its id."""
        with self._lock:
            event_id = event_id or str(uuid.UUID(int=self.dice.getrandbits(128)))
            self._seq += 1
            self._sos_seq += kind == SOS
            data = {"seq": self._seq, "boot": self.boot, **({"sos_seq": self._sos_seq} if kind == SOS else {}), **data}
        event = {
            "specversion": "1.0",
            "id": event_id,
            "source": f"care/v1/{self.device_id}",
            "type": kind,
            "time": format_time(at or wall_now()),
            "data": data,
        }
        return self._store(event)

    def press_bare(self, kind: str = "care.sos.pressed") -> str:
        """An event with the four required attributes and nothing else."""
        event_id = str(uuid.UUID(int=self.dice.getrandbits(128)))
        return self._store({"specversion": "1.0", "id": event_id, "source": f"care/v1/{self.device_id}", "type": kind})

    def _store(self, event: dict[str, Any]) -> str:
        event_id = str(event["id"])
        self.ledger.write(Kind.PRESSED, self.device_id, event_id)
        now = stopwatch()
        self.pending[event_id] = Pending(json.dumps(event).encode(), now, now)
        return event_id

    def answers(self, event_id: str, stage: str | None = None) -> list[Heard]:
        """Every `reassure` that names the event, of one stage or of all."""
        return [h for h in list(self.heard) if h.event_id == event_id and stage in (None, h.stage)]

    def wait_answer(self, event_id: str, stage: str = "received", seconds: float = PATIENCE_SECONDS) -> Heard:
        """The first answer of that stage."""
        what = f"{self.device_id} hears {stage} for {event_id}"
        return wait_until(lambda: next(iter(self.answers(event_id, stage)), None), what, seconds)

    # what the fleet's loop does

    def new_client(self) -> mqtt.Client:
        """A client for one connection: what is pending stands here and in the ledger, not in the library."""
        client = mqtt.Client(
            CallbackAPIVersion.VERSION2,
            client_id=self.device_id,
            protocol=mqtt.MQTTv5,
            reconnect_on_failure=False,
        )
        client.username_pw_set(self.device_id, self.secret)
        will = Properties(PacketTypes.WILLMESSAGE)  # type: ignore[no-untyped-call]
        will.WillDelayInterval = 30
        offline = json.dumps({"state": "offline", "boot": self.boot})
        client.will_set(self._topic("status"), offline, qos=1, retain=True, properties=will)
        client.on_connect = self._on_connect
        client.on_message = self._on_message
        self.client = client
        return client

    def connect(self, host: str, port: int) -> None:
        """Open the connection; raises OSError when nobody listens."""
        session = Properties(PacketTypes.CONNECT)  # type: ignore[no-untyped-call]
        session.SessionExpiryInterval = SESSION_EXPIRY_SECONDS
        self.new_client().connect(host, port, keepalive=30, clean_start=False, properties=session)

    def lost(self, now: float) -> None:
        """Rule 25: reconnect with full jitter, 0–5 s with a press pending; shorter without one, tests wait for it."""
        self.connected = False
        self.client = None
        self.reconnect_at = now + self.dice.uniform(0.0, 5.0 if self.pending else 1.0)

    def send_due(self, now: float) -> None:
        """Publish what is due."""
        if not self.connected or self.client is None:
            return
        for event_id, press in list(self.pending.items()):
            if press.due <= now:
                press.sent(now, self.dice)
                self.ledger.write(Kind.SENT, self.device_id, event_id, attempt=press.attempts)
                self.sent_at.setdefault(event_id, stopwatch())
                self.client.publish(self._topic("event"), press.payload, qos=1)

    def _topic(self, channel: str) -> str:
        return f"care/v1/{self.device_id}/{channel}"

    def _on_connect(self, client: mqtt.Client, _user: Any, _flags: Any, reason: Any, _properties: Any) -> None:
        if reason.is_failure:
            return
        self.connected = True
        client.subscribe(self._topic("command"), qos=1)
        online = {"state": "online", "boot": self.boot, "at": format_time(wall_now())}
        client.publish(self._topic("status"), json.dumps(online), qos=1, retain=True)
        for press in list(self.pending.values()):
            press.due = min(press.due, stopwatch())

    def _on_message(self, client: mqtt.Client, _user: Any, message: mqtt.MQTTMessage) -> None:
        command = json.loads(message.payload)
        args = command["args"]
        self.ledger.write(
            Kind.HEARD,
            self.device_id,
            args.get("event_id"),
            command_id=command["id"],
            command=command["command"],
            stage=args.get("stage"),
        )
        self.heard.append(Heard(command, stopwatch()))
        if command["command"] == "reassure":
            self.pending.pop(args["event_id"], None)
        if self.confirms:
            client.publish(self._topic("result"), json.dumps({"id": command["id"], "status": "done"}), qos=1)


def _text(value: object) -> str | None:
    return value if isinstance(value, str) else None
