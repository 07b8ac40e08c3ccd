"""Which figures of broker access can be fetched: answers to a broker that asks, and whether ours agrees."""

from __future__ import annotations

from collections.abc import Callable, Iterator

from prometheus_client import Counter
from prometheus_client.core import GaugeMetricFamily, Metric
from prometheus_client.registry import Collector

from backend.services.broker_access.standing import Standing


class BrokerFigures(Collector):
    """Of this process. `standing` None: no broker is told anything while it runs."""

    def __init__(self, standing: Callable[[], Standing | None]) -> None:
        self._standing = standing
        self._answers = Counter(
            "care_backend_broker_answers",
            "Answers to a broker that asks who may do what, by call and verdict",
            ("call", "verdict"),
            registry=None,
        )

    def answered(self, call: str, verdict: str) -> None:
        """`call`: `authenticate` or `authorize`."""
        self._answers.labels(call, verdict).inc()

    def collect(self) -> Iterator[Metric]:
        yield from self._answers.collect()
        standing = self._standing()
        if standing is None:
            return
        devices = GaugeMetricFamily("care_backend_broker_devices", "Devices that may log in at the broker")
        devices.add_metric([], standing.devices)
        yield devices
        differing = GaugeMetricFamily(
            "care_backend_broker_differing", "Devices of which broker and registry say different things"
        )
        differing.add_metric([], standing.differing)
        yield differing
