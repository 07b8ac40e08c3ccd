"""Which figures of the fleet Prometheus can fetch, and under what names; a device's id never becomes a label."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, field

from prometheus_client import CollectorRegistry, start_http_server
from prometheus_client.core import CounterMetricFamily, GaugeMetricFamily, Metric
from prometheus_client.registry import Collector


@dataclass(frozen=True, slots=True)
class FleetFigures:
    """How the fleet stands now. `records`: lines of the ledger by kind, since the start."""

    planned: int
    connected: int
    refused: int
    """Refused by the broker: their credentials are of another platform."""
    away: int
    unanswered: int
    """Presses that are still owed an answer."""
    records: Mapping[str, int] = field(default_factory=dict)


class MetricsServer:
    """Serves `/metrics` from `start` to `stop`, in a thread of its own."""

    def __init__(self, figures: Callable[[], FleetFigures]) -> None:
        self.registry = CollectorRegistry()
        self.registry.register(_Fleet(figures))
        self._end: Callable[[], None] = lambda: None

    def start(self, host: str, port: int) -> int:
        """Listen; the port (a free one for 0). Raises OSError where it is taken."""
        server, thread = start_http_server(port, addr=host, registry=self.registry)

        def end() -> None:
            server.shutdown()
            server.server_close()
            thread.join()

        self._end = end
        return int(server.server_port)

    def stop(self) -> None:
        """Let go of the port."""
        self._end()


class _Fleet(Collector):
    def __init__(self, figures: Callable[[], FleetFigures]) -> None:
        self._figures = figures

    def collect(self) -> Iterator[Metric]:
        now = self._figures()
        devices = GaugeMetricFamily("care_sim_devices", "Simulated devices by state", labels=["state"])
        for state, count in (("connected", now.connected), ("refused", now.refused), ("away", now.away)):
            devices.add_metric([state], count)
        yield devices
        yield GaugeMetricFamily("care_sim_planned_devices", "Devices that the fleet shall have", now.planned)
        yield GaugeMetricFamily("care_sim_unanswered_presses", "Presses that are owed an answer", now.unanswered)
        records = CounterMetricFamily("care_sim_ledger_records", "Lines of the ledger by kind", labels=["kind"])
        for kind, count in now.records.items():
            records.add_metric([kind], count)
        yield records
