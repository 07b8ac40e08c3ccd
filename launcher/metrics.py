"""Which figures of the launcher Prometheus can fetch: its children, their starts, and who was refused by the broker."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping

from prometheus_client import CollectorRegistry, start_http_server
from prometheus_client.core import CounterMetricFamily, GaugeMetricFamily, Metric
from prometheus_client.registry import Collector

from launcher.refusals import Refusals
from launcher.supervisor import ChildState, Supervisor


def serve_metrics(port: int, supervisor: Supervisor, refusals: Refusals) -> Callable[[], None]:
    """Serve `/metrics` on loopback; the answer ends that. Raises OSError where the port is taken."""
    server, thread = start_http_server(port, addr="127.0.0.1", registry=registry(supervisor, refusals))

    def end() -> None:
        server.shutdown()
        server.server_close()
        thread.join()

    return end


def registry(supervisor: Supervisor, refusals: Refusals) -> CollectorRegistry:
    """The figures of these children and their broker, looked up when they are asked for."""
    found = CollectorRegistry()
    found.register(_Children(supervisor.states, supervisor.starts))
    found.register(_Refused(refusals))
    return found


class _Refused(Collector):
    def __init__(self, refusals: Refusals) -> None:
        self._refusals = refusals

    def collect(self) -> Iterator[Metric]:
        self._refusals.look()
        refused = CounterMetricFamily("care_launcher_broker_refused", "Log-ins that the broker refused")
        refused.add_metric([], self._refusals.total)
        yield refused


class _Children(Collector):
    def __init__(self, states: Callable[[], Mapping[str, ChildState]], starts: Callable[[], Mapping[str, int]]) -> None:
        self._states = states
        self._starts = starts

    def collect(self) -> Iterator[Metric]:
        running = GaugeMetricFamily("care_launcher_child_running", "Whether the child runs", labels=["child"])
        for name, state in self._states().items():
            running.add_metric([name], float(state is ChildState.RUNNING))
        yield running
        starts = CounterMetricFamily(
            "care_launcher_child_starts", "Starts of the child, the first too", labels=["child"]
        )
        for name, count in self._starts().items():
            starts.add_metric([name], count)
        yield starts
