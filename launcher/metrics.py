"""Which figures of the launcher Prometheus can fetch: whether each child runs, and how often it had to be started."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping

from prometheus_client import CollectorRegistry, start_http_server
from prometheus_client.core import CounterMetricFamily, GaugeMetricFamily, Metric
from prometheus_client.registry import Collector

from launcher.supervisor import ChildState, Supervisor


def serve_metrics(port: int, supervisor: Supervisor) -> Callable[[], None]:
    """Serve `/metrics` on loopback; the answer ends that. Raises OSError where the port is taken."""
    server, thread = start_http_server(port, addr="127.0.0.1", registry=registry(supervisor))

    def end() -> None:
        server.shutdown()
        server.server_close()
        thread.join()

    return end


def registry(supervisor: Supervisor) -> CollectorRegistry:
    """The figures of these children, looked up when they are asked for."""
    found = CollectorRegistry()
    found.register(_Children(supervisor.states, supervisor.starts))
    return found


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
