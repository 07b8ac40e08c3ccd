"""What every `DeviceStateStore` promises."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

from backend.services.telemetry.ports import DeviceStateStore, DeviceStatus, StatusReport

START = datetime(2026, 11, 24, 3, 12, 45, tzinfo=UTC)


def after(seconds: float) -> datetime:
    return START + timedelta(seconds=seconds)


def test_a_status_is_kept_whole(states: DeviceStateStore) -> None:
    said = StatusReport("T1", "online", after(1), boot=7, at=START, firmware="2.1", battery=80.0, rssi=-61.0)
    states.apply([said])
    expected = DeviceStatus("T1", "online", 7, START, "2.1", 80.0, -61.0, after(1), after(1))
    assert states.status("T1") == expected
    assert states.status_many(["T1", "T2"]) == {"T1": expected}


def test_a_will_changes_the_state_and_keeps_what_the_device_said(states: DeviceStateStore) -> None:
    states.apply([StatusReport("T1", "online", after(1), boot=7, battery=80.0, firmware="2.1")])
    states.apply([StatusReport("T1", "offline", after(60), boot=7)])
    status = states.status("T1")
    assert status is not None
    assert (status.state, status.battery, status.firmware) == ("offline", 80.0, "2.1")
    assert status.last_seen == after(1), "a will is the broker speaking"


def test_reports_of_one_batch_count_in_their_order(states: DeviceStateStore) -> None:
    states.apply(
        [
            StatusReport("T1", "online", after(1), boot=7),
            StatusReport("T1", "offline", after(2), boot=7),
            StatusReport("T1", "online", after(3), boot=8),
            StatusReport("T1", "offline", after(4), boot=7),
        ]
    )
    status = states.status("T1")
    assert status is not None
    assert (status.state, status.boot) == ("online", 8)


def test_telemetry_alone_is_a_sign_of_life(states: DeviceStateStore) -> None:
    states.seen({"T1": after(5)})
    states.seen({"T1": after(3)})
    assert states.status("T1") == DeviceStatus("T1", last_seen=after(5))
    states.apply([StatusReport("T1", "online", after(4), boot=1)])
    status = states.status("T1")
    assert status is not None
    assert (status.state, status.last_seen) == ("online", after(5))


def test_a_device_never_heard_of_has_no_status(states: DeviceStateStore) -> None:
    assert states.status("T9") is None
    assert states.status_many([]) == {}
