"""Deny by default: a device's credential opens its own topics, and nothing else opens anything."""

from __future__ import annotations

import json

import pytest

from tests.harness.clock import wait_until
from tests.harness.desk import Desk
from tests.harness.system import Credential, System
from tests.harness.terminal import Terminal
from tests.harness.wire import Link, accepts

pytestmark = pytest.mark.broker


def test_another_devices_topic_is_refused_visibly(
    system: System, device: Credential, terminal: Terminal, desk: Desk
) -> None:
    event = json.dumps({"specversion": "1.0", "id": "forged", "source": "x", "type": "care.sos.pressed"})
    with Link(system.broker_port, device) as link:
        for topic in (
            f"care/v1/{terminal.device_id}/event",
            f"care/v1/{terminal.device_id}/status",
            f"care/v1/{terminal.device_id}/command",
            f"care/v1/{device.device_id}/command",
            "care/canary/gw1.events",
            "somewhere/else",
        ):
            assert link.publish(topic, event) == "Not authorized", topic
        assert link.publish(f"care/v1/{device.device_id}/event", event) == "Success"
    desk.wait_alert(device.device_id)
    assert desk.alerts_of(terminal.device_id) == []


def test_a_device_hears_nobody_elses_commands(system: System, device: Credential, terminal: Terminal) -> None:
    with Link(system.broker_port, device) as link:
        link.subscribe("care/v1/+/command")
        link.subscribe("#")
        event_id = terminal.press()
        terminal.wait_answer(event_id)
        own = json.dumps({"specversion": "1.0", "id": "own", "source": "x", "type": "care.checkin.pressed"})
        link.publish(f"care/v1/{device.device_id}/event", own)
        wait_until(lambda: link.received, "its own answer")
        assert {command["args"]["event_id"] for command in link.received} == {"own"}


def test_a_wrong_password_is_refused(system: System, device: Credential) -> None:
    assert accepts(system.broker_port, device)
    assert not accepts(system.broker_port, Credential(device.device_id, device.secret[:-1]))
    assert not accepts(system.broker_port, Credential("nobody", device.secret))
    assert not accepts(system.broker_port, Credential("", ""))
