"""Telemetry at full speed goes its own way: a press in the middle of it is answered, and all telemetry arrives."""

from __future__ import annotations

from functools import partial

import pytest

from contract.times import parse_time
from tests.harness.burst import Burst
from tests.harness.clock import wait_until
from tests.harness.desk import Desk
from tests.harness.system import System
from tests.harness.terminal import Terminal

pytestmark = pytest.mark.broker

PRESSES = 10


def test_presses_during_the_burst_are_answered_while_it_lasts(system: System, terminal: Terminal, desk: Desk) -> None:
    sensors = system.enrol(4, kind="sensor")
    with Burst(system.broker_port, sensors, rate=5000, seconds=8) as burst:
        for _ in range(PRESSES):
            terminal.wait_answer(terminal.press())
        assert burst.running, "all were answered before the burst was over"
        offered = burst.result()
    assert offered["acknowledged"] == offered["offered"] > 5000
    alert = desk.wait_alert(terminal.device_id)
    assert alert["count"] == PRESSES
    # Nothing of the burst is lost at its end either: each sensor's last reading becomes its latest value.
    for sensor in sensors:
        what = f"the last reading of {sensor.device_id}"
        wait_until(partial(_has_reading_of, system, sensor.device_id, offered["last_at"]), what, seconds=60, every=0.2)


def _has_reading_of(system: System, device_id: str, at: float) -> bool:
    latest = {reading["metric"]: parse_time(reading["at"]) for reading in system.device(device_id)["latest"]}
    newest = latest.get("heart_rate")
    return newest is not None and newest.timestamp() >= at - 0.001
