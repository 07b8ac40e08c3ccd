"""Unreadable events reach the backend as bytes with the reason; elsewhere they are refused and kept; others go on."""

from __future__ import annotations

import base64
import json
from pathlib import Path
from typing import Any

import msgspec
import pytest

from contract.ingest import EventItem
from gateway.adapters.clock import SystemClock
from gateway.adapters.threads import Loop
from gateway.core.lanes import LaneName
from tests.fakes.gateway_backend import FakeBackend
from tests.harness.clock import wait_until
from tests.integration.gateway.conftest import MakeSender, StartLane, event_payload

pytestmark = pytest.mark.broker


@pytest.mark.parametrize(
    ("payload", "reason"),
    [
        (b"", "empty"),
        (b"\xff\x00\x01", "not_json"),
        (b'{"id": NaN}', "not_json"),
        (b"[" * 5000, "too_deep"),
        (b"[]", "not_an_object"),
        (b'{"specversion":"1.0","id":"e"}', "missing_attribute"),
        (b"x" * 65_000, "not_json"),
    ],
)
def test_unreadable_event_is_handed_over_as_bytes(
    payload: bytes, reason: str, backend: FakeBackend, sender: MakeSender, start_lane: StartLane
) -> None:
    start_lane()
    device = sender("T1")
    device.send("event", payload)
    device.event("next")
    wait_until(lambda: len(backend.stored.events) == 2, "both are handed over")
    odd = backend.stored.events[0]
    assert (odd.reason, base64.b64decode(odd.raw_b64 or "")) == (reason, payload)
    assert backend.event_ids() == ["next"]


def test_refused_telemetry_is_kept_and_the_next_goes_on(
    backend: FakeBackend, sender: MakeSender, start_lane: StartLane, tmp_path: Path
) -> None:
    start_lane(LaneName.TELEMETRY)
    device, lobby = sender("T1"), sender("lobby-7")
    device.send("telemetry", "not json")
    lobby.send("telemetry", '[{"n":"battery","v":80}]')
    device.send("telemetry", '[{"n":"battery","v":81}]')
    wait_until(lambda: backend.items("telemetry"), "the good pack is handed over")
    assert [bytes(item.pack) for item in backend.items("telemetry")] == [b'[{"n":"battery","v":81}]']
    lines = [json.loads(line) for line in (tmp_path / "gateway" / "gw1.telemetry.refused.jsonl").open()]
    assert sorted((line["topic"], line["reason"]) for line in lines) == [
        ("care/v1/T1/telemetry", "not_json"),
        ("care/v1/lobby-7/telemetry", "lobby_credential"),
    ]


def test_event_that_breaks_the_backend_holds_nobody_up(
    backend: FakeBackend, sender: MakeSender, start_lane: StartLane
) -> None:
    def judge(_path: str, items: list[EventItem]) -> int:
        return 500 if any(b"poison" in bytes(item.event) for item in items) else 202

    lane = start_lane()
    backend.stop()
    device = sender("T1")
    for event_id in ("a", "poison", "b"):
        device.event(event_id)
    wait_until(lambda: lane.spool.figures().rows == 3, "all wait on disk together")
    backend.judge = judge
    backend.start()
    wait_until(lambda: backend.event_ids() == ["a", "b"], "the others are handed over")
    device.event("c")
    wait_until(lambda: backend.event_ids() == ["a", "b", "c"], "new ones too")
    assert lane.spool.figures().rows == 1
    backend.judge = lambda _path, _items: 202
    wait_until(lambda: "poison" in backend.event_ids(), "it is handed over when the backend can take it")


def test_event_that_the_backend_refuses_arrives_as_bytes(
    backend: FakeBackend, sender: MakeSender, start_lane: StartLane
) -> None:
    def judge(_path: str, items: list[Any]) -> int:
        return 422 if any(b"odd" in bytes(item.event) for item in items) else 202

    backend.judge = judge
    lane = start_lane()
    device = sender("T1")
    device.event("odd")
    device.event("next")
    wait_until(lambda: len(backend.stored.events) == 2, "both have arrived")
    odd = next(item for item in backend.stored.events if item.raw_b64)
    assert odd.reason == "backend_refused"
    assert msgspec.json.decode(base64.b64decode(odd.raw_b64 or ""))["id"] == "odd"
    wait_until(lambda: lane.spool.figures().rows == 0, "nothing is left behind")


def test_retained_event_says_so(backend: FakeBackend, sender: MakeSender, start_lane: StartLane) -> None:
    sender("T1").send("event", event_payload("T1", "old"), retain=True)
    start_lane()
    wait_until(lambda: backend.event_ids() == ["old"], "the retained press is handed over")
    assert backend.stored.events[0].retained


def test_loop_that_fails_again_and_again_is_told(backend: FakeBackend, start_lane: StartLane) -> None:
    def step() -> float:
        raise RuntimeError("each time")

    lane = start_lane()
    loop = Loop("odd", step, SystemClock())
    lane.health.watched.append(loop)
    loop.start()
    wait_until(lambda: any("loop_failing" in one.detail for one in backend.stored.health), "it is reported")
    assert next(one for one in backend.stored.health if "loop_failing" in one.detail).state == "down"
    loop.stop()
    assert loop.join(5)
