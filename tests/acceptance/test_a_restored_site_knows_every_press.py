"""A site, backed up while it runs, is lost and restored elsewhere: its alerts ring on, its terminals are let in."""

from __future__ import annotations

import json
import signal
import tempfile
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import httpx2
import pytest

from tests.harness.checkout import Checkout
from tests.harness.clock import wait_until
from tests.harness.system import Credential

pytestmark = pytest.mark.broker


@pytest.fixture
def lost() -> Iterator[Checkout]:
    checkout = Checkout(Path(tempfile.mkdtemp(prefix="care-lost-")), "--no-simulator")
    yield checkout
    checkout.close()


@pytest.fixture
def fresh() -> Iterator[Checkout]:
    checkout = Checkout(Path(tempfile.mkdtemp(prefix="care-fresh-")), "--no-simulator")
    yield checkout
    checkout.close()


def begin(checkout: Checkout) -> None:
    checkout.up.start()
    wait_until(lambda: checkout.record().get("ready"), "everything is ready", seconds=60)


def queue(checkout: Checkout) -> list[dict[str, Any]]:
    token = (checkout.folder / "var/secrets/cli.token").read_text().strip()
    url = f"http://127.0.0.1:{checkout.ports['http']}/api/v1/alerts?state=open"
    answer = httpx2.get(url, headers={"Authorization": f"Bearer {token}"}, timeout=10).raise_for_status()
    return list(answer.json()["items"])


@pytest.mark.timeout(180)
def test_backed_up_lost_and_restored(lost: Checkout, fresh: Checkout) -> None:
    begin(lost)
    added = lost.run("device", "add", "--json")
    assert added.returncode == 0, added.stderr
    device = Credential(**{key: json.loads(added.stdout)[key] for key in ("device_id", "secret")})
    answer = lost.press(device, "before-the-fire")
    (alert,) = queue(lost)

    archive = fresh.folder / "site.tar.gz"
    made = lost.run("backup", str(archive))
    assert made.returncode == 0, made.stderr
    assert archive.stat().st_mode & 0o777 == 0o600
    assert lost.run("restore", str(archive), "--verify").returncode == 0, "proved beside the running system"
    assert lost.run("restore", str(archive)).returncode != 0, "never over a running system"
    lost.up.signal(signal.SIGINT)
    wait_until(lambda: not lost.up.running, "it ends", seconds=30)

    put_back = fresh.run("restore", str(archive))
    assert put_back.returncode == 0, put_back.stderr
    begin(fresh)
    assert [(row["id"], row["count"]) for row in queue(fresh)] == [(alert["id"], 1)]
    assert fresh.press(device, "before-the-fire")["id"] == answer["id"], "the same press has the same answer"
    assert fresh.press(device, "after-the-fire")["args"]["event_id"] == "after-the-fire"
    wait_until(lambda: [row["count"] for row in queue(fresh)] == [2], "the second press is counted")
    assert fresh.run("restore", str(archive), "--replace").returncode != 0, "nor over this one"
