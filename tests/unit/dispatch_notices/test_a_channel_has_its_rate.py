"""Notices that come faster than a channel allows are spread, each looked at about once."""

from __future__ import annotations

from datetime import datetime, timedelta

from backend.domain.delivery.rate import per_minute
from tests.harness.clock import ManualClock


def test_ten_thousand_notices_leave_at_the_rate_and_are_parked_once_each() -> None:
    clock = ManualClock()
    start = clock.now()
    rate = per_minute(600)
    due: list[datetime] = [start] * 1000
    left: list[datetime] = []
    looks = 0
    while due:
        due.sort()
        now = max(due.pop(0), clock.now())
        clock.turn(now - clock.now())
        looks += 1
        again = rate.admit(now)
        if again is None:
            left.append(now)
        else:
            due.append(again)
    assert looks < 2 * len(left)
    assert timedelta(seconds=90) < left[-1] - start < timedelta(seconds=110)
    for first, last in zip(left, left[120:], strict=False):
        assert last - first >= timedelta(seconds=6)


def test_what_comes_slowly_never_waits() -> None:
    rate, clock = per_minute(6), ManualClock()
    for _ in range(20):
        assert rate.admit(clock.now()) is None
        clock.turn(timedelta(seconds=10))
