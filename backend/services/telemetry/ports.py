"""What the telemetry lane needs of the world: series, device statuses, the registry, the commands' results."""

from __future__ import annotations

from collections.abc import Collection, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Protocol

import msgspec

from backend.services.alarm.hand_out_commands import OutcomeReason
from contract.vocabulary import ResultStatus


class TelemetryAway(Exception):  # noqa: N818 - a state, not a fault
    """The telemetry store could not do it. Nothing of the call was stored; the caller may try again."""


class DeviceReading(msgspec.Struct, frozen=True, gc=False):
    """One reading of a device. `at`: epoch seconds, the device's clock; `value` in the metric's unit, or a boolean.

    Made by the thousand, and a structure of msgspec's takes a tenth of a frozen dataclass's time.
    """

    device_id: str
    metric: str
    at: float
    value: float | bool
    received_at: datetime

    @property
    def rank(self) -> tuple[float, float]:
        """What makes a reading newer than another.

        A clock that runs ahead counts by the time of receipt, or one wrong reading would be the latest for years.
        """
        return min(self.at, self.received_at.timestamp()), self.at


@dataclass(frozen=True, slots=True)
class StoreHealth:
    """Whether the store answers, and in how many milliseconds; `detail` is for technicians."""

    ok: bool
    milliseconds: float
    detail: str = ""


@dataclass(frozen=True, slots=True)
class Window:
    """What one series measured in `start` <= at < `start` + the width asked for; epoch seconds, the metric's unit.

    A boolean counts as 0 and 1. A window without readings does not exist: that is a gap.
    """

    start: float
    low: float
    mean: float
    high: float
    count: int


class TelemetryStore(Protocol):
    """Time series by (device, metric). All calls raise `TelemetryAway`; spans are half open, in epoch seconds."""

    def write(self, readings: Sequence[DeviceReading]) -> None:
        """All or nothing. The same device, metric and time again replaces the value, so that a copy changes nothing."""
        ...

    def range(self, device_id: str, metric: str, start: float, end: float, limit: int) -> list[DeviceReading]:
        """The oldest `limit` readings in `start` <= at < `end`, in order of time."""
        ...

    def windows(self, device_id: str, metric: str, start: float, end: float, seconds: int) -> list[Window]:
        """The span in windows of `seconds`, aligned to multiples of it since 1970, in order of time.

        A window that the span only touches is answered whole. Answered from roll-ups where these are as fine as
        asked, so that a year costs no more than a day; always as if from the readings, late and replaced ones included.
        """
        ...

    def device_windows(self, device_id: str, start: float, end: float, seconds: int) -> Mapping[str, list[Window]]:
        """The same of every metric of the device, in one question; a metric without a window is left out."""
        ...

    def latest(self, device_id: str) -> list[DeviceReading]:
        """The newest reading of each metric, by metric. A late reading never rewrites a newer one."""
        ...

    def latest_many(self, device_ids: Collection[str]) -> Mapping[str, list[DeviceReading]]:
        """The same for many devices; a device without readings is left out."""
        ...

    def delete(self, device_id: str, start: float, end: float) -> int:
        """Forget what the device measured in the span, roll-ups and what waits to be written included.

        Says how many readings that were. Where readings have expired already, a roll-up that the span only touches
        goes whole. Safe to repeat: an erasure is repeated until it has worked. Proof of erasure is that reading finds
        nothing: a store that cannot count says 0.
        """
        ...

    def export(self, device_id: str) -> Iterator[DeviceReading]:
        """All that the device measured, by metric and time; streamed, so that years fit in memory."""
        ...

    def retain(self, now: float) -> None:
        """Forget what is older than the retention of each kind (raw, minutes, hours)."""
        ...

    def health(self) -> StoreHealth:
        """Never raises."""
        ...


@dataclass(frozen=True, slots=True)
class DeviceStatus:
    """The newest that is known of a device.

    `state` None: it was heard of, but has never said; `boot` counts its starts; `at` is its own clock; `battery` in
    percent, `rssi` in dBm; `heard_at`: receipt of the status that rules; `last_seen`: receipt of anything by it.
    """

    device_id: str
    state: str | None = None
    boot: int | None = None
    at: datetime | None = None
    firmware: str | None = None
    battery: float | None = None
    rssi: float | None = None
    heard_at: datetime | None = None
    last_seen: datetime | None = None


@dataclass(frozen=True, slots=True)
class StatusReport:
    """What a device said of itself, or the broker in its name (the will: `offline`)."""

    device_id: str
    state: str
    received_at: datetime
    retained: bool = False
    boot: int | None = None
    at: datetime | None = None
    firmware: str | None = None
    battery: float | None = None
    rssi: float | None = None


class DeviceStateStore(Protocol):
    """One status per device. All calls raise `TelemetryAway`."""

    def apply(self, reports: Sequence[StatusReport]) -> None:
        """All or nothing, in their order, each as `status.decide` says."""
        ...

    def seen(self, moments: Mapping[str, datetime]) -> None:
        """These devices were heard at these moments; an earlier one never rewrites a later."""
        ...

    def status(self, device_id: str) -> DeviceStatus | None: ...

    def status_many(self, device_ids: Collection[str]) -> Mapping[str, DeviceStatus]:
        """Devices that were never heard of are left out."""
        ...


class DeviceRegistry(Protocol):
    """Which devices there are."""

    def states(self, device_ids: Collection[str]) -> Mapping[str, str]:
        """`lobby`, `installed` or `revoked`, by device id; unknown ones are left out."""
        ...


class CommandResults(Protocol):
    """The use case that ends a command."""

    def __call__(self, device_id: str, command_id: str, status: ResultStatus, detail: str | None) -> OutcomeReason: ...


class Clock(Protocol):
    """What time it is."""

    def now(self) -> datetime: ...
