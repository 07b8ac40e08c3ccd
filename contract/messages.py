"""The messages on MQTT: event, status, command, result, telemetry, as strict structures."""

from __future__ import annotations

from typing import Any

import msgspec

from contract.vocabulary import Flag


class Event(msgspec.Struct, frozen=True, kw_only=True):
    """A CloudEvents 1.0 event as the platform understood it.

    `time` is the device's clock as sent (RFC 3339) or None; `flags` says what was odd; `seq` counts every event of
    boot `boot`, `sos_seq` the presses of the SOS key alone.
    """

    id: str
    source: str
    type: str
    time: str | None = None
    seq: int | None = None
    boot: int | None = None
    sos_seq: int | None = None
    transmitter: str | None = None
    data: dict[str, Any] = {}
    flags: tuple[Flag, ...] = ()


class Status(msgspec.Struct, frozen=True, kw_only=True):
    """What a device says of itself; its will is `{"state":"offline","boot":7}`.

    `at` RFC 3339, `battery` percent, `rssi` dBm.
    """

    state: str
    boot: int | None = None
    at: str | None = None
    firmware: str | None = None
    battery: float | None = None
    rssi: float | None = None


class Command(msgspec.Struct, frozen=True, kw_only=True):
    """What a device is told: `{"id","command","args","expires"}`; `expires` RFC 3339, UTC, milliseconds."""

    id: str
    command: str
    args: dict[str, Any]
    expires: str


class Result(msgspec.Struct, frozen=True, kw_only=True):
    """What became of a command: `done`, `failed` or `rejected`."""

    id: str
    status: str
    detail: Any = None


class Reading(msgspec.Struct, frozen=True, kw_only=True, gc=False):
    """One resolved SenML record (RFC 8428 §4.6): metric of a device at a time.

    `at` is epoch seconds; `value` a number in the metric's unit, or a boolean.
    """

    metric: str
    at: float
    value: float | bool
