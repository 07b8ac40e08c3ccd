"""Bad telemetry, status and results pass codec, wire and backend: each has an outcome, and good ones still count."""

from __future__ import annotations

import json
from collections import Counter
from collections.abc import Callable, Sequence
from pathlib import Path

import msgspec

from backend.adapters.db.telemetry_devices import DeviceStates
from backend.adapters.telemetry.database import TelemetryDatabase
from backend.adapters.telemetry.device_states import SqliteDeviceStates
from backend.adapters.telemetry.sqlite import SqliteTelemetryStore
from backend.services.telemetry.record_results import RecordResults
from backend.services.telemetry.record_status import RecordStatus
from backend.services.telemetry.record_telemetry import RecordTelemetry
from contract.ingest import JsonBatch, JsonItem, Outcome
from contract.topics import Channel, answer_id, topic
from contract.vocabulary import IngestOutcome
from gateway.adapters.uplink import json_item
from gateway.codecs.native import NativeCodec
from gateway.core.ports import Delivery, Item, Kind
from tests.fakes.telemetry_homes import MemoryErasures
from tests.harness.alarm import Alarm
from tests.harness.mutations import bad_messages


def _read(where: str, payload: bytes, alarm: Alarm) -> Item | None:
    read = NativeCodec().read(Delivery(where, payload, 1, False, 1, 1, alarm.clock.now()))
    return read if isinstance(read, Item) else None


def _over_the_wire(items: list[Item]) -> list[JsonItem]:
    sent = [json_item(item) for item in items]
    body = msgspec.json.encode(JsonBatch(gateway="gw1", items=sent))
    return msgspec.json.decode(body, type=JsonBatch).items


def test_every_item_has_an_outcome_and_the_next_good_one_counts(alarm: Alarm, tmp_path: Path) -> None:
    alarm.enrol("T7K2")
    registry = DeviceStates(alarm.engine)
    database = TelemetryDatabase(tmp_path / "telemetry.sqlite")
    states = SqliteDeviceStates(database)
    take: dict[Kind, Callable[[Sequence[JsonItem]], list[Outcome]]] = {
        Kind.TELEMETRY: RecordTelemetry(
            SqliteTelemetryStore(database, alarm.clock.monotonic), states, registry, alarm.clock, MemoryErasures()
        ),
        Kind.STATUS: RecordStatus(states, registry, alarm.clock, MemoryErasures()),
        Kind.RESULT: RecordResults(alarm.result),
    }
    found = [_read(message.topic, message.payload, alarm) for message in bad_messages("T7K2", 2500, seed=11)]
    for kind, record in take.items():
        items = [item for item in found if item is not None and item.kind is kind]
        assert len(items) > 50
        outcomes = record(_over_the_wire(items))
        assert [outcome.index for outcome in outcomes] == list(range(len(items)))
        counted = Counter(outcome.outcome for outcome in outcomes)
        assert counted.keys() <= {IngestOutcome.ACCEPTED, IngestOutcome.REFUSED}
        assert all(outcome.reason for outcome in outcomes if outcome.outcome == IngestOutcome.REFUSED)
    alarm.press("T7K2", "e1")
    good = {
        Channel.TELEMETRY: [{"n": "heart_rate", "v": 71}],
        Channel.STATUS: {"state": "online", "boot": 7},
        Channel.RESULT: {"id": answer_id("T7K2", "e1", "received"), "status": "done", "detail": {"why": "\x00"}},
    }
    for channel, message in good.items():
        item = _read(topic("T7K2", channel), json.dumps(message).encode(), alarm)
        assert item is not None
        (outcome,) = take[item.kind](_over_the_wire([item]))
        assert outcome.outcome == IngestOutcome.ACCEPTED
    assert "answer_confirmed" in alarm.kinds(alarm.only().id)
