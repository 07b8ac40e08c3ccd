"""Whether a message of `care/v1` is handed over as read, handed over as bytes, or refused and kept."""

from __future__ import annotations

from datetime import datetime
from functools import lru_cache
from typing import Final

from contract.codec import Refusal, decode_event, decode_result, decode_status
from contract.senml import frame_pack
from contract.times import format_time
from contract.topics import LOBBY_PREFIX, MAX_PACKET_BYTES, Channel, parse_topic
from contract.vocabulary import UNREADABLE, Severity, event_type
from gateway.core.ports import Delivery, Item, Kind, Refused

BAD_TOPIC: Final = "bad_topic"
LOBBY_CREDENTIAL: Final = "lobby_credential"
TOPICS_KEPT: Final = 65_536
"""Topics that are kept as parsed: a few of each device."""
_KINDS: Final = {Channel(kind): kind for kind in Kind}
_parsed: Final = lru_cache(TOPICS_KEPT)(parse_topic)


def rank(event_name: str) -> int:
    """Where an event stands in the queue. One that clears another keeps its place, so that neither overtakes."""
    entry = event_type(event_name)
    if entry.clears is not None:
        entry = event_type(entry.clears)
    return (entry.severity or Severity.TECHNICAL).rank


class NativeCodec:
    """Reads deliveries of the platform's own wire format. For one thread: it keeps the moment that it wrote last."""

    def __init__(self) -> None:
        self._moment: datetime | None = None
        self._written = ""

    def read(self, delivery: Delivery) -> Item | Refused:
        """An item to hand over, or what is kept and why."""
        named = _parsed(delivery.topic)
        received_at = self._received_at(delivery.received_at)
        if named is None or named[1] is Channel.COMMAND:
            return Refused(delivery.topic, delivery.payload, BAD_TOPIC, received_at)
        device_id, kind = named[0], _KINDS[named[1]]
        if kind is Kind.EVENT:
            return _event(delivery, device_id, received_at)
        if device_id.startswith(LOBBY_PREFIX):
            return Refused(delivery.topic, delivery.payload, LOBBY_CREDENTIAL, received_at)
        try:
            _check(kind, delivery.payload)
        except Refusal as refusal:
            return Refused(delivery.topic, delivery.payload, refusal.reason, received_at)
        return Item(kind, device_id, received_at, delivery.retained, delivery.payload)

    def _received_at(self, moment: datetime) -> str:
        """What came in one piece has one moment."""
        if moment is not self._moment:
            self._moment, self._written = moment, format_time(moment)
        return self._written


def _event(delivery: Delivery, device_id: str, received_at: str) -> Item:
    """Whatever arrives on an event topic reaches the backend: read, or as bytes with the reason."""
    try:
        event = decode_event(delivery.payload, device_id)
    except Refusal as refusal:
        head = delivery.payload[:MAX_PACKET_BYTES]
        return Item(Kind.EVENT, device_id, received_at, delivery.retained, head, rank(UNREADABLE), str(refusal.reason))
    clears = event_type(event.type).clears is not None
    return Item(
        Kind.EVENT, device_id, received_at, delivery.retained, delivery.payload, rank(event.type), clears=clears
    )


def _check(kind: Kind, payload: bytes) -> None:
    """Whether the backend can read it as a whole; single records of a pack are its business."""
    if kind is Kind.STATUS:
        decode_status(payload)
    elif kind is Kind.RESULT:
        decode_result(payload)
    else:
        frame_pack(payload)
