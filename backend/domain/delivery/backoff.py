"""How soon a channel that did not take a notice is tried again, and how often. The only place that says it."""

from __future__ import annotations

from datetime import timedelta
from typing import Final

# Seconds after the first, second, … attempt on one contact point; the last holds for all further ones.
HURRIED: Final = (1, 2, 5, 10, 15)
CALM: Final = (2, 5, 15, 30, 60)
MOST_BEFORE_NEXT: Final = 4
"""Attempts on a contact point behind which there is another: eight seconds in an emergency, if it answers at once."""
MOST_ON_LAST_HURRIED: Final = 8
MOST_ON_LAST_CALM: Final = 10
"""On the last one a minute and five minutes: an outage of a provider often ends by then."""
RECEIPT_WAIT: Final = timedelta(seconds=60)
"""An emergency that a provider took without a receipt by then goes to the next channel too."""


def delay(attempts: int, hurried: bool) -> timedelta:
    """How long to wait after so many attempts (from 1) on one contact point."""
    steps = HURRIED if hurried else CALM
    return timedelta(seconds=steps[min(max(attempts, 1), len(steps)) - 1])


def most_attempts(last: bool, hurried: bool) -> int:
    """How many attempts one contact point gets. `last`: there is none behind it."""
    if not last:
        return MOST_BEFORE_NEXT
    return MOST_ON_LAST_HURRIED if hurried else MOST_ON_LAST_CALM
