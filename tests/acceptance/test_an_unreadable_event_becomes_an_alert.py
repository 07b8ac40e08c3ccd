"""Bytes that nobody can read on a terminal's event topic may be a call for help: one open alert, counted."""

from __future__ import annotations

import pytest

from tests.harness.clock import wait_until
from tests.harness.desk import Desk
from tests.harness.system import Credential, System
from tests.harness.wire import Link

pytestmark = pytest.mark.broker


def test_it_is_one_open_alert_whose_count_rises(system: System, device: Credential, desk: Desk) -> None:
    topic = f"care/v1/{device.device_id}/event"
    with Link(system.broker_port, device) as link:
        for payload in (b"\xff\xfe SOS", b'{"specversion":"1.0","id":"x"', b"[1,2,3]"):
            assert link.publish(topic, payload) == "Success"
    alert = wait_until(
        lambda: next((a for a in desk.alerts_of(device.device_id) if a["count"] == 3), None), "count is 3"
    )
    assert len(desk.alerts_of(device.device_id)) == 1
    assert alert["type"] == "care.event.unreadable"
    assert alert["severity"] == "urgent"
    reasons = [e["reason"] for e in desk.alert(alert["id"])["timeline"] if e["kind"] in ("raised", "pressed_again")]
    assert len(reasons) == 3
    assert all(reasons), "each says why it could not be read"


def test_a_good_press_behind_it_is_an_alert_of_its_own(system: System, device: Credential, desk: Desk) -> None:
    topic = f"care/v1/{device.device_id}"
    good = f'{{"specversion":"1.0","id":"good","source":"{topic}","type":"care.sos.pressed"}}'
    with Link(system.broker_port, device) as link:
        link.subscribe(f"{topic}/command")
        link.send(f"{topic}/event", b"\x00\x01\x02")
        link.send(f"{topic}/event", good.encode())
        wait_until(lambda: [c for c in link.received if c["args"].get("event_id") == "good"], "it is answered")
    types = wait_until(
        lambda: (found := {a["type"] for a in desk.alerts_of(device.device_id)}) and len(found) == 2 and found,
        "both alarm",
    )
    assert types == {"care.event.unreadable", "care.sos.pressed"}
