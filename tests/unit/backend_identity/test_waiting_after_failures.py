"""How long somebody who guesses has to wait."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

from hypothesis import given
from hypothesis import strategies as st

from backend.services.identity.attempts import (
    FORGOTTEN_AFTER,
    LONGEST_WAIT,
    Subject,
    after_failure,
    after_success,
    blocked_for,
)
from backend.services.identity.store import Attempts

NOW = datetime(2026, 11, 24, 3, 12, 45, tzinfo=UTC)


def failures(count: int, free: int) -> Attempts:
    attempts = Attempts(0, NOW)
    for _ in range(count):
        attempts = after_failure(attempts, Subject("x", free), NOW)
    return attempts


def test_the_free_ones_cost_nothing_and_each_more_doubles() -> None:
    waits = [blocked_for(failures(count, 5), NOW) for count in range(14)]
    assert waits[:6] == [None] * 6
    assert [wait.total_seconds() for wait in waits[6:] if wait] == [1, 2, 4, 8, 16, 32, 60, 60]


@given(count=st.integers(0, 200), free=st.integers(0, 50))
def test_nobody_ever_waits_longer_than_a_minute(count: int, free: int) -> None:
    wait = blocked_for(failures(count, free), NOW)
    assert wait is None or timedelta(0) < wait <= LONGEST_WAIT


def test_failures_are_forgotten_after_a_quiet_while() -> None:
    old = failures(20, 5)
    later = NOW + FORGOTTEN_AFTER + timedelta(seconds=1)
    assert after_failure(old, Subject("x", 5), later) == Attempts(1, later)


def test_success_takes_back_its_own_count_only() -> None:
    assert after_success(failures(7, 5)) == Attempts(6, NOW)
    assert after_success(Attempts(0, NOW)) == Attempts(0, NOW)
