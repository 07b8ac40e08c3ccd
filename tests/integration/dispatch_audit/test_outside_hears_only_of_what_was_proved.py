"""The heartbeat is a proof: a round in which one open alert could not be judged, raised or mended sends none."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from datetime import datetime, timedelta
from typing import Any

import pytest
from sqlalchemy import Engine, update

from backend.adapters.db.alarm import alerts
from backend.adapters.db.audit_store import AuditSqlStore
from backend.adapters.db.escalation import runs
from backend.domain.escalation.targets import Reach, Target
from backend.services.audit.audit_alerts import AuditAlerts
from backend.services.audit.ports import AuditTransaction
from backend.services.escalation.ports import Scene
from tests.fakes.cover import FakeCover
from tests.harness.audited import Audited

MINUTE = timedelta(seconds=61)


@pytest.fixture
def desk(database: Engine) -> Audited:
    return Audited(database)


class NoCover(FakeCover):
    """Nobody can say who the district's desk is."""

    def reach(self, target: Target, scene: Scene, at: datetime) -> Reach:
        raise LookupError


class Unmended(AuditSqlStore):
    """Its transactions can raise an alert, and mend nothing."""

    @contextmanager
    def begin(self) -> Iterator[AuditTransaction]:
        with super().begin() as tx:
            failing: Any = tx
            failing.begin_run = failing.restart_run = self._fail
            yield tx

    @staticmethod
    def _fail(*_: object) -> None:
        raise LookupError


def test_it_says_how_many_open_alerts_were_proved(desk: Audited) -> None:
    desk.pressed("T1")
    desk.pressed("T2")
    desk.pass_time(12)
    assert desk.audit().proved == 2
    assert desk.outside.heard == [2]


def test_an_alert_that_cannot_be_read_keeps_outside_waiting_and_no_other_from_being_judged(desk: Audited) -> None:
    broken, lost = desk.pressed("T1"), desk.pressed("T2")
    desk.pass_time(12)
    desk.sabotage(
        update(alerts).where(alerts.c.id == broken).values(flags=7),
        update(runs).where(runs.c.alert_id == lost).values(due_at=None),
    )
    done = desk.audit()
    assert (done.found, done.failed, done.proved) == (1, 1, 0)
    assert desk.findings() == [(lost, "run_without_time")]
    assert desk.outside.heard == []
    assert desk.audit.tally.last_whole is None


def test_a_finding_that_cannot_be_raised_keeps_outside_waiting(desk: Audited) -> None:
    desk.pressed()
    desk.pass_time(12)
    desk.sabotage(update(runs).values(due_at=None))
    desk.cover.__class__ = NoCover
    assert desk.audit().failed == 1
    assert desk.outside.heard == []
    desk.cover.__class__ = FakeCover
    desk.clock.turn(MINUTE)
    done = desk.audit()
    assert (done.found, done.failed) == (1, 0)
    assert desk.outside.heard == [0], "it was raised: that is an answer too"


def test_a_mend_that_fails_takes_back_no_raise(desk: Audited) -> None:
    alert_id = desk.pressed()
    desk.pass_time(12)
    rung = desk.only().ring_seq
    desk.sabotage(update(runs).values(state="ended", due_at=None))
    unmended = AuditAlerts(Unmended(desk.engine, desk.clock, desk.runs.parts), desk.clock, desk.outside)
    done = unmended()
    assert (done.found, done.failed) == (1, 1)
    assert desk.findings() == [(alert_id, "run_ended_too_early")]
    assert desk.only().ring_seq > rung
    assert desk.outside.heard == []
    assert desk.audit().whole
    desk.tick()
    assert desk.run(alert_id)["state"] == "running"


def test_a_database_that_is_away_is_no_round(desk: Audited) -> None:
    away = AuditAlerts(Away(desk.engine, desk.clock, desk.runs.parts), desk.clock, desk.outside)
    assert not away().whole
    assert desk.outside.heard == []


class Away(AuditSqlStore):
    """Its database does not answer."""

    def _ids(self, query: Any) -> Any:
        raise ConnectionError
