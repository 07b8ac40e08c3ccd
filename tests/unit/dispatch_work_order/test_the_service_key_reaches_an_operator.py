"""The service key: a work order by day, an operator when somebody insists or nobody is open."""

from __future__ import annotations

import pytest

from backend.domain.work_order.keys import OperatorReason, service_press_reaches_operator


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
