"""`./care device add` prints a credential only when the broker accepts it."""

from __future__ import annotations

import json

import pytest

from launcher.mqtt_probe import Answer, BrokerAddress, log_in
from tests.integration.launcher.checkout import Checkout

pytestmark = pytest.mark.broker


def test_the_printed_credential_works_at_once(checkout: Checkout) -> None:
    checkout.up()
    added = checkout.care("device", "add", "--json", "--count", "2")
    assert added.returncode == 0, added.stderr
    made = [json.loads(line) for line in added.stdout.splitlines()]
    assert [set(row) for row in made] == [{"device_id", "secret"}] * 2
    broker = BrokerAddress("127.0.0.1", checkout.ports["broker"])
    assert [log_in(broker, row["device_id"], row["secret"]) for row in made] == [Answer.ACCEPTED] * 2
    assert log_in(broker, made[0]["device_id"], "not the secret") is Answer.REFUSED


def test_it_says_in_words_that_nothing_runs(checkout: Checkout) -> None:
    never = checkout.care("device", "add")
    assert never.returncode == 3
    assert "Run ./care up first" in never.stderr
    checkout.care("init")
    stopped = checkout.care("device", "add")
    assert stopped.returncode == 5
    assert f"No backend answers on port {checkout.ports['http']}" in stopped.stderr
