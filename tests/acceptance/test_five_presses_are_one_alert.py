"""Five presses in a row are one call for help, counted, and each of them is answered."""

from __future__ import annotations

import pytest

from tests.harness.clock import wait_until
from tests.harness.desk import Desk
from tests.harness.terminal import Terminal

pytestmark = pytest.mark.broker


def test_five_presses_are_one_alert_with_count_five(terminal: Terminal, desk: Desk) -> None:
    event_ids = [terminal.press() for _ in range(5)]
    for event_id in event_ids:
        terminal.wait_answer(event_id)
    alert = wait_until(
        lambda: next((a for a in desk.alerts_of(terminal.device_id) if a["count"] == 5), None), "count is 5"
    )
    assert len(desk.alerts_of(terminal.device_id)) == 1
    assert alert["ring_seq"] == 5, "each press rings the desk"
    timeline = desk.alert(alert["id"])["timeline"]
    assert [e["kind"] for e in timeline].count("pressed_again") == 4
