"""A family sees how an alarm of theirs stands, if the resident agrees; grave news never; nobody else's home."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import timedelta
from typing import Any

import pytest
from sqlalchemy import Engine, insert
from starlette.testclient import TestClient

from backend.adapters.db.engine import writing
from backend.adapters.db.identity import staff
from backend.adapters.db.privacy_consents import ConsentSqlStore
from backend.adapters.db.privacy_family import FamilySqlStore
from backend.api import family
from backend.domain.alert.lifecycle import Verb
from backend.domain.audit_log.entry import Entry
from backend.domain.privacy.consent import Decision, Giver, Matter
from backend.services.identity.actor import Actor, ActorKind, StaffRole
from backend.services.privacy.family import Family
from tests.harness.alarm import Alarm
from tests.harness.in_process import client

MANAGER = Actor(ActorKind.STAFF, "manager-1", "manager", StaffRole.MANAGER)


class Kin:
    """The alarm of one home, and the family of who lives there."""

    def __init__(self, alarm: Alarm, phone: TestClient) -> None:
        self.alarm, self.phone = alarm, phone
        self.family = Family(FamilySqlStore(alarm.engine), alarm.clock)

    def agree(self, agreed: bool) -> None:
        now = self.alarm.clock.now()
        decision = Decision(Matter.FAMILY_VIEW, agreed, Giver.RESIDENT, now, "manager-1")
        ConsentSqlStore(self.alarm.engine).add("r-T1", decision, Entry(now, "staff", "manager-1", "consent_taken_down"))
        self.alarm.clock.turn(timedelta(seconds=1))

    def seen(self) -> list[dict[str, Any]]:
        return list(self.phone.get("/family").json()["items"])


@pytest.fixture
def kin(database: Engine) -> Iterator[Kin]:
    alarm = Alarm(database)
    alarm.enrol("T1")
    alarm.enrol("T2", name="赵阿公")
    row = {"locale": "zh-CN", "password_hash": "x", "created_at": alarm.clock.now()}
    with writing(database) as connection:
        connection.execute(insert(staff).values(id="family-1", username="lin", name="林志强", role="family", **row))
        connection.execute(insert(staff).values(id="op1", username="op1", name="王丽", role="operator", **row))
        connection.commit()
    routes = [family.router(Family(FamilySqlStore(database), alarm.clock))]
    with client(routes, StaffRole.FAMILY) as phone:
        yield Kin(alarm, phone)


def test_nothing_without_a_link_and_nothing_without_consent(kin: Kin) -> None:
    kin.alarm.press("T1")
    assert kin.seen() == []
    assert kin.family.link("family-1", "r-T1", MANAGER)
    assert kin.family.link("family-1", "r-T1", MANAGER), "again is once"
    (relative,) = kin.seen()
    assert relative == {"resident_id": "r-T1", "name": "林阿婆", "agreed": False, "status": None, "alerts": []}


def test_how_it_stands_and_never_what_is_grave(kin: Kin) -> None:
    kin.family.link("family-1", "r-T1", MANAGER)
    kin.agree(True)
    kin.alarm.press("T2")
    kin.alarm.press("T1")
    alert_id = next(alert.id for alert in kin.alarm.open() if alert.device_id == "T1")
    (alert,) = kin.seen()[0]["alerts"]
    assert (alert["open"], alert["handling"]["en"], alert["outcome"]) == (True, "Waiting", None)
    kin.alarm.do(Verb.ACCEPT, alert_id)
    assert kin.seen()[0]["alerts"][0]["handling"]["en"] == "Accepted"
    kin.alarm.do(Verb.CLOSE, alert_id, outcome="deceased", seen_by="王丽")
    (alert,) = kin.seen()[0]["alerts"]
    assert (alert["open"], alert["outcome"]) == (False, None)
    assert "赵阿公" not in str(kin.seen())


def test_taken_back_at_once(kin: Kin) -> None:
    kin.family.link("family-1", "r-T1", MANAGER)
    kin.agree(True)
    kin.alarm.press("T1")
    assert kin.seen()[0]["alerts"] != []
    kin.agree(False)
    assert kin.seen()[0]["alerts"] == []
    assert kin.family.unlink("family-1", "r-T1", MANAGER)
    assert not kin.family.unlink("family-1", "r-T1", MANAGER)
    assert kin.seen() == []


def test_only_an_account_of_a_family_is_linked(kin: Kin) -> None:
    assert not kin.family.link("op1", "r-T1", MANAGER)
    assert not kin.family.link("family-1", "nobody", MANAGER)
    with client([family.router(kin.family)], StaffRole.MANAGER) as office:
        assert office.put("/residents/nobody/family/family-1").status_code == 404
        assert office.delete("/residents/r-T1/family/family-1").status_code == 404
        assert office.put("/residents/r-T1/family/family-1").status_code == 204
        assert office.get("/family").status_code == 403, "it is the family's own"
    assert kin.phone.put("/residents/r-T1/family/family-1").status_code == 403, "nobody links themselves"
