"""`./care up --tls`: one option, and devices connect by TLS; a new authority is taken over while everything runs."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from launcher.mqtt_probe import Answer, BrokerAddress, log_in
from tests.harness.clock import wait_until
from tests.harness.ports import free_port
from tests.integration.launcher.checkout import Checkout

pytestmark = pytest.mark.broker


def test_devices_connect_by_tls_and_over_a_change_of_the_authority(checkout: Checkout, tmp_path: Path) -> None:
    assert checkout.care("tls", "show").returncode == 3, "there are none yet"
    port = free_port()
    checkout.up("--tls", "--tls-port", str(port))
    added = json.loads(checkout.care("device", "add", "--json").stdout)
    bundle, old = checkout.folder / "var/tls/ca.crt", tmp_path / "old.crt"
    old.write_bytes(bundle.read_bytes())

    def answer(trusted: Path) -> Answer:
        return log_in(BrokerAddress("127.0.0.1", port, True, str(trusted)), added["device_id"], added["secret"])

    assert answer(bundle) is Answer.ACCEPTED
    plain = BrokerAddress("127.0.0.1", checkout.ports["broker"])
    assert log_in(plain, added["device_id"], added["secret"]) is Answer.ACCEPTED, "loopback stays as it was"

    before = checkout.pid("broker"), checkout.pid("gateway-emergency")
    turned = checkout.care("tls", "rotate")
    assert turned.returncode == 0, turned.stderr
    wait_until(lambda: checkout.began_anew("broker", before[0]), "the broker begins with the new certificate")
    wait_until(lambda: checkout.began_anew("gateway-emergency", before[1]), "the gateway trusts the new authority")
    wait_until(lambda: answer(bundle) is Answer.ACCEPTED, "the new authority is good")
    assert answer(old) is Answer.ACCEPTED, "the old one too"
    shown = checkout.care("tls", "show").stdout
    assert "still trusted" in shown
    assert "localhost, 127.0.0.1" in shown

    issued = checkout.care("tls", "issue", added["device_id"], "--out", str(tmp_path))
    assert issued.returncode == 0, issued.stderr
    assert (tmp_path / f"{added['device_id']}.pem").stat().st_mode & 0o777 == 0o600
    assert checkout.care("tls", "issue", "../x").returncode == 2
    assert checkout.care("tls", "forget").returncode == 0
    wait_until(lambda: answer(bundle) is Answer.ACCEPTED, "the new one alone is good")
    wait_until(lambda: answer(old) is Answer.SILENT, "the old one is trusted no more")
