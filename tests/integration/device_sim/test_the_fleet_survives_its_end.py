"""What a kill, a restart and a lost answer leave behind."""

from __future__ import annotations

import json

import pytest

from contract.senml import decode_pack
from device_sim.model.record import Kind
from tests.fakes.device_sim.answerer import Answerer
from tests.fakes.device_sim.registry import Registry
from tests.harness.clock import wait_until, wall_now
from tests.integration.device_sim.conftest import MakeSim

pytestmark = pytest.mark.broker


def test_the_will_is_published_after_a_kill(platform: Answerer, make_sim: MakeSim) -> None:
    sim = make_sim()
    sim.child.start()
    device_id = wait_until(sim.devices, "terminals are enrolled")[0]
    wait_until(lambda: platform.statuses.get(device_id), "it is online")
    sim.child.kill()
    last = wait_until(lambda: [s for s in platform.statuses[device_id] if s["state"] == "offline"], "its will")
    assert last == [{"state": "offline", "boot": 1}]


def test_a_fleet_that_stops_says_farewell(platform: Answerer, make_sim: MakeSim) -> None:
    sim = make_sim(will_delay_seconds=3600)
    sim.child.start()
    device_id = wait_until(sim.devices, "terminals are enrolled")[0]
    wait_until(lambda: platform.statuses.get(device_id), "it is online")
    assert sim.child.stop() == 0
    wait_until(lambda: platform.statuses[device_id][-1]["state"] == "offline", "its farewell")


def test_a_pending_press_is_resent_after_a_kill(platform: Answerer, make_sim: MakeSim) -> None:
    platform.policy = lambda _: False
    sim = make_sim()
    sim.child.start()
    device_id = wait_until(sim.devices, "terminals are enrolled")[0]
    assert sim.press(device_id, wait=0.1)[0] == 1
    event_id = wait_until(lambda: list(platform.copies), "it arrives")[0]
    sim.child.kill()
    platform.policy = lambda _: True
    with sim.ledger.open("ab") as ledger:
        ledger.write(b'{"at":"2026-')  # as a power cut leaves it
    sim.child.start()
    wait_until(lambda: sim.records(Kind.ANSWERED), "it is answered after the restart")
    assert len(set(platform.copies[event_id])) == 1, "the same event, byte for byte"
    online = {"state": "online", "boot": 2}
    wait_until(lambda: online.items() <= platform.statuses[device_id][-1].items(), "online again, at its second boot")
    code, lines = sim.press(device_id)
    assert code == 0
    data = json.loads(next(line["event"] for line in lines if line["kind"] == "pressed"))["data"]
    assert (data["boot"], data["seq"], data["sos_seq"]) == (2, 1, 2)


def test_a_second_simulator_on_the_same_ledger_is_refused(platform: Answerer, make_sim: MakeSim) -> None:
    sim = make_sim()
    sim.child.start()
    sim.wait("started")
    assert sim.command("run").returncode == 2


def test_telemetry_is_readable_by_the_contract(platform: Answerer, make_sim: MakeSim) -> None:
    sim = make_sim(telemetry_seconds=0.5)
    sim.child.start()
    device_id = wait_until(lambda: sim.devices("sensor"), "sensors are enrolled")[0]
    payload = wait_until(lambda: platform.packs.get(device_id), "telemetry")[0]
    pack = decode_pack(payload, device_id, wall_now().timestamp())
    assert not pack.refused
    assert {reading.metric for reading in pack.readings} >= {"motion", "battery", "rssi"}


def test_enrolment_waits_is_idempotent_and_complete(registry: Registry, make_sim: MakeSim) -> None:
    registry.down, registry.lose = 2, 1
    sim = make_sim(terminals=14, sensors=3)
    sim.child.start()
    wait_until(lambda: len(sim.devices("sensor")) == 3, "everything is enrolled")
    assert len(registry.items) == 17, "a lost answer is asked for again, not enrolled twice"
    assert all(item["synthetic"] for item in registry.items)
    assert registry.items[-1]["home_id"] == "home-D0001", "the third sensor is in the second terminal's home"
    assert sim.fleet.stat().st_mode & 0o777 == 0o600
    calls = registry.calls
    assert sim.child.stop() == 0
    sim.child.start()
    sim.wait("started")
    assert registry.calls == calls, "nothing is missing, so nothing is asked"
