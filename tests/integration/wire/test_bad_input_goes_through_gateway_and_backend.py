"""What a device gets wrong passes the gateway's codec, the wire and the backend, each event with an outcome."""

from __future__ import annotations

from collections import Counter
from itertools import islice

import msgspec

from contract.ingest import EventBatch, EventItem
from contract.topics import Channel, topic
from contract.vocabulary import UNREADABLE, IngestOutcome
from gateway.adapters.uplink import event_item
from gateway.codecs.native import NativeCodec
from gateway.core.ports import Delivery, Item, Kind, Refused
from tests.harness.alarm import Alarm
from tests.harness.mutations import bad_messages

BATCH = 50


def _delivery(where: str, payload: bytes, alarm: Alarm) -> Delivery:
    return Delivery(where, payload, 1, False, 1, 1, alarm.clock.now())


def test_every_event_has_an_outcome_and_the_next_press_is_answered(alarm: Alarm) -> None:
    alarm.enrol("T7K2")
    codec, kept = NativeCodec(), Counter[str]()
    waiting: list[EventItem] = []
    for message in bad_messages("T7K2", 2500, seed=7):
        read = codec.read(_delivery(message.topic, message.payload, alarm))
        if isinstance(read, Refused):
            kept[read.reason] += 1
        elif read.kind is Kind.EVENT:
            waiting.append(event_item(read))
    outcomes = Counter[str]()
    source = iter(waiting)
    while batch := list(islice(source, BATCH)):
        # Over the wire and back: a batch that is no JSON would be refused as a whole.
        body = msgspec.json.encode(EventBatch(gateway="gw1", items=batch))
        answer = alarm.send(*msgspec.json.decode(body, type=EventBatch).items)
        assert [outcome.index for outcome in answer.outcomes] == list(range(len(batch)))
        # The backend's safety net for an event that breaks it; nothing a device can send may need it.
        assert "not_processable" not in {outcome.reason for outcome in answer.outcomes}
        outcomes.update(outcome.outcome for outcome in answer.outcomes)
        msgspec.json.encode(answer)
    assert outcomes.total() == len(waiting) > 800
    assert outcomes.keys() == {IngestOutcome.ACCEPTED, IngestOutcome.UNREADABLE, IngestOutcome.DUPLICATE}
    assert kept["bad_topic"] > 100
    assert [a.type for a in alarm.open()].count(UNREADABLE) == 1
    good = codec.read(_delivery(topic("T7K2", Channel.EVENT), msgspec.json.encode(alarm.event("T7K2", "good")), alarm))
    assert isinstance(good, Item)
    assert "good" in [command.args["event_id"] for command in alarm.send(event_item(good)).commands]
    for alert in alarm.open():
        assert alarm.detail(alert.id).timeline
