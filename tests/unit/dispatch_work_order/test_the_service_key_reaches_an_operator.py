"""The service key: a work order by day, an operator when somebody insists or nobody is open."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

import pytest

from backend.domain.work_order.keys import OperatorReason, presses_within, service_press_reaches_operator

NOW = datetime(2026, 11, 25, 2, 0, tzinfo=UTC)


@pytest.mark.parametrize(
    ("presses", "open_now", "reason"),
    [
        (1, True, None),
        (2, True, None),
        (3, True, OperatorReason.PRESSED_THREE_TIMES),
        (9, False, OperatorReason.PRESSED_THREE_TIMES),
        (1, False, OperatorReason.AFTER_HOURS),
    ],
)
def test_three_presses_or_closed_doors_reach_an_operator(
    presses: int, open_now: bool, reason: OperatorReason | None
) -> None:
    assert service_press_reaches_operator(presses, open_now) is reason


def test_presses_count_for_two_minutes() -> None:
    presses = [NOW - timedelta(seconds=seconds) for seconds in (0, 60, 120, 121, -5)]
    assert presses_within(presses, NOW) == 3
