"""The same event id is the same event, for ever: however often and on whatever way it comes."""

from __future__ import annotations

import pytest

from contract.times import parse_time
from contract.topics import answer_id
from tests.harness.clock import wait_until
from tests.harness.desk import Desk
from tests.harness.system import Credential, System
from tests.harness.terminal import Terminal
from tests.harness.wire import Link

pytestmark = pytest.mark.broker


def test_a_repeat_is_answered_again_and_counts_nothing(system: System, device: Credential, desk: Desk) -> None:
    topic = f"care/v1/{device.device_id}"
    event = (
        f'{{"specversion":"1.0","id":"same","source":"{topic}","type":"care.sos.pressed","data":{{"seq":1,"boot":1}}}}'
    )
    with Link(system.broker_port, device) as link:
        link.subscribe(f"{topic}/command")
        assert link.publish(f"{topic}/event", event) == "Success"
        wait_until(lambda: link.received, "the first is answered")
        # A terminal repeats after 1.5 s at the soonest; what comes sooner may be taken for a second gateway's copy.
        wait_until(lambda: link.publish(f"{topic}/event", event) and len(link.received) > 1, "a repeat is", every=1.5)
        ids = {command["id"] for command in link.received if command["args"]["stage"] == "received"}
    assert ids == {answer_id(device.device_id, "same", "received")}
    (alert,) = desk.alerts_of(device.device_id)
    assert alert["count"] == 1
    assert alert["ring_seq"] == 1


def test_a_repeat_after_closing_opens_nothing(terminal: Terminal, desk: Desk) -> None:
    event_id = terminal.press(event_id="once")
    alert = desk.wait_alert(terminal.device_id)
    terminal.wait_answer(event_id)
    first = terminal.heard[0].command["id"]
    desk.finish(alert["id"])
    terminal.wait_answer(event_id, "closed")
    again = len(terminal.answers("once", "received"))
    pressed_at = parse_time(alert["pressed_at"])
    assert terminal.press(event_id="once", at=pressed_at, seq=1, sos_seq=1) == "once"
    wait_until(lambda: len(terminal.answers("once", "received")) > again, "the repeat is answered")
    assert {h.command["id"] for h in terminal.answers("once", "received")} == {first}
    assert [a["handling"] for a in desk.alerts_of(terminal.device_id)] == ["closed"]
