"""A real broker, the fake backend and a lane with short times, for the tests of this folder."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import paho.mqtt.client as mqtt
import pytest

from gateway.app import GatewayLane
from gateway.core.lanes import LaneName
from gateway.settings import Settings
from tests.fakes.gateway_backend import TOKEN, FakeBackend
from tests.harness.broker import Broker
from tests.harness.child import Child, clean_environment, python
from tests.harness.clock import wait_until
from tests.harness.fleet import Fleet

StartLane = Callable[..., GatewayLane]
MakeSender = Callable[[str], "Sender"]


@pytest.fixture
def broker(tmp_path: Path) -> Iterator[Broker]:
    folder = tmp_path / "broker"
    folder.mkdir()
    with Broker(folder) as running:
        (tmp_path / "secrets").mkdir()
        for account, secret in running.add_gateway("gw1").items():
            (tmp_path / "secrets" / f"{account}.password").write_text(secret)
        (tmp_path / "secrets" / "gw1.token").write_text(TOKEN)
        yield running


@pytest.fixture
def backend() -> Iterator[FakeBackend]:
    with FakeBackend() as running:
        yield running


@pytest.fixture
def fleet(broker: Broker, tmp_path: Path) -> Iterator[Fleet]:
    with Fleet(broker.port, tmp_path / "ledger.jsonl") as running:
        yield running


@pytest.fixture
def settings(broker: Broker, backend: FakeBackend, tmp_path: Path) -> Callable[..., Settings]:
    """Settings of a lane; `further` keys win."""

    def make(lane: LaneName, **further: Any) -> Settings:
        account = "gw1.events" if lane is LaneName.EMERGENCY else "gw1.telemetry"
        given: dict[str, Any] = {
            "broker_port": broker.port,
            "password_file": str(tmp_path / "secrets" / f"{account}.password"),
            "token_file": str(tmp_path / "secrets" / "gw1.token"),
            "backend_url": backend.url,
            "telemetry_backend_url": backend.url,
            "spool_dir": tmp_path / "gateway",
            "events_deadline_ms": 500,
            "telemetry_deadline_ms": 500,
            "claim_wait_seconds": 0.5,
            "health_seconds": 0.5,
            "canary_seconds": 0.5,
        }
        return Settings(**{**given, **further})

    return make


@pytest.fixture
def start_lane(settings: Callable[..., Settings]) -> Iterator[StartLane]:
    """Starts a lane in this process and waits until it hears; all are ended afterwards."""
    running: list[GatewayLane] = []

    def start(name: LaneName = LaneName.EMERGENCY, wait: bool = True, **further: Any) -> GatewayLane:
        lane = GatewayLane(settings(name, **further), name)
        lane.start()
        running.append(lane)
        if wait:
            wait_until(lambda: lane.link.state.ready, f"{name} lane is connected")
        return lane

    yield start
    for lane in running:
        lane.stop()


class Sender:
    """A device that publishes whatever it is told to, readable or not."""

    def __init__(self, broker: Broker, device_id: str) -> None:
        self.device_id = device_id
        self._client = mqtt.Client(mqtt.CallbackAPIVersion.VERSION2, client_id=device_id, protocol=mqtt.MQTTv5)
        self._client.username_pw_set(device_id, broker.add_device(device_id))
        self._client.connect(broker.host, broker.port)
        self._client.loop_start()
        wait_until(self._client.is_connected, f"{device_id} connects")

    def send(self, channel: str, payload: bytes | str, qos: int = 1, retain: bool = False) -> None:
        """The broker has it when this returns, where `qos` is 1."""
        info = self._client.publish(f"care/v1/{self.device_id}/{channel}", payload, qos, retain)
        info.wait_for_publish(10)

    def event(self, event_id: str, kind: str = "care.sos.pressed") -> None:
        self.send("event", event_payload(self.device_id, event_id, kind))

    def burst(self, channel: str, payloads: list[str]) -> None:
        """All at once, and wait for the last."""
        infos = [self._client.publish(f"care/v1/{self.device_id}/{channel}", payload, 1) for payload in payloads]
        for info in infos:
            info.wait_for_publish(30)

    def end(self) -> None:
        self._client.disconnect()
        self._client.loop_stop()


def event_payload(device_id: str, event_id: str, kind: str = "care.sos.pressed") -> str:
    """A sound event."""
    return json.dumps({"specversion": "1.0", "id": event_id, "source": f"care/v1/{device_id}", "type": kind})


@pytest.fixture
def sender(broker: Broker) -> Iterator[MakeSender]:
    """Makes senders; all leave afterwards."""
    made: list[Sender] = []

    def make(device_id: str) -> Sender:
        made.append(Sender(broker, device_id))
        return made[-1]

    yield make
    for one in made:
        one.end()


@pytest.fixture
def lane_process(broker: Broker, backend: FakeBackend, tmp_path: Path) -> Iterator[Callable[..., Child]]:
    """The emergency lane as a process of its own; `further`: settings by key."""
    started: list[Child] = []

    def make(**further: Any) -> Child:
        given = {
            "broker_port": broker.port,
            "password_file": tmp_path / "secrets" / "gw1.events.password",
            "token_file": tmp_path / "secrets" / "gw1.token",
            "backend_url": backend.url,
            "spool_dir": tmp_path / "gateway",
            "events_deadline_ms": 500,
            "claim_wait_seconds": 0.5,
            **further,
        }
        environment = {f"CARE_GATEWAY_{key.upper()}": str(value) for key, value in given.items()}
        log = tmp_path / f"lane-{len(started)}.log"
        command, says = python("gateway", "--lane", "emergency"), '"event": "lane_started"'
        started.append(Child("lane", command, clean_environment(environment), log, started=says))
        started[-1].start()
        return started[-1]

    yield make
    for child in started:
        child.kill()
