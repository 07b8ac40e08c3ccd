"""The command line of the simulator, its stops, and its refusals."""

from __future__ import annotations

import asyncio
import json
import tomllib
from pathlib import Path

import pytest

from contract.vocabulary import EVENT_TYPES
from device_sim.app import Simulator
from device_sim.model.record import Kind
from device_sim.settings import Settings
from tests.fakes.device_sim.answerer import Answerer
from tests.fakes.device_sim.links import eventually
from tests.fakes.device_sim.registry import TOKEN, Registry
from tests.fakes.device_sim.running import RunningSim
from tests.harness.broker import Broker
from tests.harness.clock import wait_until
from tests.harness.ports import free_port
from tests.integration.device_sim.conftest import MakeSim

pytestmark = pytest.mark.broker


def test_it_stops_in_time_while_backend_and_broker_are_away(tmp_path: Path) -> None:
    sim = RunningSim(tmp_path, free_port(), f"http://127.0.0.1:{free_port()}")
    sim.child.start()
    sim.wait("backend_away")
    assert sim.child.stop(10) == 0


def test_a_refused_token_is_explained(registry: Registry, make_sim: MakeSim) -> None:
    sim = make_sim()
    (sim.fleet.parent / "token").write_text("a wrong one")
    done = sim.command("run")
    assert done.returncode == 2
    assert "refused to enrol: 401" in done.stderr
    (sim.fleet.parent / "token").unlink()
    assert "./care up" in sim.command("run").stderr


def test_what_is_enrolled_goes_on_when_more_is_refused(platform: Answerer, make_sim: MakeSim) -> None:
    sim = make_sim(terminals=1, sensors=0)
    sim.child.start()
    device_id = wait_until(sim.devices, "it is enrolled")[0]
    assert sim.child.stop() == 0
    (sim.fleet.parent / "token").write_text("a wrong one")
    larger = make_sim(terminals=2, sensors=0)
    (sim.fleet.parent / "token").write_text("a wrong one")
    larger.child.start()
    larger.wait("refused to enrol")
    assert larger.press(device_id)[0] == 0


def test_any_terminal_and_several_presses(platform: Answerer, make_sim: MakeSim) -> None:
    sim = make_sim()
    sim.child.start()
    wait_until(sim.devices, "terminals are enrolled")
    done = sim.command("press", "--any", "--count", "3", "--type", "care.service.pressed")
    assert done.returncode == 0, done.stderr
    assert done.stdout.count("reassure/received") == 3
    assert len({record.event_id for record in sim.records(Kind.ANSWERED)}) == 3
    assert sim.command("press", "nobody").returncode == 2
    assert sim.command("press").returncode == 2


def test_devices_are_listed_without_their_secrets(platform: Answerer, make_sim: MakeSim) -> None:
    sim = make_sim()
    sim.child.start()
    wait_until(lambda: sim.devices("sensor"), "all are enrolled")
    rows = [json.loads(line) for line in sim.command("list", "--json").stdout.splitlines()]
    assert [row["kind"] for row in rows] == ["terminal", "terminal", "sensor"]
    secrets = [row["secret"] for row in json.loads(sim.fleet.read_text())["devices"]]
    shown = sim.command("list").stdout + sim.command("settings").stdout + sim.child.tail(500)
    assert not any(secret in shown for secret in [*secrets, TOKEN])
    assert tomllib.loads(sim.command("settings").stdout)["terminals"] == 2


def test_presses_happen_by_themselves_only_where_asked_for(platform: Answerer, make_sim: MakeSim) -> None:
    sim = make_sim(spontaneous_presses_per_hour=36_000)
    sim.child.start()
    wait_until(lambda: sim.records(Kind.ANSWERED), "somebody has pressed")
    assert {record.type for record in sim.records(Kind.PRESSED)} <= EVENT_TYPES.keys()


def test_it_can_be_embedded(platform: Answerer, broker: Broker, registry: Registry, tmp_path: Path) -> None:
    (tmp_path / "token").write_text(TOKEN)
    settings = Settings(
        broker_port=broker.port,
        backend_url=registry.url,
        token_file=tmp_path / "token",
        fleet_file=tmp_path / "fleet.json",
        ledger_file=tmp_path / "ledger.jsonl",
        control_socket=tmp_path / "s",
        terminals=3,
        sensors=0,
    )

    async def scene() -> None:
        simulator = Simulator(settings)
        await simulator.start()
        await simulator.enrolled()
        await eventually(lambda: all(session.connected for session in simulator.sessions.values()), "all connected")
        for device_id in simulator.sessions:
            simulator.press(device_id, "care.sos.pressed")
        await eventually(
            lambda: not any(len(session.device.presses) for session in simulator.sessions.values()), "all answered"
        )
        await simulator.stop()

    asyncio.run(scene())
    assert len(platform.copies) == 3
