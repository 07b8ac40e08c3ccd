"""What becomes of a message that a codec stumbles over: handed over as bytes where it is an event, else kept."""

from __future__ import annotations

from typing import Final

import structlog

from contract.times import format_time
from contract.topics import MAX_PACKET_BYTES, Channel, parse_topic
from gateway.core.ports import Codec, Delivery, Item, Kind, Refused

NOT_PROCESSABLE: Final = "not_processable"
log = structlog.get_logger()


class Guarded:
    """A codec that never raises, around one that should not: a fault of ours in one message must not stop the rest."""

    def __init__(self, codec: Codec) -> None:
        self._codec = codec
        self._said = ""

    def read(self, delivery: Delivery) -> Item | Refused:
        """As the codec says; where it raised, reason `not_processable`, which the intake counts."""
        try:
            return self._codec.read(delivery)
        except Exception as error:
            kind = type(error).__name__
            if kind != self._said:
                log.exception("codec_failed")
            self._said = kind
            return _unread(delivery)


def _unread(delivery: Delivery) -> Item | Refused:
    """An event may be a press: it keeps the first rank."""
    named, received_at = parse_topic(delivery.topic), format_time(delivery.received_at)
    if named is None or named[1] is not Channel.EVENT:
        return Refused(delivery.topic, delivery.payload, NOT_PROCESSABLE, received_at)
    head = delivery.payload[:MAX_PACKET_BYTES]
    return Item(Kind.EVENT, named[0], received_at, delivery.retained, head, reason=NOT_PROCESSABLE)
