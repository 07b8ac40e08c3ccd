"""Random presses, acceptances, failures, clock jumps and restarts: an open alert has a next step, or says why not."""

from __future__ import annotations

import tempfile
from datetime import timedelta
from pathlib import Path
from typing import Any

from hypothesis import HealthCheck, settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, initialize, invariant, rule
from sqlalchemy import select

from backend.adapters.db.alarm import alerts
from backend.adapters.db.engine import make_engine, reading
from backend.adapters.db.escalation import runs
from backend.adapters.db.migrations import migrate
from backend.domain.alert.lifecycle import Refusal, Verb
from backend.domain.alert.model import Actor
from backend.domain.escalation.targets import DutyRole, Level, TargetKind
from contract.vocabulary import SOS, Severity
from tests.fakes.cover import person
from tests.harness.alarm import LI, WANG, Numbers
from tests.harness.escalating import CHEN, Escalating

TYPES = (SOS, "care.smoke.detected", "care.family.pressed", "care.service.pressed", "care.battery.low")
FIELDS: dict[Verb, dict[str, Any]] = {
    Verb.DISPATCH: {"responder": "陈师傅"},
    Verb.EN_ROUTE: {"eta_minutes": 5},
    Verb.CLOSE: {"outcome": "helped_on_site"},
    Verb.NOTE: {"text": "记录"},
    Verb.HAND_OVER: {"to": "夜班"},
}
PEOPLE = {
    (TargetKind.ON_DUTY, Level.CENTRE): [person("值班", DutyRole.OPERATOR), person("主任", DutyRole.MANAGER)],
    (TargetKind.RESPONDERS, Level.CENTRE): [person("陈师傅")],
    (TargetKind.CONTACTS, Level.CENTRE): [person("女儿")],
}


class Escalations(RuleBasedStateMachine):
    """The model: which alerts a person has closed, and how severe each has been."""

    def __init__(self) -> None:
        super().__init__()
        self.folder = tempfile.TemporaryDirectory()
        self.engine = make_engine(f"sqlite:///{Path(self.folder.name, 'care.sqlite')}")
        migrate(self.engine)
        self.desk = Escalating(self.engine, ids=Numbers())
        self.closed: set[str] = set()
        self.rank: dict[str, int] = {}

    @initialize()
    def enrol(self) -> None:
        for device in ("T1", "T2"):
            self.desk.enrol(device)

    def _ids(self, **where: str) -> list[str]:
        with reading(self.engine) as connection:
            query = select(alerts.c.id)
            for name, value in where.items():
                query = query.where(alerts.c[name] == value)
            return sorted(connection.scalars(query))

    @rule(device=st.sampled_from(["T1", "T2"]), type_=st.sampled_from(TYPES))
    def press(self, device: str, type_: str) -> None:
        self.desk.again(device, type=type_)

    @rule(data=st.data(), verb=st.sampled_from(list(Verb)), who=st.sampled_from([WANG, LI, CHEN]))
    def act(self, data: st.DataObject, verb: Verb, who: Actor) -> None:
        ids = self._ids()
        if not ids:
            return
        alert_id = data.draw(st.sampled_from(ids))
        try:
            self.desk.do(verb, alert_id, who, **FIELDS.get(verb, {}))
        except Refusal:
            return
        if verb is Verb.CLOSE:
            self.closed.add(alert_id)

    @rule(data=st.data(), state=st.sampled_from(["failed", "passed", "delivered"]))
    def channels(self, data: st.DataObject, state: str) -> None:
        ids = self._ids()
        if ids:
            self.desk.settle(data.draw(st.sampled_from(ids)), state)

    @rule(seconds=st.sampled_from([1, 30, 61, 200, 3600, 86_400, -600, -86_400]))
    def time_passes(self, seconds: int) -> None:
        self.desk.clock.turn(timedelta(seconds=seconds))
        self.desk.tick()

    @rule(manned=st.booleans(), anybody=st.booleans(), is_open=st.booleans(), risk=st.sampled_from(["normal", "high"]))
    def shifts_change(self, manned: bool, anybody: bool, is_open: bool, risk: str) -> None:
        cover = self.desk.cover
        cover.desks = {level: (name, manned) for level, (name, _) in cover.desks.items()}
        cover.people = dict(PEOPLE) if anybody else {}
        cover.is_open, cover.risk = is_open, risk

    @rule()
    def restart(self) -> None:
        cover = self.desk.cover
        self.desk = Escalating(self.engine, cover, clock=self.desk.clock, ids=self.desk.ids)

    @invariant()
    def every_open_alert_has_a_next_step_or_says_why_not(self) -> None:
        self.desk.tick()
        now = self.desk.clock.now()
        with reading(self.engine) as connection:
            rows = connection.execute(
                select(alerts, runs.c.state, runs.c.due_at, runs.c.policy).join(runs, runs.c.alert_id == alerts.c.id)
            ).mappings()
            for row in rows:
                if row["handling"] == "closed":
                    assert row["state"] == "ended"
                    assert row["due_at"] is None
                elif row["state"] == "running":
                    assert row["due_at"] is not None
                    assert row["due_at"] > now
                    assert row["due_at"] <= now + timedelta(minutes=31)
                else:
                    assert row["state"] == "rested"
                    needs_nobody = row["policy"] in ("technical", "service_open")
                    held = row["holder_id"] is not None and row["requeued_at"] is None
                    assert needs_nobody or held

    @invariant()
    def only_a_person_closes_and_severity_never_falls(self) -> None:
        with reading(self.engine) as connection:
            for row in connection.execute(select(alerts.c.id, alerts.c.handling, alerts.c.severity)):
                assert (row.handling == "closed") is (row.id in self.closed)
                rank = Severity(row.severity).rank
                assert rank <= self.rank.get(row.id, rank)
                self.rank[row.id] = rank

    def teardown(self) -> None:
        self.engine.dispose()
        self.folder.cleanup()


TestEscalations = Escalations.TestCase
TestEscalations.settings = settings(
    max_examples=25, stateful_step_count=18, deadline=None, suppress_health_check=[HealthCheck.too_slow]
)
