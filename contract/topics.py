"""Which topics there are, who may be named in one, and how an answer gets its id."""

from __future__ import annotations

import re
import uuid
from enum import StrEnum
from typing import Final, NewType

DeviceId = NewType("DeviceId", str)
EventId = NewType("EventId", str)

ROOT: Final = "care/v1"
CANARY_ROOT: Final = "care/canary"
"""Echo canaries of the gateway lanes; outside the device tree."""
LOBBY_PREFIX: Final = "lobby-"
"""Device ids of terminals that nobody enrolled begin so, and no others."""
MAX_PACKET_BYTES: Final = 65_536
"""The broker's `max_packet_size` (reliability.md rule 14)."""

_DEVICE_ID: Final = re.compile(r"[A-Za-z0-9][A-Za-z0-9_-]{0,62}", re.ASCII)
_NAMESPACE: Final = uuid.uuid5(uuid.NAMESPACE_URL, ROOT)


class Channel(StrEnum):
    """The last level of a device's topic."""

    EVENT = "event"
    TELEMETRY = "telemetry"
    STATUS = "status"
    COMMAND = "command"
    RESULT = "result"


def is_device_id(text: str) -> bool:
    """Whether `text` has the form of a device id: `[A-Za-z0-9][A-Za-z0-9_-]{0,62}`."""
    return _DEVICE_ID.fullmatch(text) is not None


def is_event_id(text: str) -> bool:
    """Whether `text` has the form of an event id: 1 to 128 printable characters."""
    return 1 <= len(text) <= 128 and text.isprintable()


def topic(device_id: str, channel: Channel) -> str:
    """The topic of one device's channel, e.g. `care/v1/T7K2/event`."""
    return f"{ROOT}/{device_id}/{channel}"


def source(device_id: str) -> str:
    """The CloudEvents `source` of a device."""
    return f"{ROOT}/{device_id}"


def subscription(channel: Channel) -> str:
    """The filter that matches `channel` of every device."""
    return f"{ROOT}/+/{channel}"


def canary_topic(account: str) -> str:
    """Where a gateway lane hears its own echo."""
    return f"{CANARY_ROOT}/{account}"


def parse_topic(text: str) -> tuple[DeviceId, Channel] | None:
    """Device and channel named by a topic, or None where it is not one of ours."""
    parts = text.split("/")
    if len(parts) != 4 or "/".join(parts[:2]) != ROOT or not is_device_id(parts[2]):
        return None
    if parts[3] not in set(Channel):
        return None
    return DeviceId(parts[2]), Channel(parts[3])


def answer_id(device_id: str, event_id: str, stage: str) -> str:
    """The command id of `reassure`: uuid5 of device, event id and stage, so every copy of an answer is the same one."""
    return str(uuid.uuid5(_NAMESPACE, f"{device_id}/{event_id}/{stage}"))
