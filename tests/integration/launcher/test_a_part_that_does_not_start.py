"""A start that cannot answer presses says why and ends; one that can goes on, whatever else is missing."""

from __future__ import annotations

import pytest

from tests.harness.clock import wait_until
from tests.integration.launcher.checkout import Checkout, runs

pytestmark = pytest.mark.broker
FAILS = 'import sys\nsys.exit("the disk of this program is on fire")\n'


def test_without_a_backend_the_start_ends_with_the_end_of_its_log(checkout: Checkout) -> None:
    (checkout.folder / "backend/__main__.py").write_text(FAILS)
    up = checkout.begin()
    assert up.wait(60) == 1
    assert "backend did not become ready. The end of var/log/backend.log:" in checkout.output()
    assert "the disk of this program is on fire" in checkout.output()
    assert "All stopped." in checkout.output()
    assert checkout.record() == {}


def test_without_telemetry_presses_are_answered_and_the_gap_is_said(checkout: Checkout) -> None:
    lane = checkout.folder / "gateway/__main__.py"
    refuses = 'import os, sys\nif os.environ["CARE_GATEWAY_USERNAME"] == "gw1.telemetry":\n    sys.exit("no")\n'
    lane.write_text(refuses + "import gateway.listener\n")
    (checkout.folder / "gateway/listener.py").write_text((checkout.folder / "device_sim/__main__.py").read_text())
    up = checkout.begin()
    wait_until(lambda: "gateway-telemetry is not ready yet" in checkout.output(), "the gap is said", 60)
    assert "Ready in" in checkout.output()
    assert up.poll() is None
    assert runs(checkout.pid("gateway-emergency"))
    assert not checkout.record()["ready"]
    wait_until(lambda: ("gateway-telemetry", "down") in _said(checkout), "the desk is told")


def _said(checkout: Checkout) -> set[tuple[str, str]]:
    return {(row["component"], row["state"]) for row in checkout.reports()}
