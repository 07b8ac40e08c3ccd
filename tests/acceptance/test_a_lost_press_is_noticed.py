"""A press that never arrived shows at the desk as soon as the next one does; forged results are counted."""

from __future__ import annotations

import json

import pytest

from tests.harness.clock import wait_until
from tests.harness.desk import Desk
from tests.harness.system import Credential, System
from tests.harness.terminal import Terminal
from tests.harness.wire import Link

pytestmark = pytest.mark.broker


def test_a_gap_alarms_is_filled_and_told(system: System, device: Credential, terminal: Terminal, desk: Desk) -> None:
    def press(number: int) -> str:
        data = {"boot": 1, "seq": number, "sos_seq": number}
        source = f"care/v1/{device.device_id}"
        event = {"specversion": "1.0", "id": f"p{number}", "source": source, "type": "care.sos.pressed", "data": data}
        return json.dumps(event)

    def missing() -> dict[str, object] | None:
        found = [alert for alert in desk.alerts_of(device.device_id) if alert["type"] == "care.press.missing"]
        return found[0] if found else None

    with Link(system.broker_port, device) as link:
        topic = f"care/v1/{device.device_id}/event"
        link.publish(topic, press(1))
        link.publish(topic, press(3))
        alert = wait_until(missing, "the lost press shows")
        assert (alert["severity"], alert["count"], alert["flags"]) == ("urgent", 1, ["sos_gap"])
        link.publish(topic, press(2))
        wait_until(
            lambda: [e for e in desk.alert(str(alert["id"]))["timeline"] if e["kind"] == "press_found"], "it is told"
        )
        assert desk.alert(str(alert["id"]))["closed_at"] is None

        # A command that the platform did not make, and one of another terminal: neither is believed.
        before = system.backend_figures(telemetry=True)
        event_id = terminal.press()
        command = terminal.wait_answer(event_id).command
        for command_id in ("nobody-made-it", command["id"]):
            link.publish(f"care/v1/{device.device_id}/result", json.dumps({"id": command_id, "status": "done"}))
        for kind in ("unknown_result", "foreign_result"):
            wait_until(
                lambda kind=kind: system.backend_figures(telemetry=True)[(kind,)] > before[(kind,)],
                f"{kind} is counted",
            )
    shown = system.call("GET", f"/api/v1/devices/{device.device_id}/presses", "cli").json()
    assert (shown["sos"]["sent"], shown["sos"]["found"], shown["sos"]["missing"]) == (3, 1, 0)
