"""`./care up --influx` keeps telemetry in InfluxDB; an InfluxDB that is away stops no press and loses no reading."""

from __future__ import annotations

import json
import tempfile
from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.fakes.influx_server import InfluxWireServer
from tests.harness.checkout import Checkout
from tests.harness.clock import wait_until
from tests.harness.system import Credential

pytestmark = pytest.mark.broker


@pytest.fixture
def influxdb() -> Iterator[InfluxWireServer]:
    server = InfluxWireServer()
    server.start()
    yield server
    server.stop()


@pytest.fixture
def checkout(influxdb: InfluxWireServer) -> Iterator[Checkout]:
    folder = Path(tempfile.mkdtemp(prefix="care-influx-"))
    given = {"CARE_INFLUX_TOKEN": influxdb.token, "CARE_SIM_TELEMETRY_SECONDS": "1", "CARE_LANG": "en"}
    made = Checkout(folder, "--influx", influxdb.url, **given)
    yield made
    made.close()


def test_readings_arrive_there_and_presses_do_not_wait_for_it(checkout: Checkout, influxdb: InfluxWireServer) -> None:
    checkout.up.start()
    wait_until(lambda: checkout.record().get("ready"), "everything is ready", seconds=60)
    assert (checkout.folder / "var/secrets/influx.token").read_text() == influxdb.token
    assert f"InfluxDB: {influxdb.url}" in checkout.up.tail(50)
    wait_until(lambda: _stored(influxdb) > 0, "readings of the simulated district are there")
    assert "telemetry store answers" in checkout.run("doctor").stdout

    influxdb.stop()
    added = checkout.run("device", "add", "--json")
    assert added.returncode == 0, added.stderr
    device = Credential(**{key: json.loads(added.stdout)[key] for key in ("device_id", "secret")})
    assert checkout.press(device, "first")["args"]["stage"] == "received"
    wait_until(lambda: _waiting(checkout) > 0, "readings wait on disk", every=0.2)
    before = _stored(influxdb)
    influxdb.start()
    wait_until(lambda: _stored(influxdb) > before and _waiting(checkout) == 0, "they are filled in", every=0.2)


def _stored(influxdb: InfluxWireServer) -> int:
    """Points there are now."""
    if "care-raw" not in influxdb.store.buckets:
        return 0
    return sum(len(series) for series in list(influxdb.raw().points.values()))


def _waiting(checkout: Checkout) -> float:
    name = "care_backend_telemetry_waiting_points "
    line = next(line for line in checkout.figures("telemetry-http").splitlines() if line.startswith(name))
    return float(line.removeprefix(name))
