"""How measured figures are boiled down and written: quantiles within a round, quartiles over rounds."""

from __future__ import annotations

import statistics
from collections.abc import Mapping, Sequence
from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Quartiles:
    """Lower quartile, median and upper quartile of one figure over the rounds."""

    low: float
    middle: float
    high: float

    def __str__(self) -> str:
        return f"{self.middle:.1f} ({self.low:.1f}–{self.high:.1f})"


def quantile(values: Sequence[float], share: float) -> float:
    """The value below which `share` of `values` lies (nearest rank)."""
    ordered = sorted(values)
    return ordered[min(len(ordered) - 1, int(share * len(ordered)))]


def quartiles(values: Sequence[float]) -> Quartiles:
    """Over the rounds; at least two of them."""
    low, middle, high = statistics.quantiles(values, n=4, method="inclusive")
    return Quartiles(low, middle, high)


def latency_row(name: str, rounds: Sequence[Sequence[float]]) -> str:
    """A line of the table: presses, p50, p99 and the longest, in milliseconds; quartiles over the rounds."""
    halves = quartiles([quantile(one, 0.5) for one in rounds])
    tails = quartiles([quantile(one, 0.99) for one in rounds])
    longest = max(max(one) for one in rounds)
    return f"| {name} | {sum(map(len, rounds))} | {halves} | {tails} | {longest:.1f} |"


def ratio_row(name: str, rounds: Mapping[str, Sequence[Sequence[float]]], share: float) -> str:
    """How much longer it takes under the burst, round by round."""
    pairs = zip(rounds["burst"], rounds["idle"], strict=True)
    ratios = quartiles([quantile(burst, share) / quantile(idle, share) for burst, idle in pairs])
    return f"| {name} | {ratios.middle:.2f} ({ratios.low:.2f}–{ratios.high:.2f}) |"
