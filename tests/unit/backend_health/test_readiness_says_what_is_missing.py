"""Each thing that breaks the promise makes the process not ready, and in both languages says why."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta

import pytest

from backend.services.health.ports import Backlog, Component, ComponentState, TickState
from backend.services.health.readiness import Check, Facts, judge
from tests.harness.clock import ManualClock

CLOCK = ManualClock()
NOW = CLOCK.now()


def gateway(state: ComponentState = ComponentState.UP, echo: float = 2.0, ago: float = 3.0) -> Component:
    figures = {"echo_age_seconds": echo}
    return Component("gateway-emergency", state, NOW, "", figures, NOW - timedelta(seconds=ago))


def auditor(proof: float = 9.0, ago: float = 3.0) -> Component:
    figures = {"proof_age_seconds": proof}
    return Component("auditor", ComponentState.DEGRADED, NOW, "", figures, NOW - timedelta(seconds=ago))


GOOD = Facts(CLOCK.monotonic(), NOW, None, [gateway(), auditor()], Backlog(1.0, 1.0), 10**10, True)
TICK = TickState("alerts", 0.0, False, 5, 0, None)


def failed(facts: Facts | None, ticks: list[TickState] | None = None, later: float = 0.0) -> list[Check]:
    checks = judge(facts, [TICK] if ticks is None else ticks, CLOCK.monotonic() + later)
    for check in checks:
        assert check.label.zh != check.label.en
        assert check.detail.zh
        assert check.detail.en
    return [check for check in checks if not check.ok]


def test_all_well_is_ready() -> None:
    assert failed(GOOD) == []
    assert [check.code for check in judge(GOOD, [TICK], CLOCK.monotonic())] == [
        "database_write",
        "broker_echo",
        "timer_lag",
        "audit",
        "outbox_age",
        "free_disk",
        "configuration",
        "telemetry_store",
    ]


@pytest.mark.parametrize(
    ("facts", "code"),
    [
        (replace(GOOD, write_error="OperationalError"), "database_write"),
        (replace(GOOD, components=[auditor()]), "broker_echo"),
        (replace(GOOD, components=[gateway()]), "audit"),
        (replace(GOOD, components=[gateway(), auditor(proof=58.0, ago=4.0)]), "audit"),
        (replace(GOOD, components=[gateway(echo=13.0, ago=4.0), auditor()]), "broker_echo"),
        (replace(GOOD, components=[gateway(ComponentState.SILENT), auditor()]), "broker_echo"),
        (replace(GOOD, components=[gateway(ComponentState.DOWN), auditor()]), "broker_echo"),
        (replace(GOOD, backlog=Backlog(timer_lag_seconds=6.0)), "timer_lag"),
        (replace(GOOD, backlog=Backlog(outbox_age_seconds=16.0)), "outbox_age"),
        (replace(GOOD, free_bytes=10**8), "free_disk"),
        (replace(GOOD, free_bytes=None), "free_disk"),
        (replace(GOOD, telemetry_ok=False), "telemetry_store"),
    ],
)
def test_each_fault_is_named(facts: Facts, code: str) -> None:
    assert [check.code for check in failed(facts)] == [code]


@pytest.mark.parametrize(
    "tick",
    [
        replace(TICK, stuck=True),
        replace(TICK, error="OperationalError"),
        replace(TICK, lag_seconds=9.0),
    ],
)
def test_a_tick_that_does_not_run_is_named(tick: TickState) -> None:
    assert [check.code for check in failed(GOOD, [TICK, tick])] == ["timer_lag"]


def test_one_emergency_lane_that_hears_the_broker_is_enough() -> None:
    other = replace(gateway(ComponentState.DOWN, echo=60.0), component="gateway-emergency-gw2")
    assert failed(replace(GOOD, components=[other, gateway(), auditor()])) == []


def test_a_process_that_does_not_serve_telemetry_is_not_asked_about_it() -> None:
    assert failed(replace(GOOD, telemetry_ok=None)) == []


@pytest.mark.parametrize(("facts", "later"), [(None, 0.0), (GOOD, 16.0)])
def test_without_a_fresh_look_nothing_is_known_to_work(facts: Facts | None, later: float) -> None:
    assert [check.code for check in failed(facts, later=later)] == ["looked"]
