"""`./care up` starts every program, survives the loss of any of them, says so to the desk, and ends them all."""

from __future__ import annotations

import os
import shutil
import signal

import pytest

from tests.harness.broker import Broker
from tests.harness.clock import wait_until
from tests.integration.launcher.checkout import Checkout, runs

pytestmark = pytest.mark.broker
ALL = {"broker", "backend", "gateway-emergency", "backend-telemetry", "gateway-telemetry", "sim"}


def test_every_child_runs_and_ctrl_c_ends_each(checkout: Checkout) -> None:
    up = checkout.up()
    children = checkout.record()["children"]
    assert set(children) == ALL
    up.send_signal(signal.SIGINT)
    assert up.wait(30) == 0
    assert [name for name, row in children.items() if runs(row["pid"])] == []
    assert checkout.record() == {}


def test_a_script_that_started_it_in_the_background_can_end_it_and_nohup_holds(checkout: Checkout) -> None:
    """Both come with the signal ignored; only for the hang-up that is what is meant."""
    ignored = {number: signal.signal(number, signal.SIG_IGN) for number in (signal.SIGINT, signal.SIGHUP)}
    try:
        up = checkout.begin()
    finally:
        for number, before in ignored.items():
            signal.signal(number, before)
    wait_until(lambda: checkout.record().get("ready"), "care up is ready", 60)
    up.send_signal(signal.SIGHUP)
    wait_until(lambda: _said(checkout, "broker", "up"), "it goes on")
    assert up.poll() is None
    up.send_signal(signal.SIGINT)
    assert up.wait(30) == 0


@pytest.mark.parametrize("name", ["broker", "backend", "gateway-emergency", "sim"])
def test_a_killed_child_comes_back_and_the_desk_is_told(checkout: Checkout, name: str) -> None:
    checkout.up()
    first = checkout.pid(name)
    os.kill(first, signal.SIGKILL)
    wait_until(lambda: checkout.record()["children"].get(name, {}).get("pid", first) != first, f"{name} is back")
    assert f"{name} ended (code -9)" in checkout.output()
    if name != "backend":  # it cannot be told while it is the one that is down
        wait_until(lambda: _said(checkout, name, "down"), f"the backend was told that {name} is down")
    if name in ("broker", "sim"):
        wait_until(lambda: _said(checkout, name, "down") and checkout.reports()[-1]["state"] == "up", f"{name} is up")


def test_children_end_with_a_launcher_that_was_killed(checkout: Checkout) -> None:
    up = checkout.up()
    pids = [row["pid"] for row in checkout.record()["children"].values()]
    up.kill()
    up.wait(10)
    wait_until(lambda: not any(map(runs, pids)), "no child is left")
    again = checkout.up()  # the record of the dead launcher is no obstacle
    assert again.poll() is None


def test_without_help_of_the_kernel_the_next_start_sweeps_up(checkout: Checkout) -> None:
    """Without `setpriv` nothing ends the children of a killed launcher; they must not keep ports or work on unseen."""
    tools = checkout.folder / "tools"
    tools.mkdir()
    (tools / "nice").symlink_to(shutil.which("nice") or "nice")
    checkout.extra["PATH"] = str(tools)
    up = checkout.up()
    left = [row["pid"] for row in checkout.record()["children"].values()]
    up.kill()
    up.wait(10)
    assert [pid for pid in left if not runs(pid)] == []
    (checkout.folder / "var/run/up.json").write_text(
        (checkout.folder / "var/run/up.json").read_text().replace('"ready": true', '"ready": false')
    )
    checkout.up()
    assert f"Ended {len(left)} processes" in checkout.output()
    assert [pid for pid in left if runs(pid)] == []


def test_an_external_broker_is_used_and_none_is_started(checkout: Checkout) -> None:
    with Broker(checkout.folder / "elsewhere") as broker:
        checkout.up("--broker-url", f"mqtt://{broker.host}:{broker.port}")
        assert set(checkout.record()["children"]) == ALL - {"broker"}
        assert "var/broker/passwd" in checkout.output()  # it is told which accounts that broker has to load
        wait_until(lambda: _said(checkout, "broker", "up"), "the desk hears that the broker answers")
        broker.stop()
        wait_until(lambda: _said(checkout, "broker", "down"), "the desk hears that the broker is gone")


def test_a_second_up_says_that_it_already_runs(checkout: Checkout) -> None:
    checkout.up()
    second = checkout.care("up", "--no-console")
    assert second.returncode == 4
    assert f"already runs from this folder: http://127.0.0.1:{checkout.ports['http']}/" in second.stderr


def test_a_taken_port_is_named_with_the_option_that_changes_it(checkout: Checkout) -> None:
    checkout.up()
    # Another checkout that wants the same port: its own lock is free, the port is not.
    other = checkout.folder / "other"
    other.mkdir()
    elsewhere = Checkout(other)
    elsewhere.ports["http"] = checkout.ports["http"]
    refused = elsewhere.care("up", "--no-console")
    assert refused.returncode == 4
    assert f"Port {checkout.ports['http']} is taken. Choose another with --http-port" in refused.stderr


def test_without_simulator_there_is_none(checkout: Checkout) -> None:
    checkout.up("--no-simulator")
    assert set(checkout.record()["children"]) == ALL - {"sim"}


def _said(checkout: Checkout, component: str, state: str) -> bool:
    return any(row["component"] == component and row["state"] == state for row in checkout.reports())
