"""A part of the auditor's round that fails, or a round that does not come, is seen at the desk and in the figures."""

from __future__ import annotations

from datetime import timedelta

from prometheus_client.registry import CollectorRegistry

from backend.domain.audit.findings import Finding
from backend.services.audit.report_audit import AuditFigures, ReportAudit
from backend.services.audit.tally import Tally
from backend.services.health.ports import Component, ComponentState
from tests.fakes.health_reports import MemoryHealthStore
from tests.harness.clock import ManualClock


class Auditor:
    """Rounds that go as a test says."""

    def __init__(self) -> None:
        self.clock = ManualClock()
        self.tally = Tally()
        self.store = MemoryHealthStore()
        self.report = ReportAudit(self.store, self.clock, self.tally)

    def round(self, proved: int = 0, *, fails: bool = False, left: int = 0) -> None:
        self.tally.begin(self.clock.now())
        self.tally.proved, self.tally.left = proved, left
        if fails:
            self.tally.failed("open", LookupError())
        self.tally.end()

    def row(self) -> Component:
        self.report()
        return self.store.rows["auditor"]


def test_a_whole_round_is_up_and_says_how_many_it_proved() -> None:
    auditor = Auditor()
    auditor.round(proved=7)
    auditor.clock.turn(timedelta(seconds=4))
    row = auditor.row()
    assert (row.state, row.detail) == (ComponentState.UP, "")
    assert row.figures == {"proved_alerts": 7.0, "findings": 0.0, "proof_age_seconds": 4.0}


def test_a_round_with_a_failing_part_is_degraded_and_proves_nothing() -> None:
    auditor = Auditor()
    auditor.round()
    auditor.clock.turn(timedelta(seconds=10))
    auditor.round(fails=True)
    row = auditor.row()
    assert (row.state, row.detail) == (ComponentState.DEGRADED, "1 not looked at, 0 left for the next round")
    assert row.figures["proof_age_seconds"] == 10.0
    auditor.round(left=3)
    assert auditor.row().state is ComponentState.DEGRADED
    auditor.round()
    assert auditor.row().state is ComponentState.UP


def test_no_round_for_half_a_minute_is_degraded_whichever_way_the_clock_went() -> None:
    auditor = Auditor()
    assert auditor.row().detail == "no round yet"
    assert "proof_age_seconds" not in auditor.row().figures
    auditor.round()
    for span in (31, -62):
        auditor.clock.turn(timedelta(seconds=span))
        assert auditor.row().state is ComponentState.DEGRADED


def test_findings_are_figures_by_their_kind() -> None:
    auditor = Auditor()
    registry = CollectorRegistry()
    registry.register(AuditFigures(auditor.tally, auditor.clock))
    auditor.tally.begin(auditor.clock.now())
    auditor.tally.found(Finding.NO_RUN)
    auditor.tally.proved = 3
    auditor.tally.failed("notices", LookupError())
    auditor.tally.end()
    assert registry.get_sample_value("care_backend_audit_findings_total", {"finding": "no_run"}) == 1
    assert registry.get_sample_value("care_backend_audit_findings_total", {"finding": "not_ended"}) == 0
    assert registry.get_sample_value("care_backend_audit_failures_total") == 1
    assert registry.get_sample_value("care_backend_audit_proved_alerts") == 3
    assert registry.get_sample_value("care_backend_audit_proof_age_seconds") is None
