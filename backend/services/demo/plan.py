"""From which dice a demo district is made."""

from __future__ import annotations

import hashlib
from collections.abc import Callable
from datetime import datetime
from functools import partial
from random import Random
from zoneinfo import ZoneInfo

from backend.domain.demo.figures import Plan


def plan_of(seed: int, homes: int, days: int, now: datetime, zone: ZoneInfo) -> Plan:
    """The plan with dice of its own for each part. The same on every machine."""
    return Plan(seed, homes, days, now, zone, _dice(seed))


def _dice(seed: int) -> Callable[[str], Random]:
    return partial(_stream, seed)


def _stream(seed: int, part: str) -> Random:
    found = hashlib.sha256(f"demo/{seed}/{part}".encode()).digest()
    return Random(int.from_bytes(found[:16], "big"))
