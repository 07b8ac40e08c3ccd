"""Two backends commit alerts side by side on PostgreSQL: every stream shows every alert, in one and the same order."""

from __future__ import annotations

from collections.abc import Callable
from functools import partial
from typing import Final

import pytest

from tests.harness.clock import wait_until
from tests.harness.fleet import Fleet
from tests.harness.postgres import create_database, find_binaries, postgres_url
from tests.harness.stream import Stream
from tests.harness.system import System

pytestmark = [pytest.mark.broker, pytest.mark.postgres]

TERMINALS: Final = 60


def _places(stream: Stream) -> list[tuple[int, str]]:
    """Stream id and alert of each change shown, in the order in which they came."""
    return [(shown.id or 0, shown.data["id"]) for shown in stream.alerts()]


def _shows_up_to(stream: Stream, last: int) -> bool:
    places = _places(stream)
    return bool(places) and places[-1][0] == last


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
        # Who comes later and asks from the beginning sees the same.
        streams.append(second.stream(after=0))
        for stream in streams:
            wait_until(partial(_shows_up_to, stream, last), "all is shown")
        shown = [_places(stream) for stream in streams]
    for places in shown:
        ids = [number for number, _ in places]
        assert ids == sorted(set(ids)), "in commit order, nothing twice"
        assert {alert_id for _, alert_id in places} == alerts, "none is skipped"
    # Changes of one alert between two looks are shown as one, so the streams may differ in those; never in the last.
    newest = [{alert_id: number for number, alert_id in places} for places in shown]
    assert newest[0] == newest[1] == newest[2]
