"""`./care doctor` names what is wrong and the command that mends it."""

from __future__ import annotations

import pytest

from tests.integration.launcher.checkout import Checkout


def test_a_checkout_that_never_ran_is_told_what_to_run(checkout: Checkout) -> None:
    said = checkout.care("doctor").stdout
    assert "The web console is not built. Run ./care console." in said
    assert "The system is not running. ./care up starts it." in said
    assert "the ports are free" in said


def test_a_secret_that_others_can_read_is_named(checkout: Checkout) -> None:
    checkout.care("init")
    assert "readable by their owner alone" in checkout.care("doctor").stdout
    (checkout.folder / "var/secrets/cli.token").chmod(0o644)
    found = checkout.care("doctor")
    assert found.returncode == 1
    assert "Others can read these secrets: cli.token. Run chmod 600" in found.stdout


@pytest.mark.broker
def test_a_running_system_is_asked_part_by_part(checkout: Checkout) -> None:
    checkout.up()
    found = checkout.care("doctor")
    for name in ("broker", "backend", "gateway-emergency", "backend-telemetry", "gateway-telemetry"):
        assert f"{name} answers" in found.stdout
    assert "not ready (404)" in found.stdout  # the stand-in has no /readyz: no answer is never taken for a good one
    assert found.returncode == 1
