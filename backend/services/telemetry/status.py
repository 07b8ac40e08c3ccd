"""Which of two things said of a device is the newer one (reliability.md, rule 15)."""

from __future__ import annotations

from dataclasses import replace
from datetime import datetime
from enum import StrEnum

from backend.services.telemetry.ports import DeviceStatus, StatusReport

OFFLINE = "offline"


class StatusReason(StrEnum):
    """What a report did to the status."""

    APPLIED = "applied"
    OLDER_BOOT = "older_boot"
    LATE = "late"


def decide(current: DeviceStatus | None, report: StatusReport) -> tuple[StatusReason, DeviceStatus]:
    """The status after `report`, and why.

    A will or a replay of an older boot says nothing about now; a device that itself speaks with a smaller boot has
    lost its counter, and is believed. Within a boot the order of receipt rules: the device's clock may jump.
    """
    known = current or DeviceStatus(report.device_id)
    reason = _reason(known, report)
    # A replay is the broker speaking, and so is a will: neither is a sign of life.
    spoke = not report.retained and report.state != OFFLINE
    last_seen = later(known.last_seen, report.received_at if spoke else None)
    if reason is not StatusReason.APPLIED:
        return reason, replace(known, last_seen=last_seen)
    return reason, replace(
        known,
        state=report.state,
        boot=known.boot if report.boot is None else report.boot,
        # A will says nothing of these, so what the device said last stands.
        at=report.at or known.at,
        firmware=report.firmware or known.firmware,
        battery=known.battery if report.battery is None else report.battery,
        rssi=known.rssi if report.rssi is None else report.rssi,
        heard_at=report.received_at,
        last_seen=last_seen,
    )


def _reason(known: DeviceStatus, report: StatusReport) -> StatusReason:
    if known.boot is not None and report.boot is not None and report.boot != known.boot:
        if report.boot > known.boot:
            return StatusReason.APPLIED
        if report.retained or report.state == OFFLINE:
            return StatusReason.OLDER_BOOT
    if known.heard_at is not None and report.received_at < known.heard_at:
        return StatusReason.LATE
    return StatusReason.APPLIED


def later(one: datetime | None, other: datetime | None) -> datetime | None:
    """The later of two moments, where there are any."""
    return max(filter(None, (one, other)), default=None)
