"""Which figures Prometheus can fetch, and under what names; ids and personal data never become a label."""

from __future__ import annotations

from prometheus_client import CollectorRegistry, Counter, Gauge, start_http_server


class Metrics:
    """`care_gateway_total{lane,name,what}` only rises; `care_gateway_level{lane,name}` is how things stand."""

    def __init__(self, lane: str) -> None:
        self.registry = CollectorRegistry()
        self._lane = lane
        self._counter = Counter(
            "care_gateway", "What the lane did, by name and kind", ["lane", "name", "what"], registry=self.registry
        )
        self._gauge = Gauge("care_gateway_level", "How much there is now", ["lane", "name"], registry=self.registry)

    def count(self, name: str, label: str = "", amount: int = 1) -> None:
        """`label` comes from enumerations of ours, never from a message."""
        self._counter.labels(self._lane, name, label).inc(amount)

    def level(self, name: str, value: float) -> None:
        self._gauge.labels(self._lane, name).set(value)

    def serve(self, host: str, port: int) -> None:
        """Raises OSError where the port is taken."""
        start_http_server(port, addr=host, registry=self.registry)
