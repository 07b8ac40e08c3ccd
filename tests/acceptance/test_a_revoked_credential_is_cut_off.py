"""A revoked credential is refused within five seconds and its home is called; a suspended one still calls for help."""

from __future__ import annotations

import json
from typing import Any

import pytest

from tests.harness.clock import stopwatch, wait_until
from tests.harness.desk import Desk
from tests.harness.system import Credential, System
from tests.harness.wire import Link, accepts

pytestmark = pytest.mark.broker
OWED_SECONDS = 5.0
REFUSED = "Not authorized"


def _move(system: System, device: Credential, state: str) -> dict[str, Any]:
    body = {"state": state, "reason": "arrears"}
    answer = system.call("PATCH", f"/api/v1/devices/{device.device_id}", "cli", json=body)
    assert answer.status_code == 200, answer.text
    return dict(answer.json())


def _press(link: Link, device: Credential, event_id: str) -> None:
    event = {"specversion": "1.0", "id": event_id, "source": "x", "type": "care.sos.pressed"}
    assert link.publish(f"care/v1/{device.device_id}/event", json.dumps(event)) == "Success"


def test_a_revoked_credential_is_cut_off_and_its_home_is_called(system: System, desk: Desk) -> None:
    revoked, other = system.enrol(2)
    with Link(system.broker_port, revoked) as link, Link(system.broker_port, other) as stays:
        began = stopwatch()
        home_id = _move(system, revoked, "revoked")["home_id"]
        wait_until(lambda: not link.online, "it is cut off")
        assert stopwatch() - began < OWED_SECONDS
        assert stays.online
    assert not accepts(system.broker_port, revoked)
    _move(system, revoked, "revoked")
    assert [order["kind"]["code"] for order in desk.work_orders(home_id)] == ["welfare_call"]


def test_a_suspended_device_calls_and_is_answered_and_may_do_nothing_else(system: System, desk: Desk) -> None:
    (device,) = system.enrol()
    _move(system, device, "suspended")
    with Link(system.broker_port, device) as link:
        link.subscribe(f"care/v1/{device.device_id}/command")
        for topic in ("telemetry", "status", "result"):
            assert link.publish(f"care/v1/{device.device_id}/{topic}", "{}") == REFUSED, topic
        _press(link, device, "suspended-press")
        wait_until(lambda: link.received, "its answer")
        assert link.received[0]["args"]["event_id"] == "suspended-press"
    assert desk.wait_alert(device.device_id)["severity"] == "emergency"
