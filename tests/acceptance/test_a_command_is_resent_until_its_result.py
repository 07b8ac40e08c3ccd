"""A terminal that does not confirm hears the same answer again, until it does."""

from __future__ import annotations

import pytest

from contract.topics import answer_id
from tests.harness.clock import wait_until
from tests.harness.desk import Desk
from tests.harness.fleet import Fleet
from tests.harness.system import Credential, System

pytestmark = pytest.mark.broker


def _state(desk: Desk, alert_id: str) -> dict[str, str]:
    return {command["stage"]: command["state"] for command in desk.alert(alert_id)["commands"]}


def test_it_comes_again_with_the_same_id_and_stops_with_the_result(
    system: System, device: Credential, desk: Desk
) -> None:
    with Fleet(system.broker_port, system.folder / "unconfirmed.jsonl") as fleet:
        terminal = fleet.add(device.device_id, device.secret, confirms=False)
        event_id = terminal.press()
        terminal.wait_answer(event_id)
        alert_id = desk.wait_alert(device.device_id)["id"]
        wait_until(lambda: _state(desk, alert_id) == {"received": "sent"}, "sent, and not confirmed")

        wait_until(lambda: len(terminal.answers(event_id, "received")) >= 2, "it comes again")
        expected = answer_id(device.device_id, event_id, "received")
        assert {heard.command["id"] for heard in terminal.answers(event_id)} == {expected}

        terminal.confirms = True
        wait_until(lambda: _state(desk, alert_id) == {"received": "done"}, "confirmed", seconds=60)
        kinds = [entry["kind"] for entry in desk.alert(alert_id)["timeline"]]
        assert kinds.count("answer_confirmed") == 1
