"""A finding is recorded once, whoever saw it first, is forgotten with its device, and shows on the device's page."""

from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor
from datetime import timedelta
from pathlib import Path

from sqlalchemy import Engine, select

from backend.adapters.db.rules import SqlFindings, rule_outcomes
from backend.domain.rules.threshold import Observation, RuleReason, RuleState
from backend.services.telemetry.observe import RuleOutcome
from contract.times import format_time
from tests.harness.backend import running
from tests.harness.clock import ManualClock

NOW = ManualClock().now()


def _outcome(outcome: RuleReason, seconds: int, value: float = 10.0, device: str = "T1") -> RuleOutcome:
    at = NOW + timedelta(seconds=seconds)
    return RuleOutcome(device, "battery_low", outcome, Observation(device, "battery", at, value), at)


def _outcomes(database: Engine) -> list[tuple[str, str]]:
    with database.connect() as connection:
        query = select(rule_outcomes.c.device_id, rule_outcomes.c.outcome).order_by(rule_outcomes.c.id)
        return [(row.device_id, row.outcome) for row in connection.execute(query)]


def test_state_and_outcome_change_together_and_only_forwards(database: Engine) -> None:
    findings = SqlFindings(database)
    assert findings.record(_outcome(RuleReason.RAISED, 10))
    assert not findings.record(_outcome(RuleReason.RAISED, 20))
    assert not findings.record(_outcome(RuleReason.CLEARED, 5, 80))
    assert findings.record(_outcome(RuleReason.CLEARED, 30, 80))
    assert findings.states({"T1", "T2"}) == {("T1", "battery_low"): RuleState(False, NOW + timedelta(seconds=30), 80)}
    assert _outcomes(database) == [("T1", "raised"), ("T1", "cleared")]


def test_of_many_who_saw_the_same_one_records_it(database: Engine) -> None:
    findings = SqlFindings(database)
    with ThreadPoolExecutor(4) as several:
        said = list(several.map(lambda _: findings.record(_outcome(RuleReason.RAISED, 10)), range(8)))
    assert said.count(True) == 1
    assert _outcomes(database) == [("T1", "raised")]


def test_an_erasure_reaches_findings(database: Engine) -> None:
    findings = SqlFindings(database)
    for device in ("T1", "T2"):
        findings.record(_outcome(RuleReason.RAISED, 10, device=device))
    findings.forget("T1", NOW)
    assert _outcomes(database) == [("T1", "raised"), ("T2", "raised")]
    findings.forget("T1", NOW + timedelta(seconds=10))
    assert _outcomes(database) == [("T2", "raised")]
    findings.forget("T2", None)
    assert findings.states({"T1", "T2"}) == {}


def test_a_low_battery_shows_on_the_device_and_in_the_figures(tmp_path: Path) -> None:
    terminal = {"device_id": "T1", "kind": "terminal", "home": {"label": "林家", "address": "衢山镇 1 号"}}
    with running(tmp_path, f"sqlite:///{tmp_path}/care.sqlite") as platform:
        with platform.client("cli") as client:
            assert client.post("/api/v1/devices", json={"items": [terminal]}).status_code == 201
        for second, battery in enumerate((50, 12, 12, 11)):
            at = NOW + timedelta(seconds=second)
            pack = [{"n": "battery", "u": "%EL", "v": battery, "t": at.timestamp()}]
            item = {"device_id": "T1", "received_at": format_time(at), "pack": pack}
            with platform.client("gw1") as client:
                answer = client.post("/ingest/v1/telemetry", json={"gateway": "gw1", "items": [item]})
            assert answer.json()["outcomes"][0]["outcome"] == "accepted"
        with platform.client("cli") as client:
            (finding,) = client.get("/api/v1/devices/T1").json()["findings"]
            figures = client.get("/metrics").text
    assert (finding["rule"], finding["value"], finding["unit"]) == ("battery_low", 12, "%EL")
    assert finding["label"] == {"zh-CN": "电量低", "en": "Battery low"}
    assert finding["since"] == format_time(NOW + timedelta(seconds=1))
    assert 'care_backend_rule_outcomes_total{outcome="raised",rule="battery_low"} 1.0' in figures
