"""After somebody has arrived or the alert is closed, a press is a new call, linked to the one before."""

from __future__ import annotations

import pytest

from tests.harness.clock import wait_until
from tests.harness.desk import Desk
from tests.harness.terminal import Terminal

pytestmark = pytest.mark.broker


@pytest.mark.parametrize("last", ["closed", "arrived"])
def test_it_is_a_new_alert_that_names_the_previous_one(terminal: Terminal, desk: Desk, last: str) -> None:
    terminal.wait_answer(terminal.press())
    first = desk.wait_alert(terminal.device_id)
    desk.do(first["id"], "accept")
    desk.do(first["id"], "arrived")
    if last == "closed":
        desk.do(first["id"], "close", outcome="helped_on_site")

    event_id = terminal.press()
    terminal.wait_answer(event_id)
    wait_until(lambda: len(desk.alerts_of(terminal.device_id)) == 2, "two alerts")
    (second,) = [alert for alert in desk.alerts_of(terminal.device_id) if alert["id"] != first["id"]]
    assert second["handling"] == "new"
    assert second["count"] == 1
    assert second["previous_alert_id"] == first["id"]
    assert [entry["id"] for entry in desk.alert(second["id"])["previous"]] == [first["id"]]
