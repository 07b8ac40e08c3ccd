"""The launcher's only clock."""

from __future__ import annotations

import time
from datetime import UTC, datetime


def now() -> datetime:
    """Aware UTC."""
    return datetime.now(UTC)


def monotonic() -> float:
    """Seconds that only run forward."""
    return time.monotonic()


def pause(seconds: float) -> None:
    """Wait between two looks at something that has no event to wait for."""
    time.sleep(seconds)
