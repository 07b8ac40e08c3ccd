"""What every `HealthStore` promises."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

from backend.services.health.ports import Component, ComponentState, HealthStore

START = datetime(2026, 11, 24, 3, 12, 45, 123_456, tzinfo=UTC)
UP, DOWN = ComponentState.UP, ComponentState.DOWN


def after(seconds: float) -> datetime:
    return START + timedelta(seconds=seconds)


def test_a_report_is_kept_whole(store: HealthStore) -> None:
    store.report("gateway-emergency", UP, "all well", {"echo_age_seconds": 1.5}, START)
    assert store.components() == [
        Component("gateway-emergency", UP, START, "all well", {"echo_age_seconds": 1.5}, START)
    ]


def test_since_moves_only_where_the_state_changes(store: HealthStore) -> None:
    store.report("broker", UP, "", {}, after(0))
    store.report("broker", UP, "again", {}, after(5))
    store.report("broker", DOWN, "no_answer", {}, after(10))
    store.report("broker", DOWN, "no_answer", {}, after(15))
    assert store.components() == [Component("broker", DOWN, after(10), "no_answer", {}, after(15))]


def test_components_are_told_by_name_and_the_forgotten_are_gone(store: HealthStore) -> None:
    for name, seconds in (("sim", 0), ("backend", 100), ("broker", 100)):
        store.report(name, UP, "", {}, after(seconds))
    store.forget(after(50))
    assert [component.component for component in store.components()] == ["backend", "broker"]
    store.forget(after(50))
    assert len(store.components()) == 2
