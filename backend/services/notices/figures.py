"""Which figures of notices are shown to Prometheus; no label says who anybody is."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from datetime import datetime
from typing import Final

from prometheus_client import Counter
from prometheus_client.core import GaugeMetricFamily, Metric
from prometheus_client.registry import Collector

from backend.domain.delivery.model import Outcome
from backend.domain.escalation.targets import Channel
from backend.services.alarm.ports import Clock
from backend.services.notices.record import Received

SOS: Final = 0
OldestDue = Callable[[int, datetime], datetime | None]


class NoticeFigures(Collector):
    """Counts of this process. `oldest_due` is looked up when it is asked for; `away`: then it is left out."""

    def __init__(self, oldest_due: OldestDue, clock: Clock, away: tuple[type[Exception], ...]) -> None:
        self._oldest_due = oldest_due
        self._clock = clock
        self._away = away
        self._attempts = Counter(
            "care_backend_notice_attempts",
            "Attempts to deliver a notice, by channel and result",
            ("channel", "result"),
            registry=None,
        )
        self._receipts = Counter(
            "care_backend_notice_receipts",
            "Receipts of providers: recorded, known before, or of an unknown id",
            ("provider", "result"),
            registry=None,
        )

    def attempted(self, channel: Channel, outcome: Outcome, cause: str) -> None:  # noqa: ARG002 - `send.Sent`
        """Causes are in the delivery log: a provider's codes are too many for series."""
        self._attempts.labels(str(channel), str(outcome)).inc()

    def unreadable(self) -> None:
        """A notice has failed because what is on record about it cannot be read: no channel was called."""
        self._attempts.labels("none", "unreadable").inc()

    def received(self, provider: str, result: Received) -> None:
        """A receipt came."""
        self._receipts.labels(provider, str(result)).inc()

    def collect(self) -> Iterator[Metric]:
        """All of them."""
        yield from self._attempts.collect()
        yield from self._receipts.collect()
        now = self._clock.now()
        try:
            oldest = self._oldest_due(SOS, now)
        except self._away:
            return
        age = max(0.0, (now - oldest).total_seconds()) if oldest is not None else 0.0
        yield GaugeMetricFamily("care_backend_oldest_sos_notice_seconds", "Oldest SOS notice that is due", age)
