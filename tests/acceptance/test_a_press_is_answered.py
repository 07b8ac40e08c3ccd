"""A press: the terminal hears each step, the desk sees it at once, and the timeline keeps all of it."""

from __future__ import annotations

import json
from collections.abc import Callable
from typing import Any, Final

import pytest

from contract.times import parse_time
from contract.topics import answer_id
from tests.harness.clock import stopwatch, wait_until
from tests.harness.desk import Desk
from tests.harness.system import Credential, System
from tests.harness.terminal import Terminal
from tests.harness.wire import MosquittoRr

pytestmark = pytest.mark.broker

STEPS: Final[tuple[tuple[str, dict[str, Any]], ...]] = (
    ("accept", {}),
    ("en-route", {"eta_minutes": 8}),
    ("arrived", {}),
    ("close", {"outcome": "helped_on_site"}),
)
STAGES: Final = ("accepted", "en_route", "arrived", "closed")


def test_every_step_reaches_the_terminal_and_the_timeline(
    terminal: Terminal, desk: Desk, record_property: Callable[[str, object], None]
) -> None:
    stream = desk.stream()
    pressed = stopwatch()
    event_id = terminal.press()

    shown = stream.wait_alert(terminal.device_id)
    # Into the report, not asserted: what a machine with other work needs says nothing about the promise (see bench/).
    record_property("press_to_stream_ms", round((shown.at - pressed) * 1000))
    assert shown.data["handling"] == "new"
    assert shown.data["ring"] is True
    assert shown.data["late_seconds"] is None
    assert shown.data["home"]["address"]
    received = terminal.wait_answer(event_id)
    assert received.command["id"] == answer_id(terminal.device_id, event_id, "received")

    alert_id = shown.data["id"]
    for (verb, body), stage in zip(STEPS, STAGES, strict=True):
        desk.do(alert_id, verb, **body)
        heard = terminal.wait_answer(event_id, stage)
        assert heard.command["id"] == answer_id(terminal.device_id, event_id, stage)
        assert heard.command["args"].get("eta_minutes") == body.get("eta_minutes")

    # Each step once, in order, each with its time; the answers that left stand between them.
    steps = ["raised", "accepted", "en_route", "arrived", "closed"]
    timeline = desk.alert(alert_id)["timeline"]
    assert [entry["kind"] for entry in timeline if entry["kind"] in steps] == steps
    moments = [parse_time(entry["at"]) for entry in timeline]
    assert None not in moments
    assert moments == sorted(moment for moment in moments if moment is not None)
    assert {entry["actor"]["name"] for entry in timeline if entry["kind"] in steps[1:]} == {desk.staff["name"]}
    wait_until(
        lambda: (
            {c["stage"]: c["state"] for c in desk.alert(alert_id)["commands"]}
            == dict.fromkeys(("received", *STAGES), "done")
        ),
        "every answer is confirmed by the terminal",
    )


def test_dispatching_says_nothing_to_the_terminal(terminal: Terminal, desk: Desk) -> None:
    event_id = terminal.press()
    alert = desk.wait_alert(terminal.device_id)
    desk.do(alert["id"], "accept")
    desk.do(alert["id"], "dispatch", responder="沈国良")
    desk.do(alert["id"], "close", outcome="helped_by_phone")
    terminal.wait_answer(event_id, "closed")
    assert {heard.stage for heard in terminal.heard} <= {"received", "accepted", "closed"}


def test_press_and_answer_on_the_one_connection_of_mosquitto_rr(system: System, device: Credential, desk: Desk) -> None:
    event = {
        "specversion": "1.0",
        "id": "rr-1",
        "source": f"care/v1/{device.device_id}",
        "type": "care.sos.pressed",
    }
    log = system.folder / "log" / f"mosquitto_rr-{device.device_id}.log"
    client = MosquittoRr(system.broker_port, device, json.dumps(event), log)
    answer = client.answer()
    client.end()
    assert answer["command"] == "reassure"
    assert answer["args"]["stage"] == "received"
    assert answer["args"]["event_id"] == "rr-1"
    alert = desk.wait_alert(device.device_id)
    assert alert["type"] == "care.sos.pressed"
    assert alert["count"] == 1
