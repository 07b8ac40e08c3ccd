"""Each timer is taken away or set back by hand; the auditor finds it, rings the district desk and mends it."""

from __future__ import annotations

from collections.abc import Callable
from datetime import datetime, timedelta
from typing import Any

import pytest
from sqlalchemy import Engine, delete, update

from backend.adapters.db.alarm import alerts
from backend.adapters.db.escalation import runs
from backend.adapters.db.notices import notices
from backend.domain.alert.lifecycle import Verb
from backend.domain.escalation.targets import Level, Reach, Target
from backend.services.escalation.ports import Scene
from tests.fakes.cover import FakeCover
from tests.harness.audited import Audited
from tests.harness.escalating import SHIPPED


@pytest.fixture
def desk(database: Engine) -> Audited:
    return Audited(database)


class NoSiblings(FakeCover):
    """A defect: whoever asks for the next centres gets no answer."""

    def reach(self, target: Target, scene: Scene, at: datetime) -> Reach:
        if target.level is Level.SIBLINGS:
            raise LookupError
        return super().reach(target, scene, at)


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
    # A clock was ahead for a while, or somebody wrote what no policy permits.
    "run_too_far": lambda alert_id, now: (
        update(runs).where(runs.c.alert_id == alert_id).values(due_at=now + timedelta(seconds=120))
    ),
    "run_too_far, begun tomorrow": lambda alert_id, now: (
        update(runs)
        .where(runs.c.alert_id == alert_id)
        .values(began_at=now + timedelta(days=1), due_at=now + timedelta(days=1, seconds=30))
    ),
    "run_too_far, held for an hour": lambda alert_id, now: (
        update(runs)
        .where(runs.c.alert_id == alert_id)
        .values(held_until=now + timedelta(hours=1), due_at=now + timedelta(hours=1))
    ),
    # It is put off again and again, and never fires.
    "step_not_fired": lambda alert_id, now: (
        update(runs)
        .where(runs.c.alert_id == alert_id)
        .values(began_at=now - timedelta(seconds=160), due_at=now + timedelta(seconds=9))
    ),
    "notice_stuck": _notice_lost,
}
HELD: dict[str, Callable[[str, datetime], Any]] = {
    "lease_missing": lambda alert_id, _now: (
        update(alerts).where(alerts.c.id == alert_id).values(lease_until=None, lease_due_at=None)
    ),
    "lease_too_far": lambda alert_id, now: (
        update(alerts)
        .where(alerts.c.id == alert_id)
        .values(lease_until=now + timedelta(hours=3), lease_due_at=now + timedelta(hours=2))
    ),
    "reaction_too_far": lambda alert_id, now: (
        update(alerts).where(alerts.c.id == alert_id).values(reaction_due_at=now + timedelta(hours=1))
    ),
    "lease_overdue": lambda alert_id, now: (
        update(alerts).where(alerts.c.id == alert_id).values(lease_due_at=now - timedelta(seconds=61))
    ),
    "reaction_overdue": lambda alert_id, now: (
        update(alerts).where(alerts.c.id == alert_id).values(reaction_due_at=now - timedelta(seconds=61))
    ),
}


@pytest.mark.parametrize("harm", [*WAITING, *HELD])
def test_it_finds_rings_and_mends_what_was_taken_away_and_nothing_else(desk: Audited, harm: str) -> None:
    finding = harm.partition(",")[0]
    victim, other = desk.pressed("T1"), desk.pressed("T2")
    desk.pass_time(12)
    if harm in HELD:
        desk.do(Verb.ACCEPT, victim)
        desk.do(Verb.ACCEPT, other)
        desk.tick()
    assert desk.audit().found == 0
    rung = {alert.id: alert.ring_seq for alert in desk.open()}
    desk.sabotage({**WAITING, **HELD}[harm](victim, desk.clock.now()))
    assert desk.audit().found == 1
    assert desk.findings() == [(victim, finding)]
    after = {alert.id: alert for alert in desk.open()}
    assert after[victim].ring_seq > rung[victim]
    assert after[other].ring_seq == rung[other]
    assert "district" in desk.desks(victim)
    assert "audited" in desk.kinds(victim)
    desk.tick()
    assert desk.audit().found == 0, "it was mended"


