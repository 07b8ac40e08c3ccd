"""Who is erased leads back to nobody, in no table; alerts stay whole; whoever may press is not erased."""

from __future__ import annotations

import io
import json
import zipfile
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest
from sqlalchemy import Engine, insert, select, update

from backend.adapters.db.alarm import alerts, events
from backend.adapters.db.engine import reading, writing
from backend.adapters.db.every_table import every_table
from backend.adapters.db.people import contact_points
from backend.adapters.db.privacy_closed import ClosedSqlStore
from backend.adapters.db.privacy_erasure import ErasureSqlStore
from backend.adapters.db.privacy_reading import PersonSqlReader
from backend.adapters.db.registry import contacts, devices, homes, residents
from backend.domain.alert.lifecycle import Verb
from backend.domain.home_secrets.looks import SecretKind
from backend.services.identity.actor import Actor, ActorKind, StaffRole
from backend.services.privacy.erase import EraseResident
from backend.services.privacy.export import ExportResident
from backend.services.privacy.keep_closed import KeepClosed
from backend.services.privacy.ports import Erased, StillThere
from tests.harness.answering import DEVICE, Answering

ADMIN = Actor(ActorKind.STAFF, "adm1", "周雨禾", StaffRole.ADMINISTRATOR)
WHO, HOME = f"r-{DEVICE}", f"h-{DEVICE}"
NAMES = ("林阿婆", "妈祖庙", "沙湾村", "后门，门垫下", "邻居老王", "13800000009", "高血压", "4711#")


@pytest.fixture
def over(database: Engine, tmp_path: Path) -> Answering:
    """An alert in which her name and her neighbour's stand in many places; then it is closed."""
    there = Answering(database, tmp_path)
    there.write(update(residents).values(conditions="高血压", birth_year=1941, dialect="舟山话"))
    there.contact("k1", "邻居老王", "13800000009")
    there.change_secrets(HOME, {SecretKind.DOOR_CODE: "4711#"}, ADMIN)
    there.call("k1", "邻居老王", kind="contact")  # type: ignore[arg-type]
    there.alarm.do(Verb.ACCEPT, there.alert_id)
    there.alarm.do(Verb.NOTE, there.alert_id, text="林阿婆说邻居老王（13800000009）有钥匙")
    return there


def gone(there: Answering) -> None:
    there.alarm.do(Verb.CLOSE, there.alert_id, outcome="helped_on_site")
    there.write(
        update(residents).where(residents.c.id == WHO).values(status="deceased"),
        update(devices).where(devices.c.id == DEVICE).values(state="stock", home_id=None),
    )


def erase(there: Answering, who: str = WHO) -> Erased | StillThere | None:
    return EraseResident(ErasureSqlStore(there.engine), there.clock)(who, ADMIN)


def everything(engine: Engine) -> str:
    """All that the database holds, as one text."""
    found: list[Any] = []
    with reading(engine) as connection:
        for table in every_table():
            found += [list(row) for row in connection.execute(select(table))]
    return json.dumps(found, ensure_ascii=False, default=str)


def test_no_name_is_left_and_the_alert_is(over: Answering) -> None:
    steps = over.kinds()
    gone(over)
    before = everything(over.engine)
    assert [name for name in NAMES if name not in before and name != "4711#"] == []
    erased = erase(over)
    assert isinstance(erased, Erased)
    after = everything(over.engine)
    assert [name for name in NAMES if name in after] == []
    assert over.kinds() == [*steps, "closed"]
    assert erased.pseudonym in after
    with reading(over.engine) as connection:
        person = connection.execute(select(residents).where(residents.c.id == WHO)).one()
        left = [connection.execute(select(table)).all() for table in (contacts, contact_points)]
    assert (person.name, person.birth_year, person.dialect) == (erased.pseudonym, None, None)
    assert left == [[], []]
    assert erase(over) == erased, "a second call changes nothing and says the same"


def test_whoever_may_press_is_not_erased(over: Answering) -> None:
    assert erase(over) is StillThere.SERVED
    over.write(update(residents).where(residents.c.id == WHO).values(status="moved"))
    assert erase(over) is StillThere.OPEN_ALERT
    over.alarm.do(Verb.CLOSE, over.alert_id, outcome="helped_on_site")
    assert erase(over) is StillThere.DEVICES
    assert "林阿婆" in everything(over.engine)
    assert erase(over, "nobody") is None


def test_in_a_shared_home_the_other_keeps_what_is_theirs(over: Answering) -> None:
    over.alarm.do(Verb.CLOSE, over.alert_id, outcome="helped_on_site")
    over.write(
        insert(residents).values(id="r2", home_id=HOME, name="林阿公", status="at_home"),
        update(residents).where(residents.c.id == WHO).values(status="deceased"),
    )
    assert isinstance(erase(over), Erased)
    after = everything(over.engine)
    assert ("林阿婆" in after, "高血压" in after) == (False, False)
    assert [name for name in ("林阿公", "妈祖庙", "邻居老王", "13800000009") if name not in after] == []


def test_a_copy_of_all_that_is_kept(over: Answering) -> None:
    over.write(insert(residents).values(id="r2", home_id=HOME, name="林阿公"))
    readings = iter([b'{"metric":"heart_rate","value":71}\n'])
    pieces = ExportResident(PersonSqlReader(over.engine), lambda _: readings)(WHO)
    assert pieces is not None

    with zipfile.ZipFile(io.BytesIO(b"".join(pieces))) as packed:
        records, lines = packed.read("records.json").decode(), packed.read("readings.jsonl")
    assert [name for name in ("林阿婆", "高血压", "邻居老王", "有钥匙") if name not in records] == []
    assert [name for name in ("林阿公", "4711#", "$7$x", "token_sha256") if name in records] == []
    assert b"heart_rate" in lines
    assert ExportResident(PersonSqlReader(over.engine), lambda _: iter(()))("nobody") is None


def test_closed_alerts_are_kept_for_their_time_and_no_press_comes_alive_again(over: Answering) -> None:
    gone(over)
    keep = KeepClosed(ClosedSqlStore(over.engine), over.clock, timedelta(days=1095), timedelta(days=180))
    over.clock.turn(timedelta(days=1094))
    assert keep() == 0
    over.clock.turn(timedelta(days=2))
    assert keep() == 1
    with reading(over.engine) as connection:
        assert connection.execute(select(alerts)).all() == []
        (heard,) = connection.execute(select(events)).all()
    assert over.alarm.press(DEVICE, heard.event_id, time=heard.device_time.isoformat()) is not None
    assert "有钥匙" not in everything(over.engine)


def test_an_open_alert_is_kept_however_old(over: Answering) -> None:
    keep = KeepClosed(ClosedSqlStore(over.engine), over.clock, timedelta(days=30), timedelta(days=1))
    over.clock.turn(timedelta(days=9999))
    assert keep() == 0
    with writing(over.engine) as connection:
        assert connection.scalar(select(alerts.c.id)) == over.alert_id
        assert connection.execute(select(homes.c.label)).all() != []
