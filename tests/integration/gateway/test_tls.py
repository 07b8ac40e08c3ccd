"""A broker that is reached by TLS: its certificate is checked, and the buffered reading misses nothing."""

from __future__ import annotations

import subprocess
from collections.abc import Callable
from pathlib import Path

import pytest

from gateway.app import GatewayLane
from gateway.core.lanes import LaneName
from gateway.settings import Settings
from tests.fakes.gateway_backend import TOKEN, FakeBackend
from tests.harness.broker import Broker
from tests.harness.clock import wait_until

pytestmark = pytest.mark.broker


def _certificate(folder: Path) -> tuple[Path, Path]:
    certificate, key = folder / "certificate.pem", folder / "key.pem"
    subprocess.run(
        [
            "openssl", "req", "-x509", "-newkey", "rsa:2048", "-nodes", "-days", "2", "-subj", "/CN=broker",
            "-addext", "subjectAltName=IP:127.0.0.1", "-keyout", str(key), "-out", str(certificate),
        ],
        check=True,
        capture_output=True,
    )  # fmt: skip
    return certificate, key


def _publish(broker: Broker, certificate: Path, secret: str, payloads: list[str]) -> None:
    command = ["mosquitto_pub", "-V", "mqttv5", "-h", broker.host, "-p", str(broker.port), "-u", "T1", "-P", secret]
    further = ["--cafile", str(certificate), "-q", "1", "-t", "care/v1/T1/event", "-l"]
    subprocess.run([*command, *further], input="\n".join(payloads), text=True, check=True)


def test_lane_works_over_tls(backend: FakeBackend, tmp_path: Path) -> None:
    certificate, key = _certificate(tmp_path)
    broker = Broker(tmp_path / "broker", further=f"certfile {certificate}\nkeyfile {key}\n")
    for name in ("gw1.events", "T1"):
        (tmp_path / name).write_text(broker.add_account(name))  # before it runs: the probe of the harness speaks no TLS
    (tmp_path / "token").write_text(TOKEN)
    settings = Settings(
        broker_port=broker.port,
        broker_tls=True,
        broker_ca_file=str(certificate),
        password_file=str(tmp_path / "gw1.events"),
        token_file=str(tmp_path / "token"),
        backend_url=backend.url,
        spool_dir=tmp_path / "gateway",
        claim_wait_seconds=0.2,
    )
    with broker:
        lane = GatewayLane(settings, LaneName.EMERGENCY)
        lane.start()
        try:
            _hands_over(broker, backend, lane, certificate, (tmp_path / "T1").read_text())
        finally:
            lane.stop()


def _hands_over(broker: Broker, backend: FakeBackend, lane: GatewayLane, certificate: Path, secret: str) -> None:
    wait_until(lambda: lane.link.state.ready, "the lane is connected")
    pad = "x" * 20_000  # larger than one TLS record
    events = [
        f'{{"specversion":"1.0","id":"e-{number}","source":"care/v1/T1","type":"care.sos.pressed","data":{{"pad":"{pad}"}}}}'
        for number in range(30)
    ]
    _publish(broker, certificate, secret, events)
    wait_until(lambda: len(set(backend.event_ids())) == 30, "all are handed over")


def test_certificate_of_a_stranger_is_refused(
    settings: Callable[..., Settings], broker: Broker, tmp_path: Path
) -> None:
    (tmp_path / "tls").mkdir()
    certificate, key = _certificate(tmp_path)
    other = Broker(tmp_path / "tls", further=f"certfile {certificate}\nkeyfile {key}\n")
    with other:
        lane = GatewayLane(settings(LaneName.EMERGENCY, broker_port=other.port, broker_tls=True), LaneName.EMERGENCY)
        lane.start()
        try:
            wait_until(lambda: lane.link.state.refusal == "SSLCertVerificationError", "it is refused")
            assert not lane.link.state.ready
        finally:
            lane.stop()
