"""What can be said on the stream. Encoded once, however many screens there are."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum
from typing import Any

import msgspec

from backend.services.live.ports import Change, Told
from contract.times import format_time


class MessageKind(StrEnum):
    """The `event:` of a message. `call`: somebody calls. `resync`: something was left out, load the list again."""

    ALERT = "alert"
    CALL = "call"
    HEALTH = "health"
    PING = "ping"
    RESYNC = "resync"


@dataclass(frozen=True, slots=True)
class Message:
    """`data` is JSON; `stream_id` None: the place in the stream does not move. `about`: the same of what belongs
    to somebody, by which it is judged who may hear it."""

    kind: MessageKind
    data: str
    stream_id: int | None = None
    about: Mapping[str, Any] | None = None


def _json(value: Any) -> str:
    return msgspec.json.encode(value).decode()


def alert(change: Change) -> Message:
    """A change of an alert."""
    return Message(MessageKind.ALERT, _json(change.alert), change.stream_id, change.alert)


def call(told: Told) -> Message:
    """Somebody calls. The place in the stream does not move: who comes back hears the latest calls again."""
    return Message(MessageKind.CALL, _json(told.data), about=told.data)


def health(component: Any) -> Message:
    """A component whose state changed."""
    return Message(MessageKind.HEALTH, _json(component))


def ping(now: datetime) -> Message:
    """The stream works, though nothing happens."""
    return Message(MessageKind.PING, _json({"at": format_time(now)}))


def resync(now: datetime, stream_id: int) -> Message:
    """The list is to be loaded again; the stream goes on after `stream_id`."""
    return Message(MessageKind.RESYNC, _json({"at": format_time(now)}), stream_id)
