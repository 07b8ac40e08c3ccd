"""A terminal that nobody has enrolled for a home calls like any other: at the district desk, and it is answered."""

from __future__ import annotations

import pytest

from tests.harness.desk import Desk
from tests.harness.fleet import Fleet
from tests.harness.system import System

pytestmark = pytest.mark.broker


def test_a_lobby_terminal_alarms_at_the_desk_and_is_answered(system: System, desk: Desk) -> None:
    (device,) = system.enrol(lobby=True)
    assert device.device_id.startswith("lobby-")
    with Fleet(system.broker_port, system.folder / "lobby.jsonl") as fleet:
        terminal = fleet.add(device.device_id, device.secret)
        event_id = terminal.press()
        terminal.wait_answer(event_id)
        alert = desk.wait_alert(device.device_id)
        assert alert["unknown_device"] is True
        assert alert["home"] is None
        assert alert["severity"] == "emergency"
        assert alert["ring"] is True
        desk.finish(alert["id"])
        terminal.wait_answer(event_id, "closed")
