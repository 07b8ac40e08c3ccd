"""Random presses, acceptances, failures, clock jumps, restarts and lost timers, with the real services and the auditor.

An SOS is never closed, silenced, merged or delayed by anything but a person; what is over stays over; whatever timer is
lost is brought back; and who was told on time is judged so.
"""

from __future__ import annotations

import tempfile
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any

from hypothesis import HealthCheck, settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, initialize, invariant, rule
from sqlalchemy import delete, func, select, update

from backend.adapters.db.alarm import alerts, commands, events
from backend.adapters.db.audit_reading import AuditSqlReader
from backend.adapters.db.engine import make_engine, reading
from backend.adapters.db.escalation import runs
from backend.adapters.db.notices import notices
from backend.domain.alert.lifecycle import Refusal, Verb
from backend.domain.alert.model import Actor
from backend.domain.escalation.targets import DutyRole, Level, TargetKind
from backend.services.alarm.ports import OPEN_STATES
from contract.vocabulary import SOS
from tests.fakes.cover import person
from tests.harness.alarm import LI, WANG, Numbers
from tests.harness.audited import Audited
from tests.harness.database import sqlite_copy
from tests.harness.escalating import CHEN

DEVICES = ("T1", "T2")
TYPES = (SOS, SOS, "care.family.pressed", "care.service.pressed", "care.battery.low")
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
LONGEST_SOS_PAUSE = timedelta(seconds=120)
"""Between two firings of any policy for an SOS, the last resort's included; a person's moment is as long."""
SLACK = timedelta(seconds=15)


