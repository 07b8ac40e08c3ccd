"""Single acts on MQTT, for the tests that want no contract kept: one connect, one publish, one program of others."""

from __future__ import annotations

import json
import os
import signal
import ssl
import subprocess
import threading
from collections.abc import Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, Protocol, Self

import paho.mqtt.client as mqtt
from paho.mqtt.enums import CallbackAPIVersion

from tests.harness.clock import wait_until


class Credential(Protocol):
    """A name and a password."""

    @property
    def device_id(self) -> str: ...
    @property
    def secret(self) -> str: ...


@dataclass
class Link:
    """One connection as a device. `connected`: the broker's answer; `reasons`: of each PUBACK, by message id.

    It never connects again by itself: `online` turns False when the broker has cut it off.
    """

    port: int
    device: Credential
    connected: bool | None = None
    reasons: dict[int, str] = field(default_factory=dict)
    received: list[dict[str, Any]] = field(default_factory=list)
    online: bool = False
    tls: ssl.SSLContext | None = None

    def __enter__(self) -> Self:
        client = mqtt.Client(
            CallbackAPIVersion.VERSION2, self.device.device_id, protocol=mqtt.MQTTv5, reconnect_on_failure=False
        )
        client.username_pw_set(self.device.device_id, self.device.secret)
        if self.tls is not None:
            client.tls_set_context(self.tls)
        client.on_connect = self._on_connect
        client.on_disconnect = self._on_disconnect
        client.on_publish = self._on_publish
        client.on_message = self._on_message
        self._answered = threading.Event()
        self._client = client
        client.connect("127.0.0.1", self.port, keepalive=30)
        client.loop_start()
        assert self._answered.wait(10), "the broker answers CONNECT"
        return self

    def __exit__(self, *_: object) -> None:
        self._client.disconnect()
        self._client.loop_stop()

    def publish(self, topic: str, payload: bytes | str, qos: int = 1, retain: bool = False) -> str:
        """Publish, and the broker's reason (`Success` for QoS 0)."""
        info = self._client.publish(topic, payload, qos=qos, retain=retain)
        if qos == 0:
            return "Success"
        return wait_until(lambda: self.reasons.get(info.mid), f"PUBACK for {topic}", every=0.002)

    def send(self, topic: str, payload: bytes, qos: int = 1) -> int:
        """Publish without waiting; the message id."""
        return self._client.publish(topic, payload, qos=qos).mid

    def subscribe(self, topic: str) -> None:
        """Messages are gathered in `received` as JSON."""
        self._client.subscribe(topic, qos=1)

    def _on_connect(self, _client: Any, _user: Any, _flags: Any, reason: Any, _properties: Any) -> None:
        self.connected = self.online = not reason.is_failure
        self._answered.set()

    def _on_disconnect(self, *_: object) -> None:
        self.online = False

    def _on_publish(self, _client: Any, _user: Any, mid: int, reason: Any, _properties: Any) -> None:
        self.reasons[mid] = str(reason)

    def _on_message(self, _client: Any, _user: Any, message: mqtt.MQTTMessage) -> None:
        self.received.append(json.loads(message.payload))


def accepts(port: int, device: Credential) -> bool:
    """Whether there is a broker that lets this device in."""
    try:
        with Link(port, device) as link:
            return bool(link.connected)
    except OSError:
        return False


class MosquittoRr:
    """Mosquitto's own request and response client: press and answer on one connection as the device."""

    def __init__(self, port: int, device: Credential, payload: str, log: Path) -> None:
        self._log = log
        root = f"care/v1/{device.device_id}"
        command: Sequence[str] = [
            *("mosquitto_rr", "-V", "mqttv5", "-q", "1", "-h", "127.0.0.1", "-p", str(port), "-W", "60"),
            *("-u", device.device_id, "-P", device.secret, "-t", f"{root}/event", "-e", f"{root}/command"),
            *("-m", payload),
        ]
        with log.open("wb") as output:
            self._process = subprocess.Popen(command, stdout=output, stderr=subprocess.STDOUT)

    def answer(self) -> dict[str, Any]:
        """The first message on the command topic."""
        line = wait_until(lambda: self._log.read_text().strip(), "mosquitto_rr prints the answer")
        return dict(json.loads(line.splitlines()[0]))

    def end(self) -> None:
        """It leaves by itself after the first answer; if not, now."""
        if self._process.poll() is None:
            os.kill(self._process.pid, signal.SIGTERM)
        self._process.wait(10)
