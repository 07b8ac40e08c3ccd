"""How the auditor fares: the desk sees a component, readiness the age of the last proof, Prometheus what was found."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Final

from prometheus_client.core import CounterMetricFamily, GaugeMetricFamily, Metric
from prometheus_client.registry import Collector

from backend.domain.audit.findings import Finding
from backend.services.alarm.ports import Clock
from backend.services.audit.tally import Tally
from backend.services.health.ports import ComponentState, HealthStore
from backend.services.health.readiness import AUDITOR, PROOF_FIGURE

LATE: Final = timedelta(seconds=30)
"""A round is begun each ten seconds; without one for three times as long nobody looks."""


@dataclass(frozen=True, slots=True)
class ReportAudit:
    """The use case: after each round, and each five seconds besides, so that a round that hangs is seen too."""

    store: HealthStore
    clock: Clock
    tally: Tally

    def __call__(self) -> None:
        now = self.clock.now()
        state, detail = self._judge(now)
        last = self.tally.last
        figures = {"proved_alerts": float(last.proved if last else 0), "findings": float(self.tally.findings.total())}
        age = proof_age(self.tally, now)
        if age is not None:
            figures[PROOF_FIGURE] = age
        self.store.report(AUDITOR, state, detail, figures, now)

    def _judge(self, now: datetime) -> tuple[ComponentState, str]:
        last = self.tally.last
        if last is None:
            return ComponentState.DEGRADED, "no round yet"
        if abs(now - last.at) > LATE:
            return ComponentState.DEGRADED, f"no round for {abs(now - last.at).total_seconds():.0f} s"
        if not last.whole:
            return ComponentState.DEGRADED, f"{last.failed} not looked at, {last.left} left for the next round"
        return ComponentState.UP, ""


def proof_age(tally: Tally, now: datetime) -> float | None:
    """Seconds since every open alert was proved or raised; None where that has not been yet."""
    return None if tally.last_whole is None else max(0.0, (now - tally.last_whole).total_seconds())


class AuditFigures(Collector):
    """Of this process, since it started."""

    def __init__(self, tally: Tally, clock: Clock) -> None:
        self._tally = tally
        self._clock = clock

    def collect(self) -> Iterator[Metric]:
        """All of them."""
        found = CounterMetricFamily(
            "care_backend_audit_findings", "Timers that were missing, late or of no use", labels=["finding"]
        )
        for finding in Finding:
            found.add_metric([str(finding)], self._tally.findings[finding])
        yield found
        failures = "Alerts and parts of rounds that could not be looked at"
        yield CounterMetricFamily("care_backend_audit_failures", failures, self._tally.failures)
        yield CounterMetricFamily("care_backend_audit_rounds", "Rounds over all open alerts", self._tally.rounds)
        proved = float(self._tally.last.proved if self._tally.last else 0)
        yield GaugeMetricFamily("care_backend_audit_proved_alerts", "Open alerts with a sound next step", proved)
        age = proof_age(self._tally, self._clock.now())
        if age is not None:
            text = "Since every open alert was proved or raised"
            yield GaugeMetricFamily("care_backend_audit_proof_age_seconds", text, age)