class Desk(RuleBasedStateMachine):
    """The model: how many SOS each device has sent, what a person has closed, and what has ended as what."""

    def __init__(self) -> None:
        super().__init__()
        self.folder = tempfile.TemporaryDirectory()
        self.engine = make_engine(sqlite_copy(Path(self.folder.name)))
        self.desk = Audited(self.engine, ids=Numbers())
        self.sent = dict.fromkeys(DEVICES, 0)
        self.closed: dict[str, dict[str, Any]] = {}
        self.untimely: set[str] = set()
        self.over: dict[tuple[str, str], str] = {}

    @initialize()
    def enrol(self) -> None:
        for device in DEVICES:
            self.desk.enrol(device)

    def _ids(self, *where: Any) -> list[str]:
        with reading(self.engine) as connection:
            return sorted(connection.scalars(select(alerts.c.id).where(*where)))

    @property
    def _open(self) -> list[str]:
        return self._ids(alerts.c.handling != "closed")

    @rule(device=st.sampled_from(DEVICES), type_=st.sampled_from(TYPES))
    def press(self, device: str, type_: str) -> None:
        self.desk.again(device, type=type_)
        self.sent[device] += type_ == SOS

    @rule(data=st.data(), verb=st.sampled_from([*Verb, Verb.CLOSE]), who=st.sampled_from([WANG, LI, CHEN]))
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
            assert alert_id not in self.closed
            self.closed[alert_id] = self._row(alert_id)

    def _row(self, alert_id: str) -> dict[str, Any]:
        with reading(self.engine) as connection:
            return dict(connection.execute(select(alerts).where(alerts.c.id == alert_id)).mappings().one())

    @rule(times=st.integers(1, 6), state=st.sampled_from(["failed", "passed", "delivered"]))
    def time_passes(self, times: int, state: str) -> None:
        """From one deadline to the next, as somebody lives it who is never late; channels answer at once."""
        for _ in range(times):
            self._settle(state)
            due = self._next_deadline()
            if due is not None:
                self.desk.clock.turn(max(due - self.desk.clock.now(), timedelta(seconds=1)))
            self.desk.tick()

    def _settle(self, state: str) -> None:
        with reading(self.engine) as connection:
            query = select(notices.c.alert_id).where(notices.c.state.in_(("pending", "sending"))).distinct()
            told = sorted(connection.scalars(query))
        for alert_id in told:
            self.desk.settle(alert_id, state)

    def _next_deadline(self) -> datetime | None:
        query = select(
            func.min(runs.c.due_at), func.min(alerts.c.lease_due_at), func.min(alerts.c.reaction_due_at)
        ).join(alerts, alerts.c.id == runs.c.alert_id)
        with reading(self.engine) as connection:
            found = connection.execute(query).one()
        return min((moment for moment in found if moment is not None), default=None)

    @rule(seconds=st.sampled_from([61, 600, 90_000, -600, -90_000]))
    def the_clock_jumps(self, seconds: int) -> None:
        self.untimely.update(self._open)
        self._settle("delivered")
        self.desk.clock.turn(timedelta(seconds=seconds))

    @rule(data=st.data(), harm=st.sampled_from(["no run", "ended", "no time", "far"]))
    def a_timer_is_lost(self, data: st.DataObject, harm: str) -> None:
        ids = self._ids(alerts.c.handling != "closed", alerts.c.received_at < self.desk.clock.now() - SLACK)
        if not ids:
            return
        alert_id = data.draw(st.sampled_from(ids))
        self.untimely.add(alert_id)
        mine = runs.c.alert_id == alert_id
        far = self.desk.clock.now() + timedelta(days=1)
        values: dict[str, dict[str, Any]] = {
            "ended": {"state": "ended", "due_at": None},
            "no time": {"state": "running", "due_at": None},
            "far": {"state": "running", "due_at": far},
        }
        self.desk.sabotage(
            delete(runs).where(mine) if harm == "no run" else update(runs).where(mine).values(values[harm])
        )
        before = self._row(alert_id)["ring_seq"]
        assert self.desk.audit().found == 1
        assert self._row(alert_id)["ring_seq"] >= before
        self._settle("delivered")

    @rule(manned=st.booleans(), anybody=st.booleans(), is_open=st.booleans(), risk=st.sampled_from(["normal", "high"]))
    def shifts_change(self, manned: bool, anybody: bool, is_open: bool, risk: str) -> None:
        cover = self.desk.cover
        cover.desks = {level: (name, manned) for level, (name, _) in cover.desks.items()}
        cover.people = dict(PEOPLE) if anybody else {}
        cover.is_open, cover.risk = is_open, risk

    @rule()
    def restart(self) -> None:
        people, former = dict(self.desk.cover.people), self.desk
        self.desk = Audited(self.engine, self.desk.cover, self.desk.clock, ids=self.desk.ids)
        self.desk.keep_terminals_of(former)
        self.desk.cover.people = people

    @invariant()
    def after_each_step(self) -> None:
        """In this order: what is due is done first."""
        self.desk.tick()
        self.every_open_alert_is_proved_to_have_a_next_step()
        self.an_sos_is_merged_with_nothing_but_an_sos_of_the_same_device()
        self.an_sos_is_not_silenced_and_not_delayed()
        self.what_is_over_stays_over()
        self.who_was_told_on_time_is_judged_so()

    def every_open_alert_is_proved_to_have_a_next_step(self) -> None:
        done = self.desk.audit()
        assert (done.found, done.failed, done.left) == (0, 0, 0), self.desk.findings()
        assert done.proved == len(self._open)

    def an_sos_is_merged_with_nothing_but_an_sos_of_the_same_device(self) -> None:
        query = (
            select(alerts.c.device_id, events.c.device_id.label("sender"), events.c.type, alerts.c.type.label("alert"))
            .select_from(events)
            .join(alerts, alerts.c.id == events.c.alert_id)
            .where((events.c.type == SOS) | (alerts.c.type == SOS))
        )
        with reading(self.engine) as connection:
            heard = connection.execute(query).all()
            counts = connection.execute(
                select(alerts.c.device_id, func.sum(alerts.c.count)).where(alerts.c.type == SOS).group_by("device_id")
            )
            counted = {row[0]: row[1] for row in counts}
        assert all(row.device_id == row.sender and row.type == row.alert == SOS for row in heard)
        assert {device: counted.get(device, 0) for device in DEVICES} == self.sent

    def an_sos_is_not_silenced_and_not_delayed(self) -> None:
        now = self.desk.clock.now()
        for alert in self.desk.open():
            if alert.type != SOS or not alert.waiting:
                continue
            assert alert.ring
            run = self.desk.run(alert.id)
            assert run["state"] == "running"
            assert run["due_at"] <= now + LONGEST_SOS_PAUSE + SLACK

    def what_is_over_stays_over(self) -> None:
        assert sorted(self._ids(alerts.c.handling == "closed")) == sorted(self.closed)
        for alert_id, row in self.closed.items():
            now = self._row(alert_id)
            same = ("handling", "closed_at", "outcome", "count", "ring_seq", "holder_id", "severity")
            assert {name: now[name] for name in same} == {name: row[name] for name in same}
            assert self.desk.run(alert_id)["state"] == "ended"
        with reading(self.engine) as connection:
            ended = {("run", row[0]): row[1] for row in connection.execute(select(runs.c.alert_id, runs.c.state))}
            ended |= {
                ("command", row[0]): row[1] for row in connection.execute(select(commands.c.id, commands.c.state))
            }
        for key, state in self.over.items():
            assert ended.get(key, state) == state or key[1] in self.untimely
        alive = {"running", "rested", *map(str, OPEN_STATES)}
        self.over |= {key: state for key, state in ended.items() if state not in alive}

    def who_was_told_on_time_is_judged_so(self) -> None:
        for alert_id in self.closed.keys() - self.untimely:
            verdict = AuditSqlReader(self.engine).verdict(alert_id)
            assert verdict is None or verdict[0] == "conforms", verdict

    def teardown(self) -> None:
        self.engine.dispose()
        self.folder.cleanup()


TestDesk = Desk.TestCase
TestDesk.settings = settings(
    max_examples=15, stateful_step_count=15, deadline=None, suppress_health_check=[HealthCheck.too_slow]
)
