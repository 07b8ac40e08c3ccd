"""The backend is away for a while: terminals still get their PUBACK, and every press alarms afterwards."""

from __future__ import annotations

import signal
from collections.abc import Callable
from datetime import timedelta
from typing import Final

import pytest

from contract.topics import answer_id
from tests.harness.clock import wait_until, wall_now
from tests.harness.fleet import Fleet
from tests.harness.system import System
from tests.harness.wire import Link

pytestmark = pytest.mark.broker

TERMINALS: Final = 20
LATE: Final = timedelta(seconds=61)
"""A press older than a minute is marked."""


def _away(system: System, way: str) -> None:
    if way == "freeze":
        system.children["backend"].signal(signal.SIGSTOP)
    else:
        getattr(system, way)("backend")


def _back(system: System, way: str) -> None:
    if way == "freeze":
        system.children["backend"].signal(signal.SIGCONT)
    else:
        system.start("backend")


@pytest.mark.parametrize("way", [pytest.param("stop", marks=pytest.mark.slow), "kill", "freeze"])
def test_all_alarm_afterwards_marked_as_late(make_system: Callable[..., System], way: str) -> None:
    system = make_system()
    silent, *devices = system.enrol(TERMINALS + 1)
    topic = f"care/v1/{silent.device_id}/event"
    event = f'{{"specversion":"1.0","id":"once","source":"care/v1/{silent.device_id}","type":"care.sos.pressed"}}'
    with Fleet(system.broker_port, system.folder / "ledger.jsonl") as fleet:
        terminals = [fleet.add(device.device_id, device.secret) for device in devices]
        _away(system, way)
        # Their clocks say that they stored the press 55 s ago, so it is late as soon as the backend stays away for 6.
        pressed = wall_now() - timedelta(seconds=55)
        for terminal in terminals:
            terminal.press(at=pressed)
        with Link(system.broker_port, silent) as link:
            # This one never repeats: what the platform has taken from it stands in the gateway alone.
            assert link.publish(topic, event) == "Success"
        wait_until(lambda: wall_now() > pressed + LATE, "a minute since the presses")
        system.kill("gateway-emergency")
        system.start("gateway-emergency")
        _back(system, way)
        wait_until(lambda: not fleet.unanswered(), "every press is answered")
        stories = fleet.ledger.stories().values()

    with system.desk() as desk:
        desk.wait_alert(silent.device_id)
        alerts = {alert["device_id"]: alert for alert in desk.alerts()}
        assert len(desk.alerts()) == TERMINALS + 1
    assert len(stories) == TERMINALS
    for story in stories:
        alert = alerts[story.device_id]
        assert alert["count"] == 1
        assert alert["late_seconds"] is not None
        assert "late" in alert["flags"]
        assert set(story.received) == {answer_id(story.device_id, story.event_id, "received")}
