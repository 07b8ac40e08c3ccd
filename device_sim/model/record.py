"""What the ledger says: one line for each thing that a device truly did or heard, written by the device itself."""

from __future__ import annotations

from enum import StrEnum
from typing import Final

import msgspec

PUBACK_ACCEPTED: Final = "accepted"
"""`reason` of a PUBACK below 0x80; above it stands the broker's reason (`not_authorized`, `quota_exceeded`, …)."""


class Kind(StrEnum):
    """What happened. There is no `gave_up`: a press is never given up."""

    PRESSED = "pressed"
    """The event was made; on disk (fsync) before it is sent."""
    SENT = "sent"
    """Attempt `attempt` was handed to a live MQTT connection."""
    PUBACK = "puback"
    """The broker acknowledged attempt `attempt` with `reason`; proves nothing durable."""
    ANSWERED = "answered"
    """A `reassure` named the event: `command_id`, `stage`, `after_ms` since the press."""
    COMMAND = "command"
    """A command was heard (each copy): `command`, `command_id`, what it was (`reason`) and the result's `status`."""


class Record(msgspec.Struct, frozen=True, kw_only=True, omit_defaults=True):
    """One line of the ledger. `at`: RFC 3339; `event`: payload as sent; `after_ms`: milliseconds since the press."""

    at: str
    kind: Kind
    device_id: str
    event_id: str | None = None
    type: str | None = None
    event: str | None = None
    attempt: int | None = None
    reason: str | None = None
    command: str | None = None
    command_id: str | None = None
    stage: str | None = None
    status: str | None = None
    after_ms: float | None = None
