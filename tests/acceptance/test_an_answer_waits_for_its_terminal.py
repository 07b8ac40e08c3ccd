"""A terminal that loses its connection after the press hears what became of it as soon as it is back."""

from __future__ import annotations

import pytest

from tests.harness.desk import Desk
from tests.harness.fleet import Fleet
from tests.harness.system import Credential, System

pytestmark = pytest.mark.broker


def test_what_was_said_while_it_was_away_is_heard_afterwards(system: System, device: Credential, desk: Desk) -> None:
    with Fleet(system.broker_port, system.folder / "away.jsonl") as fleet:
        terminal = fleet.add(device.device_id, device.secret)
        event_id = terminal.press()
        terminal.wait_answer(event_id)
        alert_id = desk.wait_alert(device.device_id)["id"]
        fleet.drop(terminal)
        desk.do(alert_id, "accept")
        desk.do(alert_id, "en-route", eta_minutes=12)

        back = fleet.add(device.device_id, device.secret)
        heard = back.wait_answer(event_id, "en_route")
        assert heard.command["args"]["eta_minutes"] == 12
        desk.do(alert_id, "close", outcome="helped_on_site")
        back.wait_answer(event_id, "closed")
