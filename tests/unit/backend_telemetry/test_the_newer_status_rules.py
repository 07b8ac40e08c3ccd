"""Which report changes a device's status, and why not (reliability.md, rule 15)."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

import pytest

from backend.services.telemetry.ports import DeviceStatus, StatusReport
from backend.services.telemetry.status import StatusReason, decide

START = datetime(2026, 11, 24, tzinfo=UTC)
NOW = DeviceStatus("T1", "online", 7, heard_at=START, last_seen=START)


def report(state: str, boot: int | None, seconds: int, retained: bool = False) -> StatusReport:
    return StatusReport("T1", state, START + timedelta(seconds=seconds), retained, boot)


@pytest.mark.parametrize(
    ("said", "reason"),
    [
        (report("offline", 7, 1), StatusReason.APPLIED),
        (report("offline", 6, 1), StatusReason.OLDER_BOOT),
        (report("online", 6, 1, retained=True), StatusReason.OLDER_BOOT),
        (report("online", 8, -5), StatusReason.APPLIED),
        (report("online", 1, 5), StatusReason.APPLIED),
        (report("online", 1, -5), StatusReason.LATE),
        (report("online", 7, -1), StatusReason.LATE),
        (report("offline", 7, -1), StatusReason.LATE),
        (report("offline", None, 1), StatusReason.APPLIED),
    ],
)
def test_boot_first_then_the_order_of_receipt(said: StatusReport, reason: StatusReason) -> None:
    found, status = decide(NOW, said)
    assert found is reason
    assert status.state == (said.state if reason is StatusReason.APPLIED else "online")


def test_a_replay_is_no_sign_of_life() -> None:
    _, status = decide(NOW, report("online", 7, 50, retained=True))
    assert status.last_seen == START


def test_a_late_status_is_still_a_sign_of_life_of_its_moment() -> None:
    _, status = decide(DeviceStatus("T1", "online", 7, heard_at=START), report("online", 7, -3))
    assert status.last_seen == START - timedelta(seconds=3)
