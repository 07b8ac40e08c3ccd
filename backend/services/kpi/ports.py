"""Where handled alerts are read from."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime
from typing import Protocol

from backend.domain.kpi.figures import Handled


class HandledReader(Protocol):
    """Reads, never writes."""

    def handled(self, begin: datetime, end: datetime, limit: int) -> Sequence[Handled]:
        """Alerts that were received in [begin, end), the oldest first, closed or not.

        Left out: technical matters, tests (test key, outcome `test`), and devices or homes that are synthetic.
        """
        ...
