"""Whatever is open is judged, however much else is; and what is closed costs nothing."""

from __future__ import annotations

from datetime import timedelta

import pytest
from sqlalchemy import Engine, Select, insert, select, text, update

from backend.adapters.db.alarm import alerts
from backend.adapters.db.audit_store import open_alerts, unended
from backend.adapters.db.engine import writing
from backend.adapters.db.escalation import runs
from backend.services.audit.audit_alerts import MOST_RAISED, PAGE
from tests.harness.audited import Audited
from tests.harness.clock import stopwatch

FLOOD = 2 * PAGE + 1


@pytest.fixture
def desk(database: Engine) -> Audited:
    return Audited(database)


def _copies(desk: Audited, alert_id: str, count: int) -> None:
    """So many more alerts like this one, each with its run."""
    with writing(desk.engine) as connection:
        alert = dict(connection.execute(select(alerts).where(alerts.c.id == alert_id)).mappings().one())
        run = dict(connection.execute(select(runs).where(runs.c.alert_id == alert_id)).mappings().one())
        ids = [f"z{number:05d}" for number in range(count)]
        connection.execute(insert(alerts), [{**alert, "id": each, "device_id": each} for each in ids])
        connection.execute(insert(runs), [{**run, "alert_id": each} for each in ids])
        connection.commit()


def test_behind_a_thousand_service_requests_an_sos_without_a_timer_is_found(desk: Audited) -> None:
    request = desk.pressed("T1", type="care.service.pressed")
    desk.pass_time(12)
    _copies(desk, request, FLOOD)
    lost = desk.pressed("T2")
    desk.pass_time(12)
    # The last of all by the order in which they are read.
    desk.sabotage(text("PRAGMA foreign_keys=OFF") if desk.engine.dialect.name == "sqlite" else text("SELECT 1"))
    desk.sabotage(update(runs).where(runs.c.alert_id == lost).values(due_at=None))
    begin = stopwatch()
    done = desk.audit()
    assert stopwatch() - begin < 5
    assert (done.found, done.proved, done.left) == (1, FLOOD + 1, 0)
    assert desk.findings() == [(lost, "run_without_time")]


def test_when_all_timers_are_gone_the_severe_ones_are_raised_first_and_the_rest_next(desk: Audited) -> None:
    request = desk.pressed("T1", type="care.service.pressed")
    desk.pass_time(12)
    _copies(desk, request, MOST_RAISED + 20)
    lost = desk.pressed("T2")
    desk.pass_time(12)
    desk.sabotage(update(runs).values(state="running", due_at=None))
    first = desk.audit()
    assert (first.found, first.left) == (MOST_RAISED, 22)
    assert desk.findings()[0][0] == lost
    assert not first.whole
    assert desk.outside.heard == []
    desk.clock.turn(timedelta(seconds=10))
    second = desk.audit()
    assert (second.found, second.left) == (22, 0)
    assert len({about for about, _ in desk.findings()}) == MOST_RAISED + 22


@pytest.mark.parametrize("query", ["open", "unended"])
def test_what_is_closed_is_not_read(desk: Audited, query: str) -> None:
    alert_id = desk.pressed()
    desk.pass_time(12)
    _copies(desk, alert_id, 3000)
    desk.sabotage(
        update(alerts).where(alerts.c.id.like("z%")).values(handling="closed", closed_at=desk.clock.now()),
        update(runs).where(runs.c.alert_id.like("z%")).values(state="ended", due_at=None),
    )
    desk.sabotage(text("ANALYZE"))
    asked = {"open": open_alerts("", PAGE), "unended": unended(desk.clock.now(), "", PAGE)}[query]
    plan = _plan(desk.engine, asked)
    index = {"open": "ix_alerts_not_closed", "unended": "ix_escalations_not_ended"}[query]
    assert index in plan, plan
    assert "Seq Scan" not in plan, plan


def _plan(engine: Engine, query: Select[tuple[str]]) -> str:
    explain = "EXPLAIN QUERY PLAN " if engine.dialect.name == "sqlite" else "EXPLAIN "
    with engine.connect() as connection:
        compiled = query.compile(connection, compile_kwargs={"literal_binds": True})
        return "\n".join(str(tuple(row)) for row in connection.exec_driver_sql(explain + str(compiled)))
