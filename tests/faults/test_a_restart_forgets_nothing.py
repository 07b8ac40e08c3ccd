"""A deadline is a row: a backend that dies before it is due keeps it all the same."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest

from tests.harness.clock import wait_until
from tests.harness.desk import Desk
from tests.harness.fleet import Fleet
from tests.harness.system import System

pytestmark = pytest.mark.broker


def _entries(desk: Desk, alert_id: str, kind: str) -> list[dict[str, Any]]:
    return [entry for entry in desk.alert(alert_id)["timeline"] if entry["kind"] == kind]


def test_a_repeat_that_nobody_reacts_to_is_requeued_after_a_restart(make_system: Callable[..., System]) -> None:
    system = make_system()
    (device,) = system.enrol()
    with Fleet(system.broker_port, system.folder / "ledger.jsonl") as fleet:
        terminal = fleet.add(device.device_id, device.secret)
        with system.desk() as desk:
            terminal.wait_answer(terminal.press())
            alert_id = desk.wait_alert(device.device_id)["id"]
            desk.do(alert_id, "accept")
            terminal.wait_answer(terminal.press())
            before = desk.alert(alert_id)
            stream_id = before["stream_id"]
        system.kill("backend")
        system.start("backend")
        system.wait_ready()

        with system.desk() as desk:
            after = desk.alert(alert_id)
            for field in ("handling", "count", "holder", "ring_seq", "accepted_at"):
                assert after[field] == before[field], field
            stream = desk.stream(after=stream_id)
            wait_until(lambda: _entries(desk, alert_id, "requeued"), "requeued", seconds=90, every=0.2)
            shown = wait_until(
                lambda: [s for s in stream.alerts(device.device_id) if s.data["ring_seq"] > before["ring_seq"]],
                "the desk rings again",
            )
            assert shown[0].data["holder"] == before["holder"], "the holder stays on it"
            assert len(_entries(desk, alert_id, "requeued")) == 1
