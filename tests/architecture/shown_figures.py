"""Which figures the programs show, with their labels: asked of the programs' own registries, nothing is started."""

from __future__ import annotations

import ast
import re
from collections.abc import Iterator
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from types import SimpleNamespace
from typing import Any

from prometheus_client import CollectorRegistry

from backend.services.health import readiness
from backend.services.health.metrics import Gauges, TelemetryBacklog
from backend.services.health.metrics import Metrics as BackendMetrics
from backend.services.health.ports import ComponentState
from device_sim.adapters.metrics import FleetFigures, MetricsServer
from gateway.adapters.metrics import Metrics as GatewayMetrics
from launcher.metrics import registry as launcher_registry
from launcher.refusals import Refusals
from launcher.supervisor import ChildState
from tests.architecture.tracked import ROOT


@dataclass(frozen=True)
class Shown:
    """`labels`: by the sample's name, as PromQL asks for it. `gateway_names`: values of the gateway's label `name`."""

    labels: dict[str, set[str]]
    gateway_names: set[str]
    checks: set[str]


@cache
def shown() -> Shown:
    """Of all programs."""
    labels: dict[str, set[str]] = {}
    for registry in registries().values():
        for metric in registry.collect():
            for sample in metric.samples:
                labels.setdefault(sample.name, set()).update(sample.labels)
    source = Path(readiness.__file__).read_text(encoding="utf-8")
    checks = set(re.findall(r'(?:Check\(|_within\()"(\w+)"', source))
    return Shown(labels, set(_gateway_names()), checks)


def registries() -> dict[str, CollectorRegistry]:
    """By program, each with one series of every figure."""
    gateway = GatewayMetrics("emergency")
    gateway.count("received", "event:read")
    gateway.level("spool_rows", 0)
    fleet = FleetFigures(planned=1, connected=1, refused=0, away=0, unanswered=0, records={"pressed": 1})
    children: Any = SimpleNamespace(states=lambda: {"sim": ChildState.RUNNING}, starts=lambda: {"sim": 1})
    return {
        "backend": _backend(),
        "gateway": gateway.registry,
        "device_sim": MetricsServer(lambda: fleet).registry,
        "launcher": launcher_registry(children, Refusals(ROOT / "no.log", lambda: 0.0)),
    }


def _backend() -> CollectorRegistry:
    metrics = BackendMetrics()
    metrics.ingested("event", "accepted", "")
    metrics.ruled("battery_low", "raised")
    backlog = SimpleNamespace(
        open_alerts={"emergency": 1}, waiting_alerts=1, oldest_waiting_seconds=1.0, outbox_age_seconds=1.0,
        timer_lag_seconds=1.0,
    )  # fmt: skip
    component = SimpleNamespace(component="backend", state=ComponentState.UP)
    facts = SimpleNamespace(backlog=backlog, free_bytes=1, components=[component])
    watch: Any = SimpleNamespace(facts=facts, checks=lambda: [SimpleNamespace(code="free_disk", ok=True)])
    tick: Any = SimpleNamespace(name="watch", lag_seconds=0.0, failures=0)
    waiting = TelemetryBacklog(waiting_points=1, oldest_seconds=1.0, refused_points=1, expired_points=1)
    ticks: Any = lambda: [tick]  # noqa: E731 - a port of one call
    metrics.show(Gauges(watch, ticks, watchers=lambda: 0, overflows=lambda: 0, telemetry=lambda: waiting))
    registry: CollectorRegistry = metrics._registry
    return registry


def _gateway_names() -> Iterator[str]:
    """The first argument of every `count` and the keys of the health desk's levels."""
    for path in (ROOT / "gateway").rglob("*.py"):
        for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
            if isinstance(node, ast.Call) and isinstance(node.func, ast.Attribute) and node.func.attr == "count":
                yield from (str(arg.value) for arg in node.args[:1] if isinstance(arg, ast.Constant))
            if isinstance(node, ast.Dict) and path.name == "health.py":
                yield from (str(key.value) for key in node.keys if isinstance(key, ast.Constant))
            if isinstance(node, ast.Subscript) and path.name == "health.py" and isinstance(node.slice, ast.Constant):
                yield str(node.slice.value)
