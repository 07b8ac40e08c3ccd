"""What was there before the demo district is there after it, row by row, and nothing besides."""

from __future__ import annotations

from datetime import timedelta

from sqlalchemy import Engine, insert, select, update

from backend.adapters.db.alarm import alerts
from backend.adapters.db.demo_wipe import children
from backend.adapters.db.engine import reading, writing
from backend.adapters.db.notices import notices
from backend.adapters.db.organisation import organisations, villages
from backend.adapters.db.registry import devices, homes
from backend.domain.alert.lifecycle import Verb
from backend.services.telemetry.ports import DeviceReading
from tests.harness.clock import ManualClock
from tests.harness.demo import SMALL, DemoDistrict, contents, every_table
from tests.harness.scene import Village


def _lived_in(database: Engine, clock: ManualClock) -> Village:
    """Somebody real: a centre, a responder, a home whose terminal was pressed and answered."""
    village = Village(database, clock)
    village.settle()
    village.press("T1")
    village.pass_time(3)
    return village


def test_load_and_wipe(database: Engine, clock: ManualClock, demo: DemoDistrict) -> None:
    _lived_in(database, clock)
    before = contents(database)
    demo.load()
    assert len(contents(database)["homes"]) == len(before["homes"]) + SMALL
    assert demo.wipe()
    assert contents(database) == before
    assert demo.store.load() is None
    assert demo.broker.told == 1


def test_alerts_that_were_raised_since_go_as_well(database: Engine, clock: ManualClock, demo: DemoDistrict) -> None:
    village = _lived_in(database, clock)
    before = contents(database)
    demo.load()
    for terminal in demo.store.devices()[:3]:
        village.press(terminal)
        village.press(terminal)
    village.pass_time(95)
    _, second, third = (
        summary for summary in village.open() if summary.home is not None and summary.home.id.startswith("demo")
    )
    village.do(Verb.ACCEPT, second.id)
    village.do(Verb.ACCEPT, third.id)
    village.do(Verb.CLOSE, third.id, outcome="helped_by_phone")
    village.pass_time(3)
    with reading(database) as connection:
        told = connection.scalars(select(notices.c.recipient_id).where(notices.c.alert_id == second.id)).all()
    assert told
    demo.wipe()
    after = contents(database)
    # The real alert went on in the meantime; whatever else is there was there before.
    going_on = {"alerts", "alert_timeline", "alert_changes", "escalations", "alert_offers", "notices", "reviews"}
    assert {name for name in after if after[name] != before[name]} <= going_on
    assert "demo" not in "\n".join(row for rows in after.values() for row in rows)


def test_what_devices_said_goes_as_well(demo: DemoDistrict, clock: ManualClock) -> None:
    real = DeviceReading("T1", "battery", clock.now().timestamp(), 80.0, clock.now())
    demo.load()
    first, *_ = (device for device in demo.store.devices() if demo.states.status(device) is not None)
    demo.telemetry.write([real, DeviceReading(first, "battery", clock.now().timestamp(), 80.0, clock.now())])
    devices_ = demo.store.devices()
    assert len(demo.states.status_many(devices_)) > SMALL * 0.9
    demo.wipe()
    assert demo.states.status_many(devices_) == {}
    assert set(demo.telemetry.latest_many([*devices_, "T1"])) == {"T1"}


def test_what_is_real_and_was_put_below_it_stays(database: Engine, demo: DemoDistrict) -> None:
    demo.load()
    with writing(database) as connection:
        real = {"id": "c-real", "parent_id": "demo-town-1", "kind": "village", "name": "真实中心", "provides": []}
        connection.execute(insert(organisations).values(real))
        connection.execute(
            update(organisations).where(organisations.c.id == "c-real").values(night_organisation_id="demo-town-2")
        )
        connection.execute(insert(villages).values(id="v-real", name="真实村", town_id="demo-town-3"))
        connection.execute(
            insert(homes).values(id="h-real", label="真实", address="真实村 1 号", village_id="demo-v001")
        )
        connection.commit()
    demo.wipe()
    with reading(database) as connection:
        left = connection.execute(
            select(organisations.c.id, organisations.c.parent_id, organisations.c.night_organisation_id)
        ).all()
        assert sorted(map(tuple, left)) == [("c-real", "district", None), ("district", None, None)]
        assert connection.execute(select(villages.c.id, villages.c.town_id)).all() == [("v-real", None)]
        assert connection.scalars(select(homes.c.id)).all() == ["h-real"]


def test_a_device_that_was_enrolled_into_it_goes_too(database: Engine, clock: ManualClock, demo: DemoDistrict) -> None:
    demo.load()
    with writing(database) as connection:
        home = connection.scalars(select(homes.c.id).where(homes.c.demo)).first()
        row = {
            "id": "SIM1",
            "kind": "terminal",
            "state": "installed",
            "home_id": home,
            "secret_hash": "",
            "created_at": clock.now(),
        }
        connection.execute(insert(devices).values(row))
        connection.commit()
    Village(database, clock).press("SIM1")
    demo.wipe()
    with reading(database) as connection:
        assert connection.scalars(select(devices.c.id)).all() == []
        assert connection.scalars(select(alerts.c.id)).all() == []


def test_broken_off_it_goes_on(database: Engine, demo: DemoDistrict) -> None:
    before = contents(database)
    demo.load()
    for _ in range(4):
        demo.store.wipe()
    assert demo.wipe()
    assert contents(database) == before
    assert not demo.wipe()


def test_every_table_that_speaks_of_something_of_it_is_wiped() -> None:
    """A new table is wiped by what its columns refer to; one that refers by other names has to be thought of here."""
    reached = {child.table.name for below in children().values() for child in below} | {
        "alerts",
        "homes",
        "organisations",
    }
    # About people at a desk, or about the platform; or what is never taken back: the chained statements and the log.
    kept = {
        "staff", "sessions", "login_attempts", "known_devices", "api_tokens", "component_health", "escalation_books",
        "refused_messages", "enrolments", "idempotency_keys", "claim_batches", "audit_log", "audit_pending",
        "demo_loads", "press_statements",
    }  # fmt: skip
    unknown = {table.name for table in every_table()} - reached - kept
    assert unknown == set()


def test_nothing_is_left_of_alerts_that_come_while_it_is_wiped(
    database: Engine, clock: ManualClock, demo: DemoDistrict
) -> None:
    village = Village(database, clock)
    before = contents(database)
    demo.load()
    terminal = demo.store.devices()[0]
    demo.store.wipe()
    village.press(terminal)
    clock.turn(timedelta(seconds=2))
    demo.wipe()
    assert contents(database) == before
