"""Lag and queue figures are those of the rows, on SQLite and on PostgreSQL."""

from __future__ import annotations

from datetime import timedelta

from sqlalchemy import Engine

from backend.adapters.db.health_backlog import AlarmBacklogReader
from backend.domain.alert.lifecycle import Action, Verb
from backend.services.health.ports import Backlog
from contract.vocabulary import Lane
from tests.harness.alarm import WANG, Alarm


def test_nothing_waits_in_a_fresh_database(database: Engine) -> None:
    assert AlarmBacklogReader(database).backlog(Alarm(database).clock.now()) == Backlog()


def test_an_unaccepted_press_and_a_command_that_nobody_fetches_grow_old(database: Engine) -> None:
    alarm = Alarm(database)
    alarm.enrol("T1")
    alarm.press("T1", "e1")
    look = AlarmBacklogReader(database)
    alarm.clock.turn(timedelta(seconds=40))
    found = look.backlog(alarm.clock.now())
    assert found.open_alerts == {"emergency": 1}
    assert (found.waiting_alerts, found.oldest_waiting_seconds) == (1, 40.0)
    assert 25.0 <= found.outbox_age_seconds <= 40.0, "due again once the lease of the answer has run out"
    alarm.claim("gw1", Lane.EMERGENCY, 10)
    assert look.backlog(alarm.clock.now()).outbox_age_seconds == 0.0


def test_a_repeat_that_nobody_reacts_to_is_a_deadline_that_is_past(database: Engine) -> None:
    alarm = Alarm(database)
    alarm.enrol("T1")
    alert_id = alarm.press("T1", "e1").outcomes[0].alert_id
    assert alert_id is not None
    alarm.act(alert_id, Action(Verb.ACCEPT, WANG), None)
    alarm.press("T1", "e2")
    look = AlarmBacklogReader(database)
    assert look.backlog(alarm.clock.now()).waiting_alerts == 0
    alarm.clock.turn(timedelta(seconds=37))
    assert look.backlog(alarm.clock.now()).timer_lag_seconds == 7.0
    alarm.requeue()
    found = look.backlog(alarm.clock.now())
    assert (found.timer_lag_seconds, found.waiting_alerts) == (0.0, 1)
