"""What the service key does: a work order, or an operator when somebody insists or nobody is there to take one."""

from __future__ import annotations

from datetime import timedelta
from enum import StrEnum
from typing import Final

INSISTING_PRESSES: Final = 3
INSISTING_WITHIN: Final = timedelta(minutes=2)
"""Three presses in two minutes are a call for a human being (issue 3, item 7)."""


class OperatorReason(StrEnum):
    """Why a service press goes to an operator."""

    PRESSED_THREE_TIMES = "pressed_three_times"
    AFTER_HOURS = "after_hours"


def service_press_reaches_operator(presses_within: int, open_now: bool) -> OperatorReason | None:
    """Why an operator must speak with the person, or None: a work order for the nearest open provider is enough.

    `presses_within`: service presses of the device in the last two minutes, this one counted. `open_now`: whether a
    provider, or the centre of the home, is open.
    """
    if presses_within >= INSISTING_PRESSES:
        return OperatorReason.PRESSED_THREE_TIMES
    return None if open_now else OperatorReason.AFTER_HOURS
