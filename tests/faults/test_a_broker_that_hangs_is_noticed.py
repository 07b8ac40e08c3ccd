"""A broker that hangs with every connection open: the gateway hears no echo, says so and starts afresh (rule 13)."""

from __future__ import annotations

import signal
from collections.abc import Callable
from typing import Final

import pytest

from tests.harness.clock import wait_until
from tests.harness.desk import Desk
from tests.harness.fleet import Fleet
from tests.harness.system import CANARY_EXIT, System

pytestmark = pytest.mark.broker

LANES: Final = ("gateway-emergency", "gateway-telemetry")


def _states(desk: Desk) -> set[str]:
    components = desk.health()
    return {components.get(lane, {"state": "silent"})["state"] for lane in LANES}


def _given_up(system: System) -> bool:
    said = system.children["gateway-emergency"].tail()
    return ("gateway-emergency", CANARY_EXIT) in system.ended or "broker_connection_over" in said


def test_the_gateway_starts_afresh_and_the_press_is_answered_once_the_broker_is_back(
    make_system: Callable[..., System],
) -> None:
    system = make_system()
    (device,) = system.enrol()
    with Fleet(system.broker_port, system.folder / "ledger.jsonl") as fleet, system.desk() as desk:
        terminal = fleet.add(device.device_id, device.secret)
        system.children["broker"].signal(signal.SIGSTOP)
        event_id = terminal.press()
        wait_until(
            lambda: _states(desk) == {"down"},
            "the desk sees it of both lanes",
            seconds=60,
            every=0.1,
        )
        # Whichever comes first, the keepalive or the missing echo, the connection is given up and made anew.
        wait_until(lambda: _given_up(system), "the gateway gives the connection up", seconds=60, every=0.1)
        system.children["broker"].signal(signal.SIGCONT)
        terminal.wait_answer(event_id, seconds=60)
        assert desk.wait_alert(device.device_id)["count"] == 1
        # The other lane may be on its way out still, or have been started afresh just now.
        wait_until(lambda: _states(desk) <= {"up", "degraded"}, "both lanes hear again", seconds=60, every=0.1)
    assert {end for end in system.ended if end[1] != CANARY_EXIT} == set()
