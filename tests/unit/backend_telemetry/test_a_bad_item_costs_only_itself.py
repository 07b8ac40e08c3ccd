"""What becomes of each item of a batch, and why."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime
from typing import Any

import msgspec
import pytest

from backend.services.alarm.hand_out_commands import OutcomeReason
from backend.services.telemetry.erasures import Erasure
from backend.services.telemetry.ports import TelemetryAway
from backend.services.telemetry.record_results import RecordResults
from backend.services.telemetry.record_status import RecordStatus
from backend.services.telemetry.record_telemetry import RecordTelemetry
from contract.ingest import JsonItem, Outcome
from contract.times import format_time
from contract.vocabulary import ResultStatus
from tests.fakes.telemetry_homes import MemoryErasures
from tests.fakes.telemetry_store import MemoryDeviceStates, MemoryRegistry, MemoryTelemetryStore
from tests.harness.clock import ManualClock

CLOCK = ManualClock()
NOW = CLOCK.now()
REGISTRY = MemoryRegistry(T1="installed", T2="installed", T8="revoked", **{"lobby-1": "lobby", "T7": "lobby"})


def item(device: str = "T1", **parts: Any) -> JsonItem:
    raw = {name: msgspec.Raw(msgspec.json.encode(value)) for name, value in parts.items() if name != "retained"}
    return JsonItem(device_id=device, received_at=format_time(NOW), retained=parts.get("retained", False), **raw)


def said(outcomes: list[Outcome]) -> list[tuple[str, str | None]]:
    assert [outcome.index for outcome in outcomes] == list(range(len(outcomes)))
    return [(str(outcome.outcome), outcome.reason) for outcome in outcomes]


def pack(*records: Any) -> list[Any]:
    return list(records)


GOOD = {"n": "heart_rate", "u": "beat/min", "v": 71, "t": NOW.timestamp() - 60}


def test_each_pack_has_its_outcome_and_good_records_are_stored() -> None:
    store, states = MemoryTelemetryStore(), MemoryDeviceStates()
    record = RecordTelemetry(store, states, REGISTRY, CLOCK, MemoryErasures())
    outcomes = record(
        [
            item(pack=pack(GOOD)),
            item(pack=pack(GOOD, {"n": "aura", "v": 1})),
            item(pack=pack({"n": "heart_rate", "v": 9999})),
            item(pack={"no": "pack"}),
            item(),
            item("T9", pack=pack(GOOD)),
            item("lobby-1", pack=pack(GOOD)),
            item("T7", pack=pack(GOOD)),
            item("T8", pack=pack(GOOD)),
            item("../x", pack=pack(GOOD)),
            item(pack=pack(GOOD), retained=True),
            item("T2", pack=pack({"n": "motion", "vb": True})),
        ]
    )
    assert said(outcomes) == [
        ("accepted", None),
        ("accepted", "some_records_refused"),
        ("refused", "bad_value"),
        ("refused", "not_a_pack"),
        ("refused", "empty"),
        ("unknown_device", None),
        ("refused", "lobby_credential"),
        ("refused", "lobby_credential"),
        ("refused", "revoked"),
        ("refused", "bad_device_id"),
        ("refused", "retained"),
        ("accepted", None),
    ]
    assert [(r.device_id, r.metric, r.value) for r in store.points.values()] == [
        ("T1", "heart_rate", 71.0),
        ("T2", "motion", True),
    ]
    assert [(status.device_id, status.last_seen) for status in states.known.values()] == [("T1", NOW), ("T2", NOW)]


def test_a_store_that_is_away_stores_nothing_and_says_so() -> None:
    store = MemoryTelemetryStore()
    store.away = True
    with pytest.raises(TelemetryAway):
        RecordTelemetry(store, MemoryDeviceStates(), REGISTRY, CLOCK, MemoryErasures())([item(pack=pack(GOOD))])


class ForgetfulStates(MemoryDeviceStates):
    """Cannot note who was heard of."""

    def seen(self, moments: Mapping[str, datetime]) -> None:
        raise TelemetryAway("database is locked")


def test_stored_readings_are_never_asked_for_again_because_their_sign_of_life_was_not_noted() -> None:
    store = MemoryTelemetryStore()
    record = RecordTelemetry(store, ForgetfulStates(), REGISTRY, CLOCK, MemoryErasures())
    assert said(record([item(pack=pack(GOOD))])) == [("accepted", None)]
    assert len(store.points) == 1


def test_a_status_of_before_an_erasure_does_not_come_back() -> None:
    states, erasures = MemoryDeviceStates(), MemoryErasures()
    erasures.begin([Erasure("request", "T1", "R1", "staff:a", NOW, None, 0)])
    status = item(status={"state": "online", "battery": 80})
    assert said(RecordStatus(states, REGISTRY, CLOCK, erasures)([status])) == [("refused", "erased")]
    assert said(
        RecordTelemetry(MemoryTelemetryStore(), states, REGISTRY, CLOCK, erasures)([item(pack=pack(GOOD))])
    ) == [("refused", "erased")]
    assert states.known == {}


def test_a_receive_time_that_cannot_be_is_replaced_by_ours() -> None:
    store = MemoryTelemetryStore()
    record = RecordTelemetry(store, MemoryDeviceStates(), REGISTRY, CLOCK, MemoryErasures())
    raw = msgspec.Raw(msgspec.json.encode([{"n": "steps", "v": 3}]))
    for received_at in ("yesterday", "2031-01-01T00:00:00.000Z"):
        record([JsonItem(device_id="T1", received_at=received_at, pack=raw)])
    assert [(r.at, r.received_at) for r in store.points.values()] == [(NOW.timestamp(), NOW)]


def test_each_status_has_its_outcome() -> None:
    states = MemoryDeviceStates()
    outcomes = RecordStatus(states, REGISTRY, CLOCK, MemoryErasures())(
        [
            item(status={"state": "online", "boot": 7, "battery": 80}),
            item("T2", status={"state": "asleep"}),
            item("lobby-1", status={"state": "online"}),
            item(status={"state": "offline", "boot": 6}),
        ]
    )
    assert said(outcomes) == [
        ("accepted", None),
        ("refused", "bad_attribute"),
        ("refused", "lobby_credential"),
        ("accepted", None),
    ]
    assert [(s.device_id, s.state, s.battery) for s in states.known.values()] == [("T1", "online", 80.0)]


class Commands:
    """A command `c1` of device T1 that has not ended, and `c2` that has."""

    def __init__(self) -> None:
        self.ended: list[tuple[str, str, ResultStatus, str | None]] = []

    def __call__(self, device_id: str, command_id: str, status: ResultStatus, detail: str | None) -> OutcomeReason:
        if device_id != "T1" or command_id not in ("c1", "c2"):
            return OutcomeReason.UNKNOWN_COMMAND
        if command_id == "c2":
            return OutcomeReason.OVER
        self.ended.append((device_id, command_id, status, detail))
        return OutcomeReason.RECORDED


def test_each_result_has_its_outcome() -> None:
    commands = Commands()
    outcomes = RecordResults(commands)(
        [
            item(result={"id": "c1", "status": "done"}),
            item(result={"id": "c1", "status": "failed", "detail": {"why": "busy"}}),
            item(result={"id": "c2", "status": "done"}),
            item("T2", result={"id": "c1", "status": "done"}),
            item(result={"id": "c1", "status": "maybe"}),
        ]
    )
    assert said(outcomes) == [
        ("accepted", None),
        ("accepted", None),
        ("duplicate", None),
        ("refused", "unknown_command"),
        ("refused", "bad_attribute"),
    ]
    assert commands.ended[0] == ("T1", "c1", ResultStatus.DONE, None)
    assert commands.ended[1][3] == '{"detail":{"why":"busy"}}'
