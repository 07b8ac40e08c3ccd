"""A broker that reads its accounts from files begins anew with each change: who is gone from them is cut off."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from tests.harness.clock import stopwatch, wait_until
from tests.harness.system import Credential
from tests.harness.wire import Link, accepts
from tests.integration.launcher.checkout import Checkout

pytestmark = pytest.mark.broker
OWED_SECONDS = 5.0


def test_who_is_gone_from_the_file_is_cut_off_within_five_seconds(checkout: Checkout) -> None:
    checkout.up()
    added = json.loads(checkout.care("device", "add", "--json").stdout)
    device, port = Credential(added["device_id"], added["secret"]), checkout.ports["broker"]
    with Link(port, device) as link:
        began = stopwatch()
        _take_out(checkout.folder / "var/broker/passwd", device.device_id)
        wait_until(lambda: not link.online, "it is cut off")
        wait_until(lambda: checkout.runs_broker(), "the broker is back")
        assert not accepts(port, device)
        assert stopwatch() - began < OWED_SECONDS
    assert "broker ended" not in checkout.output()


def _take_out(passwd: Path, device_id: str) -> None:
    lines = [line for line in passwd.read_text().splitlines() if not line.startswith(f"{device_id}:")]
    fresh = passwd.with_suffix(".fresh")
    fresh.write_text("".join(f"{line}\n" for line in lines))
    fresh.chmod(0o600)
    fresh.replace(passwd)
