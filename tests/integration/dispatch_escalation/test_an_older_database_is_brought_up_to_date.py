"""Alerts that were open before there was escalation get a run, so they find a person as well."""

from __future__ import annotations

from datetime import timedelta
from pathlib import Path

import pytest
from alembic import command
from alembic.config import Config
from sqlalchemy import text

import backend.adapters.db.migrations
from backend.adapters.db.engine import is_sqlite, make_engine, writing
from backend.adapters.db.migrations import migrate
from tests.harness.alarm import Alarm
from tests.harness.database import empty_database_url
from tests.harness.escalating import Escalating

__all__ = ["empty_database_url"]

OLD = "0005"
ALERT = """
INSERT INTO alerts (id, version, device_id, type, severity, severity_rank, condition, handling, count, event_id,
    pressed_at, received_at, flags, unknown_device, ring_seq)
VALUES (:id, 1, :id, 'care.sos.pressed', 'emergency', 0, 'active', :handling, 1, 'e', :at, :at, '[]', :unknown, 1)
"""


@pytest.mark.parametrize("handling", ["new", "closed"])
def test_an_open_alert_gets_a_run_and_a_closed_one_does_not(empty_database_url: str, handling: str) -> None:
    engine = make_engine(empty_database_url)
    desk_clock = Alarm(engine).clock
    config = Config()
    config.set_main_option("script_location", str(Path(backend.adapters.db.migrations.__file__).parent))
    with writing(engine) as connection:
        config.attributes["connection"] = connection
        command.upgrade(config, OLD)
        at = desk_clock.now()
        moment = at.strftime("%Y-%m-%dT%H:%M:%S.%fZ") if is_sqlite(engine) else at
        connection.execute(text(ALERT), {"id": "a1", "handling": handling, "at": moment, "unknown": True})
        connection.commit()
    migrate(engine)
    desk = Escalating(engine, clock=desk_clock)
    desk.clock.turn(timedelta(seconds=1))
    desk.tick()
    expected = {"centre"} if handling == "new" else set()
    assert desk.desks("a1") == expected
    engine.dispose()
