"""Where handled alerts are read from."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime
from enum import StrEnum
from typing import Protocol

from backend.domain.access.sight import WHOLE, Sight
from backend.domain.kpi.figures import Handled


class Data(StrEnum):
    """Whose alerts: the two are never mixed."""

    REAL = "real"
    DEMO = "demo"
    """Of the demo district."""


class HandledReader(Protocol):
    """Reads, never writes."""

    def handled(
        self, begin: datetime, end: datetime, limit: int, data: Data = Data.REAL, sight: Sight = WHOLE
    ) -> Sequence[Handled]:
        """Alerts that were received in [begin, end), the oldest first, closed or not.

        Left out: technical matters and tests (test key, outcome `test`); of REAL data devices that are synthetic; what
        others were responsible for than `sight` sees: an alert is the figure of one centre.
        """
        ...