def test_a_run_that_rests_while_a_responder_is_missing_is_found(database: Engine) -> None:
    both = SHIPPED["sos.toml"].replace("operator = 1", "operator = 1\nresponder = 1")
    desk = Audited(database, texts={"sos.toml": both})
    alert_id = desk.pressed()
    desk.pass_time(12)
    desk.do(Verb.ACCEPT, alert_id)
    desk.tick()
    assert desk.audit().found == 0
    desk.sabotage(update(runs).values(state="rested", due_at=None))
    assert desk.audit().found == 1
    assert desk.findings() == [(alert_id, "rested_but_somebody_is_missing")]
    desk.tick()
    assert desk.run(alert_id)["due_at"] is not None
    desk.accept_by_link(alert_id)
    desk.do(Verb.ACCEPT, alert_id)  # what was raised waits for a person
    desk.tick()
    assert desk.audit().found == 0


def test_an_alert_received_in_the_future_is_judged(desk: Audited) -> None:
    alert_id = desk.pressed()
    desk.pass_time(12)
    ahead = desk.clock.now() + timedelta(hours=1)
    desk.sabotage(update(alerts).values(received_at=ahead), update(runs).values(began_at=ahead, due_at=ahead))
    assert desk.audit().found == 1
    desk.tick()
    assert desk.run(alert_id)["fired_at"] <= desk.clock.now()


def test_a_run_that_fails_at_each_look_is_raised_again_and_again(desk: Audited) -> None:
    desk.cover.people = {}
    alert_id = desk.pressed()
    desk.pass_time(12)
    desk.cover.__class__ = NoSiblings
    for _ in range(7 * 6):
        desk.clock.turn(timedelta(seconds=10))
        desk.tick()
        desk.audit()
    found = [finding for about, finding in desk.findings() if about == alert_id]
    assert len(found) >= 2
    assert set(found) <= {"run_overdue", "step_not_fired"}


def test_a_closed_alert_whose_people_were_never_told_is_found(desk: Audited) -> None:
    alert_id = desk.pressed()
    desk.pass_time(2)
    desk.do(Verb.ACCEPT, alert_id)
    desk.do(Verb.CLOSE, alert_id, outcome="helped_by_phone")
    desk.sabotage(update(runs).values(state="rested", due_at=None))
    desk.clock.turn(timedelta(seconds=61))
    assert desk.audit().found == 1
    desk.tick()
    assert desk.run(alert_id)["state"] == "ended"
    assert desk.audit().found == 0


def test_a_healthy_desk_has_no_finding_in_a_whole_day(desk: Audited) -> None:
    desk.cover.people = {}  # nobody sends notices here
    taken = desk.pressed("T1")
    desk.pressed("T2", type="care.service.pressed")
    desk.pressed("T3", type="care.battery.low")
    desk.pressed("T4", type="care.family.pressed")
    desk.do(Verb.ACCEPT, taken)
    for _ in range(24):
        desk.clock.turn(timedelta(hours=1))
        desk.tick()
        desk.tick()
        assert desk.audit().found == 0
    assert desk.findings() == []


def test_the_same_finding_rings_once_in_five_minutes_and_is_mended_each_time(desk: Audited) -> None:
    alert_id = desk.pressed()
    desk.pass_time(12)
    for _ in range(3):
        desk.sabotage(update(runs).values(due_at=None))
        assert desk.audit().found == 1
        desk.tick()
        desk.clock.turn(timedelta(seconds=10))
    assert desk.findings() == [(alert_id, "run_without_time")]


def test_outside_hears_once_a_minute_that_rounds_are_made(desk: Audited) -> None:
    for _ in range(13):
        desk.audit()
        desk.clock.turn(timedelta(seconds=10))
    assert desk.outside.heard == [0, 0, 0]
    assert desk.audit.tally.rounds == 13
