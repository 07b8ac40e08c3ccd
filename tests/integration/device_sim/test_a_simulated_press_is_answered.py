"""A simulated terminal keeps the contract on a real broker."""

from __future__ import annotations

from datetime import timedelta

import pytest

from device_sim.model.record import Kind
from tests.fakes.device_sim.answerer import Answerer
from tests.harness.broker import Broker
from tests.harness.clock import wait_until
from tests.integration.device_sim.conftest import MakeSim

pytestmark = pytest.mark.broker


def test_a_press_is_sent_acknowledged_and_answered(platform: Answerer, make_sim: MakeSim) -> None:
    sim = make_sim()
    sim.child.start()
    device_id = wait_until(sim.devices, "terminals are enrolled")[0]
    code, lines = sim.press(device_id)
    assert code == 0, sim.child.tail()
    assert {"pressed", "sent", "puback", "answered"} == {line["kind"] for line in lines}
    assert [line["stage"] for line in lines if line["kind"] == "answered"] == ["received"]
    assert sim.command("report").returncode == 0
    wait_until(lambda: platform.results, "the terminal confirms the answer")
    assert platform.results[0]["status"] == "done"
    assert sim.child.stop() == 0


def test_the_same_event_is_repeated_until_it_is_answered(platform: Answerer, make_sim: MakeSim) -> None:
    platform.policy = lambda copy: copy >= 3
    sim = make_sim()
    sim.child.start()
    device_id = wait_until(sim.devices, "terminals are enrolled")[0]
    code, lines = sim.press(device_id, wait=30)
    assert code == 0
    assert [line["attempt"] for line in lines if line["kind"] == "sent"] == [1, 2, 3]
    (copies,) = platform.copies.values()
    assert len(copies) == 3
    assert len(set(copies)) == 1, "byte for byte the same event"


def test_an_answer_of_any_stage_ends_the_repeats(platform: Answerer, make_sim: MakeSim) -> None:
    platform.policy = lambda _: False
    sim = make_sim()
    sim.child.start()
    device_id = wait_until(sim.devices, "terminals are enrolled")[0]
    assert sim.press(device_id, wait=0.1)[0] == 1
    event_id = wait_until(lambda: list(platform.copies), "the event arrives")[0]
    platform.reassure(device_id, event_id, "accepted")
    answered = wait_until(lambda: sim.records(Kind.ANSWERED), "the terminal hears it")
    assert answered[0].stage == "accepted"


def test_a_press_outlives_the_loss_of_the_broker(platform: Answerer, broker: Broker, make_sim: MakeSim) -> None:
    sim = make_sim()
    sim.child.start()
    device_id = wait_until(sim.devices, "terminals are enrolled")[0]
    assert sim.press(device_id)[0] == 0
    broker.kill()
    assert sim.press(device_id, wait=0.1)[0] == 1, "no answer without a broker"
    broker.start()
    wait_until(lambda: len({record.event_id for record in sim.records(Kind.ANSWERED)}) == 2, "both are answered")
    assert sim.command("report").returncode == 0


def test_a_command_is_executed_once_and_its_result_is_sent_again(platform: Answerer, make_sim: MakeSim) -> None:
    sim = make_sim()
    sim.child.start()
    device_id = wait_until(sim.devices, "terminals are enrolled")[0]
    wait_until(lambda: platform.statuses.get(device_id), "it is online")
    for _ in range(2):
        platform.command(device_id, "speak", {"text": "…"}, "c1")
    platform.command(device_id, "speak", {"text": "…"}, "c2", lives=timedelta(seconds=-1))
    wait_until(lambda: len(platform.results) == 3, "three results")
    assert [(result["id"], result["status"]) for result in platform.results] == [
        ("c1", "done"),
        ("c1", "done"),
        ("c2", "rejected"),
    ]
    assert [record.reason for record in sim.records(Kind.COMMAND)] == ["executed", "repeated", "expired"]


def test_a_press_without_a_simulator_says_what_to_do(make_sim: MakeSim) -> None:
    done = make_sim().command("press", "--any")
    assert done.returncode == 2
    assert "./care up" in done.stderr
