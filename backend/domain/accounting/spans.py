"""Numbers kept as spans: which are in a set, and what is left of it when some are taken out."""

from __future__ import annotations

from collections.abc import Iterable

Span = tuple[int, int]
"""First and last number, both in it."""
Spans = tuple[Span, ...]
"""Sorted, apart from one another."""


def size(spans: Iterable[Span]) -> int:
    """How many numbers there are."""
    return sum(last - first + 1 for first, last in spans)


def holds(spans: Iterable[Span], number: int) -> bool:
    """Whether `number` is in one of them."""
    return any(first <= number <= last for first, last in spans)


def without(spans: Iterable[Span], number: int) -> Spans:
    """All but `number`."""
    left: list[Span] = []
    for first, last in spans:
        if not first <= number <= last:
            left.append((first, last))
            continue
        if first < number:
            left.append((first, number - 1))
        if number < last:
            left.append((number + 1, last))
    return tuple(left)


def as_text(spans: Iterable[Span]) -> str:
    """For people: `7, 9-12`."""
    return ", ".join(str(first) if first == last else f"{first}-{last}" for first, last in spans)
