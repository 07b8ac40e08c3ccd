"""A press that comes late still alarms, and the desk says how long ago it was."""

from __future__ import annotations

from datetime import timedelta

import pytest

from contract.times import format_time, parse_time
from tests.harness.clock import wall_now
from tests.harness.desk import Desk
from tests.harness.terminal import Terminal

pytestmark = pytest.mark.broker


def test_a_press_of_eight_minutes_ago_alarms_and_says_so(terminal: Terminal, desk: Desk) -> None:
    pressed = wall_now() - timedelta(minutes=8)
    event_id = terminal.press(at=pressed)
    terminal.wait_answer(event_id)
    alert = desk.wait_alert(terminal.device_id)
    assert "late" in alert["flags"]
    assert 480 <= alert["late_seconds"] < 540
    assert alert["pressed_at"] == format_time(pressed)
    received = parse_time(alert["received_at"])
    assert received is not None
    assert received > pressed + timedelta(minutes=8), "device time and receive time are both kept"
    assert alert["ring"] is True


def test_a_wrong_clock_is_flagged_and_never_costs_the_press(terminal: Terminal, desk: Desk) -> None:
    event_id = terminal.press(at=wall_now() + timedelta(days=400))
    terminal.wait_answer(event_id)
    alert = desk.wait_alert(terminal.device_id)
    assert "clock_skew" in alert["flags"]
    assert alert["pressed_at"] == alert["received_at"]


def test_a_press_with_nothing_but_the_four_required_attributes_alarms(terminal: Terminal, desk: Desk) -> None:
    event_id = terminal.press_bare()
    terminal.wait_answer(event_id)
    alert = desk.wait_alert(terminal.device_id)
    assert alert["late_seconds"] is None
    assert {"no_time", "no_seq", "no_boot"} <= set(alert["flags"])
