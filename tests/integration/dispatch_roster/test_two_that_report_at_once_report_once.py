"""Several workers look for gaps at once; several people change one roster at once."""

from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor
from datetime import UTC, datetime, timedelta

from sqlalchemy import Engine, func, select

from backend.adapters.db.engine import reading, writing
from backend.adapters.db.notices import notices
from backend.adapters.db.notices_outbox import SqlNoticeOutbox
from backend.adapters.db.roster import overrides
from backend.adapters.ids import RandomIds
from backend.domain.roster.model import Override, OverrideKind
from backend.parts.roster import RosterParts
from backend.services.identity.actor import Actor, ActorKind, StaffRole
from backend.services.roster.keep_rosters import ChangeDuty
from backend.settings import Settings
from tests.harness.clock import ManualClock
from tests.harness.district import District

START = datetime(2026, 11, 23, 0, 0, tzinfo=UTC)
ACTOR = Actor(ActorKind.STAFF, "admin", "admin", StaffRole.ADMINISTRATOR)


def test_two_that_report_at_once_report_once(database: Engine) -> None:
    with writing(database) as connection:
        district = District(connection)
        district.organisation("near")
        district.person("boss", "near", "manager")
        for number in range(3):
            district.roster(f"r{number}", "near", "operator")
        connection.commit()
    workers = [
        RosterParts(Settings(), database, ManualClock(START), RandomIds(), SqlNoticeOutbox, lambda: None)
        for _ in range(4)
    ]
    with ThreadPoolExecutor(4) as pool:
        assert sum(pool.map(lambda worker: worker.report_gaps.every(), workers)) == 3
    with reading(database) as connection:
        assert connection.scalar(select(func.count()).select_from(notices)) == 3


def test_overrides_that_are_made_at_once_all_stand_in_an_order(database: Engine) -> None:
    with writing(database) as connection:
        district = District(connection)
        district.organisation("near")
        for person in "abcd":
            district.person(person, "near", "manager")
        district.roster("r", "near", "manager", ("a",))
        connection.commit()
    parts = RosterParts(Settings(), database, ManualClock(START), RandomIds(), SqlNoticeOutbox, lambda: None)
    change = ChangeDuty(parts._rosters, ManualClock(START), RandomIds(), parts.report_gaps)

    def add(person: str) -> None:
        end = START + timedelta(hours=1)
        change.override("r", Override("", OverrideKind.ADD, START, end, person), None, ACTOR, None)

    with ThreadPoolExecutor(4) as pool:
        list(pool.map(add, "bcd"))
    with reading(database) as connection:
        assert connection.scalars(select(overrides.c.number).order_by(overrides.c.number)).all() == [1, 2, 3]
