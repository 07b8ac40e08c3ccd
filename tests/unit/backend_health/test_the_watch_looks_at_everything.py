"""The watch reports its own process and looks on, whatever fails."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta

import pytest

from backend.services.health.metrics import Gauges, Metrics
from backend.services.health.ports import Backlog, ComponentState, TickState
from backend.services.health.read_components import ReadComponents, as_json
from backend.services.health.report_health import ReportHealth, ReportReason
from backend.services.health.watch import Sources, Watch
from tests.fakes.health_reports import MemoryHealthStore, SaidBacklog, SaidDisk
from tests.fakes.telemetry_store import MemoryTelemetryStore
from tests.harness.clock import ManualClock

TICK = TickState("alerts", 0.0, False, 5, 0, None)


class Process:
    """A watch with everything around it under a test's hand."""

    def __init__(self) -> None:
        self.clock = ManualClock()
        self.store = MemoryHealthStore()
        self.alarm = SaidBacklog(Backlog(open_alerts={"emergency": 2}, waiting_alerts=1))
        self.telemetry = MemoryTelemetryStore()
        self.ticks = [TICK]
        sources = Sources(self.store, self.alarm, SaidDisk(10**10), self.clock, self.telemetry)
        self.watch = Watch("backend", sources, lambda: self.ticks)
        self.report = ReportHealth(self.store, self.clock)
        self.report("gateway-emergency", "up", "", {"echo_age_seconds": 1.0})
        self.report("auditor", "up", "", {"proof_age_seconds": 1.0})

    def failed(self) -> list[str]:
        return [check.code for check in self.watch.checks() if not check.ok]


def test_a_process_reports_itself_and_is_ready() -> None:
    process = Process()
    assert process.failed() == ["looked"]
    process.watch()
    assert process.failed() == []
    assert process.store.rows["backend"].state is ComponentState.UP


def test_a_database_that_cannot_be_written_is_said_and_the_rest_is_still_looked_at() -> None:
    process = Process()
    process.store.failing = ConnectionError("gone")
    process.telemetry.away = True
    with pytest.raises(ConnectionError):
        process.watch()
    assert process.failed() == ["database_write", "telemetry_store"]


def test_what_cannot_be_found_out_hides_nothing_else() -> None:
    process = Process()
    process.alarm.answer = RuntimeError("no table")
    process.watch()
    assert process.failed() == ["timer_lag", "outbox_age"]


def test_a_failing_tick_makes_the_process_degraded() -> None:
    process = Process()
    process.ticks = [replace(TICK, error="OperationalError")]
    process.watch()
    row = process.store.rows["backend"]
    assert (row.state, row.detail) == (ComponentState.DEGRADED, "ticks: alerts")


def test_whoever_stops_on_purpose_says_so() -> None:
    process = Process()
    process.watch()
    process.watch.say_stopping()
    row = process.store.rows["backend"]
    assert (row.state, row.detail) == (ComponentState.DOWN, "stopped")


def test_who_does_not_report_for_15_s_is_silent_since_then() -> None:
    process = Process()
    read = ReadComponents(process.store, process.clock)
    process.clock.turn(timedelta(seconds=15))
    assert [as_json(component)["state"] for component in read()] == ["up", "up"]
    process.clock.turn(timedelta(seconds=1))
    silent = next(each for each in read() if each.component == "gateway-emergency")
    assert silent.state is ComponentState.SILENT
    assert silent.since == process.clock.now() - timedelta(seconds=1)


def test_who_was_taken_away_is_forgotten_after_a_day() -> None:
    process = Process()
    process.clock.turn(timedelta(days=1, seconds=1))
    process.watch()
    assert list(process.store.rows) == ["backend"]


@pytest.mark.parametrize(
    ("component", "state", "reason"),
    [
        ("broker", "up", ReportReason.KEPT),
        ("Broker", "up", ReportReason.BAD_COMPONENT),
        ("", "up", ReportReason.BAD_COMPONENT),
        ("x" * 65, "up", ReportReason.BAD_COMPONENT),
        ("broker", "silent", ReportReason.BAD_STATE),
        ("broker", "fine", ReportReason.BAD_STATE),
    ],
)
def test_only_a_proper_report_is_kept(component: str, state: str, reason: ReportReason) -> None:
    process = Process()
    assert process.report(component, state, "", {}) is reason
    assert ("broker" in process.store.rows) is (reason is ReportReason.KEPT)


def test_a_report_is_bounded() -> None:
    process = Process()
    figures = {f"f{number:03}": 1.0 for number in range(100)} | {"a_nan": float("nan"), "Bad Name": 1.0}
    process.report("broker", "up", "x\x00" * 500, figures)
    row = process.store.rows["broker"]
    assert len(row.figures) == 64
    assert "a_nan" not in row.figures
    assert row.detail == "x" * 200


def test_metrics_show_the_figures_and_bound_their_labels() -> None:
    process = Process()
    process.watch()
    metrics = Metrics()
    metrics.show(Gauges(process.watch, lambda: process.ticks, watchers=lambda: 3, overflows=lambda: 1))
    metrics.ingested("telemetry", "refused", "bad_value")
    for number in range(300):
        metrics.ingested("event", "unreadable", f"reason_{number}")
    metrics.ingested("event", "unreadable", "王丽 0580")
    text = metrics.text().decode()
    assert 'care_backend_ingested_items_total{kind="telemetry",outcome="refused",reason="bad_value"} 1.0' in text
    assert 'care_backend_open_alerts{severity="emergency"} 2.0' in text
    assert 'care_backend_check_ok{check="broker_echo"} 1.0' in text
    assert "care_backend_stream_watchers 3.0" in text
    assert 'outcome="unreadable",reason="other"} 202.0' in text
    assert "王" not in text
