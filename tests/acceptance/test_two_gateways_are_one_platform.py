"""Two gateways both read all events: a press is one alert all the same, and one of them alone is enough."""

from __future__ import annotations

from collections.abc import Callable

import pytest

from contract.topics import answer_id
from tests.harness.clock import wait_until
from tests.harness.fleet import Fleet
from tests.harness.system import System

pytestmark = pytest.mark.broker

TERMINALS = 20


def test_each_press_is_one_alert_and_the_loss_of_a_gateway_changes_nothing(make_system: Callable[..., System]) -> None:
    system = make_system(gateways=("gw1", "gw2"))
    devices = system.enrol(TERMINALS)
    with Fleet(system.broker_port, system.folder / "ledger.jsonl") as fleet, system.desk() as desk:
        terminals = [fleet.add(device.device_id, device.secret) for device in devices]
        for terminal in terminals:
            terminal.press()
        wait_until(lambda: not fleet.unanswered(), "all are answered")
        alerts = desk.alerts()
        assert sorted(alert["device_id"] for alert in alerts) == sorted(device.device_id for device in devices)
        assert {alert["count"] for alert in alerts} == {1}
        for story in fleet.ledger.stories().values():
            assert set(story.received) == {answer_id(story.device_id, story.event_id, "received")}

        for lost in ("gateway-emergency", "gateway-emergency-gw2"):
            system.kill(lost)
            terminal = terminals.pop()
            event_id = terminal.press()
            terminal.wait_answer(event_id)
            alert = desk.wait_alert(terminal.device_id)
            assert alert["count"] == 2
            desk.do(alert["id"], "accept")
            terminal.wait_answer(event_id, "accepted")
            system.start(lost)
            system.wait_ready()
