"""Random presses, copies, steps and clock jumps on a real database: each press one alert, ended by a person only."""

from __future__ import annotations

import tempfile
from datetime import timedelta
from pathlib import Path
from typing import Any

from hypothesis import HealthCheck, settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, initialize, invariant, precondition, rule
from sqlalchemy import func, select

from backend.adapters.db.alarm import alerts, commands, events
from backend.adapters.db.engine import make_engine, reading
from backend.adapters.db.migrations import migrate
from backend.domain.alert.lifecycle import Refusal, Verb
from backend.domain.alert.model import Actor
from contract.ingest import EventItem
from contract.topics import answer_id
from contract.vocabulary import Handling, IngestOutcome, Lane
from tests.harness.alarm import LI, WANG, Alarm, Numbers

DEVICES = ("T1", "T2", "lobby-1", "X9")
FIELDS: dict[Verb, dict[str, Any]] = {
    Verb.DISPATCH: {"responder": "陈师傅"},
    Verb.EN_ROUTE: {"eta_minutes": 5},
    Verb.CLOSE: {"outcome": "helped_on_site"},
    Verb.NOTE: {"text": "记录"},
}


class Presses(RuleBasedStateMachine):
    """The model: which presses were sent, and which alerts a person has closed."""

    def __init__(self) -> None:
        super().__init__()
        self.folder = tempfile.TemporaryDirectory()
        self.engine = make_engine(f"sqlite:///{Path(self.folder.name, 'care.sqlite')}")
        migrate(self.engine)
        self.alarm = Alarm(self.engine, ids=Numbers())
        self.sent: dict[tuple[str, str], EventItem] = {}
        self.closed: set[str] = set()

    @initialize()
    def enrol(self) -> None:
        self.alarm.enrol("T1")
        self.alarm.enrol("T2")
        self.alarm.lobby("lobby-1")

    @rule(device=st.sampled_from(DEVICES), retained=st.booleans())
    def press(self, device: str, retained: bool) -> None:
        event = self.alarm.event(device)
        item = self.alarm.item(device, event, retained)
        (outcome,) = self.alarm.send(item).outcomes
        assert outcome.outcome in (IngestOutcome.ACCEPTED, IngestOutcome.UNKNOWN_DEVICE)
        self.sent[device, event["id"]] = item

    @precondition(lambda self: self.sent)
    @rule(data=st.data())
    def send_again(self, data: st.DataObject) -> None:
        key = data.draw(st.sampled_from(sorted(self.sent)))
        (outcome,) = self.alarm.send(self.sent[key], gateway="gw2").outcomes
        assert outcome.outcome == IngestOutcome.DUPLICATE

    @rule(data=st.data(), verb=st.sampled_from(list(Verb)), who=st.sampled_from([WANG, LI]))
    def act(self, data: st.DataObject, verb: Verb, who: Actor) -> None:
        with reading(self.engine) as connection:
            ids = sorted(connection.scalars(select(alerts.c.id)))
        if not ids:
            return
        alert_id = data.draw(st.sampled_from(ids))
        try:
            self.alarm.do(verb, alert_id, who, **FIELDS.get(verb, {}))
        except Refusal:
            return
        if verb is Verb.CLOSE:
            self.closed.add(alert_id)

    @rule(seconds=st.sampled_from([1, 29, 30, 61, 3600]))
    def turn_the_clock(self, seconds: int) -> None:
        self.alarm.clock.turn(timedelta(seconds=seconds))
        self.alarm.requeue()
        self.alarm.expire()

    @rule()
    def gateway_claims_and_dies(self) -> None:
        self.alarm.claim("gw1", Lane.EMERGENCY, 50)

    @invariant()
    def each_press_is_in_one_alert(self) -> None:
        with reading(self.engine) as connection:
            rows = connection.execute(select(events.c.device_id, events.c.event_id, events.c.alert_id)).all()
            total = connection.scalar(select(func.coalesce(func.sum(alerts.c.count), 0)))
        assert sorted((row.device_id, row.event_id) for row in rows) == sorted(self.sent)
        assert all(row.alert_id for row in rows)
        assert total == len(self.sent)

    @invariant()
    def each_press_is_answered(self) -> None:
        with reading(self.engine) as connection:
            ids = set(connection.scalars(select(commands.c.id)))
        assert {answer_id(device, event_id, "received") for device, event_id in self.sent} <= ids

    @invariant()
    def only_a_person_closes(self) -> None:
        with reading(self.engine) as connection:
            closed = set(connection.scalars(select(alerts.c.id).where(alerts.c.handling == str(Handling.CLOSED))))
        assert closed == self.closed

    @invariant()
    def what_nobody_has_rings(self) -> None:
        for alert in self.alarm.open():
            nobody = alert.holder is None
            assert nobody == (alert.handling is Handling.NEW)
            assert alert.ring or not alert.waiting
            assert alert.waiting or not nobody

    def teardown(self) -> None:
        self.engine.dispose()
        self.folder.cleanup()


Presses.TestCase.settings = settings(
    max_examples=25, stateful_step_count=25, deadline=None, suppress_health_check=list(HealthCheck)
)
TestPresses = Presses.TestCase
