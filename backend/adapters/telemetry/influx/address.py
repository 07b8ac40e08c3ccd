"""Where InfluxDB is, and in which terms it is asked; apart from its client, which is slow to import."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, timedelta
from pathlib import Path
from typing import Final

LONG_SECONDS: Final = 300.0
"""What goes through all that a device ever measured may take so long: counts and erasures of years."""
Parameter = str | int | datetime | timedelta
"""What may stand beside a Flux text."""


@dataclass(frozen=True, slots=True)
class Address:
    """Where the server is, and as whom to speak to it; the token is read again when it was refused."""

    url: str
    org: str
    token_file: Path
    timeout_seconds: float = 10.0


@dataclass(frozen=True, slots=True)
class Found:
    """A bucket or a task as the server has it: `says` is the retention in seconds (0: for ever), or the Flux text."""

    id: str
    says: int | str
    active: bool = True
