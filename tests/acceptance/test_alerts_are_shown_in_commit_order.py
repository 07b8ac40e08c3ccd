"""Two backends commit alerts side by side on PostgreSQL: every stream shows every alert, in one and the same order."""

from __future__ import annotations

from collections.abc import Callable, Sequence
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


def _newest(stream: Stream) -> dict[str, int]:
    """The last place of each alert: changes between two looks are shown as one, only the last is the same for all."""
    return {alert_id: number for number, alert_id in _places(stream)}


def _all_show_all(streams: Sequence[Stream], last: int) -> bool:
    newest = [_newest(stream) for stream in streams]
    return max(newest[0].values(), default=0) >= last and all(other == newest[0] for other in newest)


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
        wait_until(lambda: not fleet.unanswered(), "every press is answered")
        alerts = {alert["id"] for alert in first.alerts()}
        assert len(alerts) == TERMINALS
        # Who comes later and asks from the beginning sees the same.
        streams.append(second.stream(after=0))
        last = int(first.page()["stream_id"])
        wait_until(partial(_all_show_all, streams, last), "every stream has shown the last change of every alert")
        shown = [_places(stream) for stream in streams]
    for places in shown:
        ids = [number for number, _ in places]
        assert ids == sorted(set(ids)), "in commit order, nothing twice"
        assert {alert_id for _, alert_id in places} == alerts, "none is skipped"
