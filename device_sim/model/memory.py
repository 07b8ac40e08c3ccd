"""What a device remembers over a restart: the presses that it still owes, and its counters, read from the ledger."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, field

import msgspec

from device_sim.model.presses import Owed, owed
from device_sim.model.record import PUBACK_ACCEPTED, Kind, Record


@dataclass(frozen=True, slots=True)
class Unsettled:
    """A press that the ledger shows as owed still: it is sent again, byte for byte."""

    event_id: str
    type: str
    pressed_at: str
    payload: bytes


@dataclass
class Memory:
    """What a device's part of the ledger brings back after a restart."""

    pending: dict[str, Unsettled] = field(default_factory=dict)
    sos_seq: int = 0
    boot: int = 0


def remember(records: Iterable[Record]) -> dict[str, Memory]:
    """Per device id: what is still owed, and the highest counters that were ever used."""
    memories: dict[str, Memory] = {}
    for record in records:
        if record.event_id is None:
            continue
        memory = memories.setdefault(record.device_id, Memory())
        if record.kind is Kind.PRESSED and record.type and record.event:
            payload = record.event.encode()
            memory.pending[record.event_id] = Unsettled(record.event_id, record.type, record.at, payload)
            data = msgspec.json.decode(payload)["data"]
            memory.sos_seq = max(memory.sos_seq, data.get("sos_seq", 0))
            memory.boot = max(memory.boot, data["boot"])
        elif (press := memory.pending.get(record.event_id)) is not None and settles(record, press.type):
            del memory.pending[record.event_id]
    return memories


def settles(record: Record, type_name: str) -> bool:
    """Whether this record of an event of that type ends its sending: an answer, or for unanswered types a PUBACK."""
    if owed(type_name) is Owed.ANSWER:
        return record.kind is Kind.ANSWERED
    return record.kind is Kind.PUBACK and record.reason == PUBACK_ACCEPTED
