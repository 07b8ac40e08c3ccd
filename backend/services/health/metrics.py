"""Which figures the backend shows to Prometheus: every name stands here, and no label says who anybody is."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator, Mapping
from contextlib import suppress
from dataclasses import dataclass
from typing import Final

from prometheus_client import CollectorRegistry, Counter, generate_latest
from prometheus_client.core import CounterMetricFamily, GaugeMetricFamily, Metric
from prometheus_client.registry import Collector

from backend.services.health.ports import ComponentState, Ticks
from backend.services.health.readiness import Check
from backend.services.health.watch import Watch
from backend.services.telemetry.ports import TelemetryAway

MOST_REASONS: Final = 100
OTHER: Final = "other"
_REASON: Final = re.compile(r"[a-z0-9_]{0,40}", re.ASCII)


@dataclass(frozen=True, slots=True)
class TelemetryBacklog:
    """How a telemetry store stands that keeps readings on disk until a server takes them."""

    waiting_points: int
    oldest_seconds: float
    refused_points: int
    """What the server will never store, since the backlog was made."""
    expired_points: int
    """What was older than its retention when its turn came."""


@dataclass(frozen=True, slots=True)
class Gauges:
    """What is looked up when it is asked for. `watchers`, `overflows`: of the live stream; None: not served here.

    `telemetry` raises `TelemetryAway`; None: the store has no backlog.
    """

    watch: Watch
    ticks: Ticks
    watchers: Callable[[], int] | None = None
    overflows: Callable[[], int] | None = None
    telemetry: Callable[[], TelemetryBacklog] | None = None


class Metrics:
    """The figures of one process."""

    def __init__(self) -> None:
        self._registry = CollectorRegistry()
        self._ingested = Counter(
            "care_backend_ingested_items",
            "Ingested items by kind, outcome and reason",
            ("kind", "outcome", "reason"),
            registry=self._registry,
        )
        self._unseen = Counter(
            "care_backend_telemetry_seen_not_stored",
            "Signs of life of devices whose readings were stored and who count as heard with the next one",
            registry=self._registry,
        )
        self._ruled = Counter(
            "care_backend_rule_outcomes",
            "Findings of the telemetry rules that were raised or cleared",
            ("rule", "outcome"),
            registry=self._registry,
        )
        self._reasons: set[str] = set()

    def show(self, gauges: Gauges) -> None:
        """Show these as well."""
        self._registry.register(_Gauges(gauges))

    def also(self, collector: Collector) -> None:
        """Show what another part counts."""
        self._registry.register(collector)

    def ingested(self, kind: str, outcome: str, reason: str, items: int = 1) -> None:
        """So many items were stored or refused. `kind`: `event`, `telemetry`, `status` or `result`."""
        self._ingested.labels(kind, outcome, self._bounded(reason)).inc(items)

    def unseen(self, devices: int) -> None:
        """So many devices gave a sign of life that could not be noted."""
        self._unseen.inc(devices)

    def ruled(self, rule: str, outcome: str) -> None:
        """A rule's finding changed. `rule`: its code in the configuration; `outcome`: `raised` or `cleared`."""
        self._ruled.labels(rule, outcome).inc()

    def text(self) -> bytes:
        """All of it in Prometheus' text format."""
        return generate_latest(self._registry)

    def _bounded(self, reason: str) -> str:
        """A gateway may send any text as a reason; only so many become series (no lock: a few more do no harm)."""
        if reason in self._reasons:
            return reason
        if _REASON.fullmatch(reason) is None or len(self._reasons) >= MOST_REASONS:
            return OTHER
        self._reasons.add(reason)
        return reason


class _Gauges(Collector):
    def __init__(self, gauges: Gauges) -> None:
        self._gauges = gauges

    def collect(self) -> Iterator[Metric]:
        checks = self._gauges.watch.checks()
        yield _by("care_backend_check_ok", "Readiness checks; 1 is good", "check", _ok(checks))
        yield from self._facts()
        lags = {tick.name: tick.lag_seconds for tick in self._gauges.ticks()}
        yield _by("care_backend_tick_lag_seconds", "How much later than due a tick is", "tick", lags)
        failures = {tick.name: float(tick.failures) for tick in self._gauges.ticks()}
        yield _by("care_backend_tick_failures", "Runs of a tick that raised, since the start", "tick", failures)
        if self._gauges.watchers is not None:
            watchers = float(self._gauges.watchers())
            yield GaugeMetricFamily("care_backend_stream_watchers", "Screens on the live stream", watchers)
        if self._gauges.overflows is not None:
            overflows = float(self._gauges.overflows())
            yield GaugeMetricFamily("care_backend_stream_overflows", "Screens that could not keep up", overflows)
        if self._gauges.telemetry is not None:
            with suppress(TelemetryAway):  # then the check `telemetry_store` says so
                yield from _telemetry(self._gauges.telemetry())

    def _facts(self) -> Iterator[Metric]:
        facts = self._gauges.watch.facts
        if facts is None:
            return
        if facts.backlog is not None:
            backlog = facts.backlog
            yield _by("care_backend_open_alerts", "Alerts not closed", "severity", _floats(backlog.open_alerts))
            yield _one("care_backend_waiting_alerts", "Alerts that nobody has accepted", backlog.waiting_alerts)
            oldest = backlog.oldest_waiting_seconds
            yield _one("care_backend_oldest_waiting_seconds", "Age of the oldest of them", oldest)
            yield _one("care_backend_outbox_age_seconds", "Oldest command that is due", backlog.outbox_age_seconds)
            yield _one("care_backend_timer_lag_seconds", "Oldest deadline that is past", backlog.timer_lag_seconds)
        if facts.free_bytes is not None:
            yield _one("care_backend_free_disk_bytes", "Room left for database and telemetry", facts.free_bytes)
        up = {c.component: float(c.state is ComponentState.UP) for c in facts.components or ()}
        yield _by("care_backend_component_up", "Components that report that they work", "component", up)


def _telemetry(backlog: TelemetryBacklog) -> Iterator[Metric]:
    waiting = backlog.waiting_points
    yield _one("care_backend_telemetry_waiting_points", "Readings that wait on disk for InfluxDB", waiting)
    yield _one("care_backend_telemetry_waiting_seconds", "How long the oldest of them waits", backlog.oldest_seconds)
    refused = float(backlog.refused_points)
    yield CounterMetricFamily("care_backend_telemetry_refused_points", "Readings that InfluxDB never takes", refused)
    expired = float(backlog.expired_points)
    yield CounterMetricFamily("care_backend_telemetry_expired_points", "Readings too old when they were sent", expired)


def _ok(checks: list[Check]) -> dict[str, float]:
    return {check.code: float(check.ok) for check in checks}


def _floats(counts: Mapping[str, int]) -> dict[str, float]:
    return {name: float(count) for name, count in counts.items()}


def _one(name: str, text: str, value: float) -> Metric:
    return GaugeMetricFamily(name, text, float(value))


def _by(name: str, text: str, label: str, values: dict[str, float]) -> Metric:
    family = GaugeMetricFamily(name, text, labels=[label])
    for value_of, value in values.items():
        family.add_metric([value_of], value)
    return family
