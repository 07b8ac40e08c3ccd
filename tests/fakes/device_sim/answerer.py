"""Stands in for gateway and backend on the broker: hears events, and answers when the test says so."""

from __future__ import annotations

import json
from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import timedelta
from typing import Any, Self

import paho.mqtt.client as mqtt

from contract.times import format_time
from contract.topics import answer_id
from tests.harness.broker import Broker
from tests.harness.clock import wait_until, wall_now

Policy = Callable[[int], bool]
"""Whether the n-th copy (from 1) of an event is answered."""


@dataclass
class Answerer:
    """Two clients with the gateway lanes' accounts. `copies`: payloads of each event id, in order of arrival."""

    broker: Broker
    secrets: dict[str, str]
    policy: Policy = lambda _: True
    copies: dict[str, list[bytes]] = field(default_factory=dict)
    statuses: dict[str, list[dict[str, Any]]] = field(default_factory=dict)
    results: list[dict[str, Any]] = field(default_factory=list)
    packs: dict[str, list[bytes]] = field(default_factory=dict)

    def __enter__(self) -> Self:
        self._events = self._client("gw1.events", ("event",), self._on_event)
        self._others = self._client("gw1.telemetry", ("status", "result", "telemetry"), self._on_other)
        return self

    def __exit__(self, *_: object) -> None:
        for client in (self._events, self._others):
            client.disconnect()
            client.loop_stop()

    def _client(self, account: str, channels: tuple[str, ...], on_message: Any) -> mqtt.Client:
        client = mqtt.Client(mqtt.CallbackAPIVersion.VERSION2, account, protocol=mqtt.MQTTv5)
        client.username_pw_set(account, self.secrets[account])
        client.reconnect_delay_set(1, 1)
        subscribed: list[int] = []
        client.on_connect = lambda c, *_: c.subscribe([(f"care/v1/+/{channel}", 1) for channel in channels])
        client.on_subscribe = lambda *_: subscribed.append(1)
        client.on_message = lambda _c, _u, message: on_message(message)
        client.connect(self.broker.host, self.broker.port, keepalive=30)
        client.loop_start()
        wait_until(lambda: subscribed, f"{account} is subscribed")
        return client

    def _on_event(self, message: mqtt.MQTTMessage) -> None:
        event = json.loads(message.payload)
        copies = self.copies.setdefault(event["id"], [])
        copies.append(message.payload)
        if self.policy(len(copies)):
            self.reassure(message.topic.split("/")[2], event["id"])

    def _on_other(self, message: mqtt.MQTTMessage) -> None:
        _, _, device_id, channel = message.topic.split("/")
        if channel == "status":
            self.statuses.setdefault(device_id, []).append(json.loads(message.payload))
        elif channel == "result":
            self.results.append(json.loads(message.payload))
        else:
            self.packs.setdefault(device_id, []).append(message.payload)

    def reassure(self, device_id: str, event_id: str, stage: str = "received") -> str:
        """Answer an event; the command's id."""
        command_id = answer_id(device_id, event_id, stage)
        self.command(device_id, "reassure", {"stage": stage, "event_id": event_id}, command_id)
        return command_id

    def command(
        self, device_id: str, name: str, args: dict[str, Any], command_id: str, lives: timedelta = timedelta(minutes=2)
    ) -> None:
        """Send a command that expires after `lives`."""
        body = {"id": command_id, "command": name, "args": args, "expires": format_time(wall_now() + lives)}
        self._events.publish(f"care/v1/{device_id}/command", json.dumps(body), qos=1)
