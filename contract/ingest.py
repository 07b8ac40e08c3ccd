"""The messages between gateway and backend over HTTP (`/ingest/v1/…`)."""

from __future__ import annotations

from typing import Any, Final

import msgspec

_NOTHING: Final = msgspec.Raw(b"")


def _leave_out_nothing(item: EventItem | JsonItem, *names: str) -> None:
    """Make every empty field the default one: msgspec leaves out that very object, and would write another empty
    `Raw` as no JSON at all, which spoils the whole batch."""
    for name in names:
        raw = getattr(item, name)
        if raw is not _NOTHING and not bytes(raw):
            msgspec.structs.force_setattr(item, name, _NOTHING)


class EventItem(msgspec.Struct, frozen=True, kw_only=True, omit_defaults=True):
    """One message of a device's event topic: its JSON as sent, or the bytes where they could not be read.

    `received_at`: RFC 3339, the gateway's clock at receipt. `reason`: why it could not be read.
    """

    device_id: str
    received_at: str
    retained: bool = False
    event: msgspec.Raw = _NOTHING
    raw_b64: str | None = None
    reason: str | None = None

    def __post_init__(self) -> None:
        _leave_out_nothing(self, "event")


class EventBatch(msgspec.Struct, frozen=True, kw_only=True):
    """Body of `POST /ingest/v1/events`: at most 500 items."""

    gateway: str
    items: list[EventItem]


class JsonItem(msgspec.Struct, frozen=True, kw_only=True, omit_defaults=True, gc=False):
    """One telemetry, status or result message; exactly one of the last three is set."""

    device_id: str
    received_at: str
    retained: bool = False
    pack: msgspec.Raw = _NOTHING
    status: msgspec.Raw = _NOTHING
    result: msgspec.Raw = _NOTHING

    def __post_init__(self) -> None:
        _leave_out_nothing(self, "pack", "status", "result")


class JsonBatch(msgspec.Struct, frozen=True, kw_only=True):
    """Body of `POST /ingest/v1/telemetry`, `/status` and `/results`."""

    gateway: str
    items: list[JsonItem]


class Outcome(msgspec.Struct, frozen=True, kw_only=True, gc=False):
    """What became of the item at `index`."""

    index: int
    outcome: str
    alert_id: str | None = None
    reason: str | None = None


class OutboundCommand(msgspec.Struct, frozen=True, kw_only=True):
    """An outbox row leased to a gateway. `lease` fences its outcome; `expires` RFC 3339."""

    id: str
    device_id: str
    command: str
    args: dict[str, Any]
    expires: str
    lease: str


class EventsAnswer(msgspec.Struct, frozen=True, kw_only=True):
    """202 of `POST /ingest/v1/events`."""

    outcomes: list[Outcome]
    commands: list[OutboundCommand]


class BatchAnswer(msgspec.Struct, frozen=True, kw_only=True):
    """202 of the other batches."""

    outcomes: list[Outcome]


class ClaimRequest(msgspec.Struct, frozen=True, kw_only=True):
    """Body of `POST /ingest/v1/commands/claim`: a long poll, answered at once when a command is due."""

    gateway: str
    lane: str = "emergency"
    max: int = 50
    wait_seconds: float = 5.0


class ClaimAnswer(msgspec.Struct, frozen=True, kw_only=True):
    """200 of the claim."""

    commands: list[OutboundCommand]


class CommandOutcome(msgspec.Struct, frozen=True, kw_only=True):
    """`sent`: the broker has acknowledged it; `failed`: with why."""

    id: str
    lease: str
    outcome: str
    reason: str | None = None


class CommandOutcomes(msgspec.Struct, frozen=True, kw_only=True):
    """Body of `POST /ingest/v1/commands/outcomes`."""

    gateway: str
    items: list[CommandOutcome]


class HealthReport(msgspec.Struct, frozen=True, kw_only=True):
    """Body of `POST /ingest/v1/health`; `state` is `up`, `degraded` or `down`."""

    component: str
    state: str
    detail: str = ""
    figures: dict[str, float] = {}
