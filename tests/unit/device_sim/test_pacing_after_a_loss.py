"""Full jitter: 0–60 s at rest, 0–5 s with a press pending (reliability.md, rule 25)."""

from __future__ import annotations

from random import Random

import pytest

from device_sim.adapters.pacing import Backoff


@pytest.mark.parametrize(
    ("pressed", "fresh_failures", "ceiling"),
    [(False, None, 60), (True, None, 5), (False, 1, 5), (False, 2, 10), (False, 9, 60), (True, 9, 5)],
)
def test_the_wait_is_anywhere_below_its_ceiling(pressed: bool, fresh_failures: int | None, ceiling: float) -> None:
    dice = Random(1)
    delays = [Backoff().delay(dice, pressed=pressed, fresh_failures=fresh_failures) for _ in range(2000)]
    assert 0 <= min(delays) < 0.01 * ceiling
    assert 0.99 * ceiling < max(delays) <= ceiling
