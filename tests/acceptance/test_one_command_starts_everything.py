"""`./care up` in a checkout of its own: it starts everything, mends what dies, and ends everything."""

from __future__ import annotations

import json
import os
import signal
import tempfile
from collections.abc import Iterator
from pathlib import Path
from typing import Final

import psutil
import pytest

from tests.harness.checkout import Checkout
from tests.harness.clock import wait_until
from tests.harness.system import Credential

pytestmark = pytest.mark.broker

CHILDREN: Final = {"broker", "backend", "backend-telemetry", "gateway-emergency", "gateway-telemetry", "sim"}
FIGURES: Final = {
    "http": "care_backend",
    "telemetry-http": "care_backend",
    "emergency-metrics": "care_gateway",
    "telemetry-metrics": "care_gateway",
    "sim-metrics": "care_sim",
    "launcher-metrics": "care_launcher",
}
CONFLICT: Final = 4


@pytest.fixture
def checkout() -> Iterator[Checkout]:
    folder = Path(tempfile.mkdtemp(prefix="care-up-"))
    checkout = Checkout(folder)
    yield checkout
    checkout.close()


def test_up_starts_mends_and_ends_everything(checkout: Checkout) -> None:
    checkout.up.start()
    wait_until(lambda: checkout.record().get("ready"), "everything is ready", seconds=60)
    assert set(checkout.pids()) == CHILDREN
    for port, prefix in FIGURES.items():
        assert f"\n{prefix}_" in checkout.figures(port), port

    added = checkout.run("device", "add", "--json")
    assert added.returncode == 0, added.stderr
    device = Credential(**{key: json.loads(added.stdout)[key] for key in ("device_id", "secret")})
    answer = checkout.press(device, "first")
    assert (answer["args"]["stage"], answer["args"]["event_id"]) == ("received", "first")

    assert checkout.run("up").returncode == CONFLICT, "it runs already"

    before = checkout.pids()
    for pid in before.values():
        os.kill(pid, signal.SIGKILL)
    wait_until(lambda: _all_new(before, checkout.pids()), "every child is back", seconds=60)
    wait_until(lambda: checkout.run("device", "add", "--json").returncode == 0, "devices can be added", seconds=60)
    assert checkout.press(device, "second")["args"]["event_id"] == "second"

    after = checkout.pids()
    checkout.up.signal(signal.SIGINT)
    wait_until(lambda: not checkout.up.running, "it ends", seconds=30)
    assert checkout.up.exit_code == 0, checkout.up.tail()
    assert [pid for pid in after.values() if psutil.pid_exists(pid)] == []


def _all_new(before: dict[str, int], now: dict[str, int]) -> bool:
    return set(now) == set(before) and not set(now.values()) & set(before.values())
