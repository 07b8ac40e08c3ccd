"""Each timer is taken away or set back by hand; the auditor finds it, rings the district desk and mends it."""

from __future__ import annotations

from collections.abc import Callable
from datetime import datetime, timedelta
from typing import Any

import pytest
from sqlalchemy import Engine, delete, select, update

from backend.adapters.db.alarm import alerts
from backend.adapters.db.audit import findings
from backend.adapters.db.audit_store import AuditSqlStore
from backend.adapters.db.engine import writing
from backend.adapters.db.escalation import runs
from backend.adapters.db.notices import notices
from backend.domain.alert.lifecycle import Verb
from backend.domain.escalation.targets import DutyRole, Level, TargetKind
from backend.services.audit.audit_alerts import AuditAlerts
from tests.fakes.cover import person
from tests.harness.escalating import Escalating


class Beats:
    """Outside: counts what it hears."""

    def __init__(self) -> None:
        self.heard = 0

    def beat(self) -> bool:
        self.heard += 1
        return True


class Audited(Escalating):
    """With an auditor."""

    def __init__(self, engine: Engine) -> None:
        super().__init__(engine)
        self.cover.people[(TargetKind.ON_DUTY, Level.CENTRE)] = [person("小王", DutyRole.OPERATOR)]
        self.outside = Beats()
        self.audit = AuditAlerts(AuditSqlStore(engine, self.clock, self.runs.parts), self.clock, self.outside)

    def sabotage(self, statement: Any) -> None:
        with writing(self.engine) as connection:
            connection.execute(statement)
            connection.commit()

    def findings(self) -> list[tuple[str, str]]:
        with self.engine.connect() as connection:
            rows = connection.execute(select(findings.c.alert_id, findings.c.finding).order_by(findings.c.id))
            return [(row.alert_id, row.finding) for row in rows]


@pytest.fixture
def desk(database: Engine) -> Audited:
    return Audited(database)


def _run(**values: Any) -> Callable[[str, datetime], Any]:
    return lambda alert_id, _now: update(runs).where(runs.c.alert_id == alert_id).values(values)


def _run_due(seconds: int) -> Callable[[str, datetime], Any]:
    return lambda alert_id, now: (
        update(runs).where(runs.c.alert_id == alert_id).values(due_at=now - timedelta(seconds=seconds))
    )


def _notice_lost(alert_id: str, now: datetime) -> Any:
    gone = {"state": "sending", "lease": "nobody", "due_at": now - timedelta(minutes=5)}
    return update(notices).where(notices.c.alert_id == alert_id).values(gone)


WAITING: dict[str, Callable[[str, datetime], Any]] = {
    "no_run": lambda alert_id, _now: delete(runs).where(runs.c.alert_id == alert_id),
    "run_ended_too_early": _run(state="ended", due_at=None),
    "run_without_time": _run(due_at=None),
    "run_overdue": _run_due(61),
    "rested_but_nobody_has_it": _run(state="rested", due_at=None),
    "notice_stuck": _notice_lost,
}
HELD: dict[str, Callable[[str, datetime], Any]] = {
    "lease_missing": lambda alert_id, _now: (
        update(alerts).where(alerts.c.id == alert_id).values(lease_until=None, lease_due_at=None)
    ),
    "lease_overdue": lambda alert_id, now: (
        update(alerts).where(alerts.c.id == alert_id).values(lease_due_at=now - timedelta(seconds=61))
    ),
    "reaction_overdue": lambda alert_id, now: (
        update(alerts).where(alerts.c.id == alert_id).values(reaction_due_at=now - timedelta(seconds=61))
    ),
}


@pytest.mark.parametrize("finding", [*WAITING, *HELD])
def test_it_finds_rings_and_mends_what_was_taken_away_and_nothing_else(desk: Audited, finding: str) -> None:
    victim, other = desk.pressed("T1"), desk.pressed("T2")
    desk.pass_time(12)
    if finding in HELD:
        desk.do(Verb.ACCEPT, victim)
        desk.do(Verb.ACCEPT, other)
        desk.tick()
    assert desk.audit() == 0
    rung = {alert.id: alert.ring_seq for alert in desk.open()}
    desk.sabotage({**WAITING, **HELD}[finding](victim, desk.clock.now()))
    assert desk.audit() == 1
    assert desk.findings() == [(victim, finding)]
    after = {alert.id: alert for alert in desk.open()}
    assert after[victim].ring_seq > rung[victim]
    assert after[other].ring_seq == rung[other]
    assert "district" in desk.desks(victim)
    assert "audited" in desk.kinds(victim)
    desk.tick()
    assert desk.audit() == 0, "it was mended"


def test_a_closed_alert_whose_people_were_never_told_is_found(desk: Audited) -> None:
    alert_id = desk.pressed()
    desk.pass_time(2)
    desk.do(Verb.ACCEPT, alert_id)
    desk.do(Verb.CLOSE, alert_id, outcome="helped_by_phone")
    desk.sabotage(update(runs).values(state="rested", due_at=None))
    desk.clock.turn(timedelta(seconds=61))
    assert desk.audit() == 1
    desk.tick()
    assert desk.run(alert_id)["state"] == "ended"
    assert desk.audit() == 0


def test_a_healthy_desk_has_no_finding_in_a_whole_day(desk: Audited) -> None:
    desk.cover.people = {}  # nobody sends notices here
    taken = desk.pressed("T1")
    desk.pressed("T2", type="care.service.pressed")
    desk.pressed("T3", type="care.battery.low")
    desk.pressed("T4", type="care.family.pressed")
    desk.do(Verb.ACCEPT, taken)
    for _ in range(24 * 6):
        desk.clock.turn(timedelta(minutes=10))
        desk.tick()
        desk.tick()
        assert desk.audit() == 0
    assert desk.findings() == []


def test_the_same_finding_rings_once_in_five_minutes_and_is_mended_each_time(desk: Audited) -> None:
    alert_id = desk.pressed()
    desk.pass_time(12)
    for _ in range(3):
        desk.sabotage(update(runs).values(due_at=None))
        assert desk.audit() == 1
        desk.tick()
        desk.clock.turn(timedelta(seconds=10))
    assert desk.findings() == [(alert_id, "run_without_time")]


def test_outside_hears_once_a_minute_that_rounds_are_made(desk: Audited) -> None:
    for _ in range(13):
        desk.audit()
        desk.clock.turn(timedelta(seconds=10))
    assert desk.outside.heard == 3
    assert desk.audit.rounds == 13
