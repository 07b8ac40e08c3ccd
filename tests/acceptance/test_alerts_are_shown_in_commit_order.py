"""Two backends commit alerts side by side on PostgreSQL: every stream shows every alert, in one and the same order."""

from __future__ import annotations

from collections.abc import Callable
from typing import Final

import pytest

from tests.harness.clock import wait_until
from tests.harness.fleet import Fleet
from tests.harness.postgres import create_database, find_binaries, postgres_url
from tests.harness.stream import Stream
from tests.harness.system import System

pytestmark = [pytest.mark.broker, pytest.mark.postgres]

TERMINALS: Final = 60


def _order(stream: Stream) -> list[tuple[int | None, str]]:
    return [(shown.id, shown.data["id"]) for shown in stream.alerts()]


def test_no_stream_skips_an_alert_whoever_commits_first(make_system: Callable[..., System]) -> None:
    if find_binaries() is None:
        pytest.skip("PostgreSQL is not installed")
    system = make_system(database_url=postgres_url(create_database()), gateways=("gw1", "gw2"), backends=2)
    devices = system.enrol(TERMINALS)
    with (
        Fleet(system.broker_port, system.folder / "ledger.jsonl") as fleet,
        system.desk("op1") as first,
        system.desk("op2", second=True) as second,
    ):
        streams = [first.stream(), second.stream()]
        terminals = [fleet.add(device.device_id, device.secret, wait=False) for device in devices]
        wait_until(lambda: all(terminal.connected for terminal in terminals), "all connect")
        for terminal in terminals:
            terminal.press()
        wait_until(lambda: not fleet.unanswered(), "every press is answered", seconds=30)
        alerts = {alert["id"] for alert in first.alerts()}
        assert len(alerts) == TERMINALS
        last = int(first.page()["stream_id"])
        for stream in streams:
            wait_until(lambda stream=stream: _order(stream) and _order(stream)[-1][0] == last, "all is shown")  # type: ignore[misc]
        orders = [_order(stream) for stream in streams]
        # Who comes later and asks from the beginning sees the same.
        resumed = first.stream(after=int(orders[0][0][0] or 0))
        wait_until(lambda: _order(resumed) == orders[0][1:], "the resumed stream shows the rest")
    assert orders[0] == orders[1]
    ids = [number or 0 for number, _ in orders[0]]
    assert ids == sorted(set(ids))
    assert {alert_id for _, alert_id in orders[0]} == alerts
