"""How spans are asked of InfluxDB: its calendar, and microseconds as the moments that its client takes."""

from __future__ import annotations

from datetime import datetime

from backend.adapters.telemetry.influx.line import EARLIEST, LATEST
from backend.adapters.telemetry.units import bound, moment

Span = tuple[int, int]
"""From and to, half open, in microseconds since 1970."""


def clipped(start: float, end: float) -> Span:
    """A span in epoch seconds, infinities included, as far as the server's calendar reaches; it may be empty."""
    return max(bound(start), EARLIEST), min(bound(end), LATEST + 1)


def as_parameters(span: Span) -> dict[str, datetime]:
    """The two moments of `range`, whose end is not included."""
    return {"_start": moment(span[0]), "_stop": moment(span[1])}
