"""The telemetry lane batches by count and age, and acknowledges what the backend or the spool has."""

from __future__ import annotations

import pytest

from gateway.core.lanes import LaneName
from tests.fakes.gateway_backend import FakeBackend
from tests.harness.clock import wait_until
from tests.integration.gateway.conftest import MakeSender, StartLane

pytestmark = pytest.mark.broker


def test_burst_arrives_whole_and_in_batches(backend: FakeBackend, sender: MakeSender, start_lane: StartLane) -> None:
    lane = start_lane(LaneName.TELEMETRY)
    packs = [f'[{{"n":"steps","v":{number}}}]' for number in range(2000)]
    sender("T1").burst("telemetry", packs)
    wait_until(lambda: len(backend.items("telemetry")) >= 2000, "all packs are handed over")
    assert {bytes(item.pack).decode() for item in backend.items("telemetry")} == set(packs)
    assert len(backend.stored.batches) < 500
    assert lane.spool.figures().rows == 0


def test_burst_with_the_backend_away_is_spooled_and_filled_in_later(
    backend: FakeBackend, sender: MakeSender, start_lane: StartLane
) -> None:
    lane = start_lane(LaneName.TELEMETRY)
    backend.stop()
    packs = [f'[{{"n":"steps","v":{number}}}]' for number in range(1000)]
    sender("T1").burst("telemetry", packs)
    wait_until(lambda: lane.spool.figures().rows == 1000, "all wait on disk")
    backend.start()
    wait_until(lambda: len(backend.items("telemetry")) >= 1000, "all packs are handed over")
    assert {bytes(item.pack).decode() for item in backend.items("telemetry")} == set(packs)


def test_status_and_results_do_not_wait_for_telemetry(
    backend: FakeBackend, sender: MakeSender, start_lane: StartLane
) -> None:
    start_lane(LaneName.TELEMETRY, batch_max_age_ms=10_000)
    device = sender("T1")
    device.send("telemetry", '[{"n":"battery","v":80}]')
    device.send("status", '{"state":"online","boot":1}')
    device.send("result", '{"id":"c-1","status":"done"}')
    wait_until(lambda: backend.items("status") and backend.items("results"), "both are there", seconds=5)
    assert backend.items("telemetry") == []


def test_unconfirmed_telemetry_is_taken_as_well(
    backend: FakeBackend, sender: MakeSender, start_lane: StartLane
) -> None:
    start_lane(LaneName.TELEMETRY)
    sender("T1").send("telemetry", '[{"n":"battery","v":80}]', qos=0)
    wait_until(lambda: backend.items("telemetry"), "it is handed over")


def test_retained_status_says_so(backend: FakeBackend, sender: MakeSender, start_lane: StartLane) -> None:
    sender("T1").send("status", '{"state":"online","boot":1}', retain=True)
    start_lane(LaneName.TELEMETRY)
    wait_until(lambda: backend.items("status"), "the retained status is handed over")
    assert backend.items("status")[0].retained
