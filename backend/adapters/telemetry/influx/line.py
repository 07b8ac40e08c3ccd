"""How a reading is written in InfluxDB's line protocol, and the names under which it is found there again."""

from __future__ import annotations

import math
import re
from functools import lru_cache
from typing import Final

MEASUREMENT: Final = "reading"
TAG_DEVICE: Final = "device_id"
TAG_METRIC: Final = "metric"
FIELD_VALUE: Final = "value"
"""In the metric's unit; a boolean is 0 or 1. Always a float, so that no field ever changes its type."""
FIELD_RECEIVED: Final = "received"
"""When the gateway received it: microseconds since 1970, an integer."""
FIELD_LOW: Final = "low"
FIELD_HIGH: Final = "high"
FIELD_SUM: Final = "sum"
FIELD_COUNT: Final = "count"
RAW_FIELDS: Final = (FIELD_VALUE, FIELD_RECEIVED)
ROLL_UP_FIELDS: Final = (FIELD_LOW, FIELD_HIGH, FIELD_SUM, FIELD_COUNT)
PRECISION: Final = "us"

EARLIEST: Final = -9_223_369_200_000_000
LATEST: Final = 9_223_369_199_999_999
"""The whole hours that InfluxDB's nanoseconds in 64 bits can say, in microseconds since 1970 (years 1677 to 2262)."""

_SPECIAL: Final = re.compile(r"[,= ]")
_BARRED: Final = re.compile(r"[\\\x00-\x1f\x7f\ud800-\udfff]")
SERIES_KEPT: Final = 65_536
"""Encoded series kept in memory: some hundred bytes each."""


class NoLine(ValueError):  # noqa: N818 - what it is, not a fault of ours
    """The line protocol has no way to say it."""


def encode(device_id: str, metric: str, at: int, value: float, received: int) -> str:
    """One point as a line without its end; times in microseconds since 1970. Raises `NoLine`."""
    if not math.isfinite(value):
        raise NoLine("not a finite number")
    if not EARLIEST <= at <= LATEST:
        raise NoLine("outside the years 1677 to 2262")
    return f"{_series(device_id, metric)} {FIELD_VALUE}={value!r},{FIELD_RECEIVED}={received}i {at}"


@lru_cache(SERIES_KEPT)
def _series(device_id: str, metric: str) -> str:
    return f"{MEASUREMENT},{TAG_DEVICE}={escape_tag(device_id)},{TAG_METRIC}={escape_tag(metric)}"


def escape_tag(value: str) -> str:
    """A tag's value. Raises `NoLine` for what servers read differently or not at all.

    That is an empty value, a control character, and the backslash, which escapes only what follows it.
    """
    if not value or _BARRED.search(value):
        raise NoLine("not a tag's value")
    return _SPECIAL.sub(r"\\\g<0>", value)
