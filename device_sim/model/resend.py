"""When a terminal sends the same event again (reliability.md, rule 1)."""

from __future__ import annotations

from dataclasses import dataclass
from random import Random
from typing import Final


@dataclass(frozen=True, slots=True)
class ResendRule:
    """The schedule, in seconds: `first`, times `factor` up to `ceiling` for `fast_span`, then every `slow`.

    `jitter`: a fast gap is spread by up to this share either way, so that a district that lost its broker does not
    come back in step.
    """

    first: float = 1.5
    factor: float = 1.5
    ceiling: float = 5.0
    fast_span: float = 120.0
    slow: float = 30.0
    jitter: float = 0.2


RULE: Final = ResendRule()


def resend_gap(rule: ResendRule, attempts: int, elapsed: float, dice: Random) -> float:
    """Seconds from attempt number `attempts` (from 1) to the next one; `elapsed`: seconds since the first."""
    if elapsed >= rule.fast_span:
        return rule.slow
    growth = min(attempts - 1, 32)  # the ceiling is reached long before; a float power must not overflow
    nominal = min(rule.ceiling, rule.first * rule.factor**growth)
    return nominal * dice.uniform(1 - rule.jitter, 1 + rule.jitter)
