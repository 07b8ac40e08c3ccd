"""Made in somebody else's transaction or by staff: once per key, with the nearest provider that is open."""

from __future__ import annotations

import threading
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from sqlalchemy import Engine, func, select

from backend.adapters.db.alarm_store import AlarmSqlStore
from backend.adapters.db.engine import reading, writing
from backend.adapters.db.work_order import timeline
from backend.adapters.db.work_order_store import SqlFollowUps, SqlServiceOrders, SqlWorkOrders
from backend.domain.work_order.model import OrderId, Origin, Priority
from backend.domain.work_order.provider import ChoiceReason
from backend.services.work_order.ports import NewWorkOrder
from backend.services.work_order.register import Unregistered, Wanted
from tests.harness.alarm import Alarm
from tests.harness.work_orders import DAY_HOURS, WANG, WorkDesk

EVENING = timedelta(hours=10)


def _island(desk: WorkDesk) -> None:
    """A town with a village centre (closes at 17:00) and two providers; the nearer one closes too."""
    desk.organisation("town", "town")
    desk.organisation(
        "centre", parent="town", hours=DAY_HOURS, provides=["service_request"], latitude=30.0, longitude=122.0
    )
    desk.organisation("house", "institution", "town", provides=["service_request"], latitude=30.0, longitude=122.3)
    desk.organisation(
        "gone", parent="town", provides=["service_request"], disabled=True, latitude=30.0, longitude=122.0
    )
    desk.village("v1", "town", 30.0, 122.01)
    desk.home("h1", village_id="v1", organisation_id="centre")


def test_the_nearest_open_provider_gets_it_and_the_timeline_says_why(desk: WorkDesk) -> None:
    _island(desk)
    made = desk.create("service_request", home_id="h1", text="送餐")
    assert (made.created, made.provider_id, made.reason) == (True, "centre", ChoiceReason.NEAREST_OPEN)
    detail = desk.detail(made.id)
    assert [(entry.kind.code, entry.reason) for entry in detail.timeline[:2]] == [
        ("registered", "key_press"),
        ("offered", "nearest_open"),
    ]
    assert detail.timeline[1].detail["distance_km"] == pytest.approx(1.0, abs=0.1)
    assert detail.provider is not None
    assert (detail.provider.name, detail.home and detail.home.label) == ("中心 centre", "h1 号")
    assert detail.phones == ["0580-1"]


def test_after_hours_the_one_that_is_open_further_away_gets_it(desk: WorkDesk) -> None:
    _island(desk)
    desk.clock.turn(EVENING)
    made = desk.create("service_request", home_id="h1")
    assert (made.provider_id, made.opens_at) == ("house", None)


def test_when_nobody_is_open_the_first_to_open_gets_it_with_that_time(desk: WorkDesk) -> None:
    desk.organisation("town", "town")
    desk.organisation("centre", parent="town", hours=DAY_HOURS, provides=["repair"])
    desk.home("h1", organisation_id="centre")
    desk.clock.turn(EVENING)
    made = desk.create("repair", home_id="h1", origin=Origin.DEVICE)
    opens = datetime(2026, 11, 25, 0, 0, tzinfo=UTC)
    assert (made.provider_id, made.reason, made.opens_at) == ("centre", ChoiceReason.OPENS_FIRST, opens)
    detail = desk.detail(made.id)
    assert detail.deadline_at == opens + timedelta(minutes=120)
    assert detail.provider is not None
    assert detail.provider.opens_at == opens
    assert detail.timeline[1].detail["opens_at"] == opens.isoformat()


def test_what_nobody_offers_goes_to_the_homes_centre(desk: WorkDesk) -> None:
    _island(desk)
    assert desk.create("contact_check", home_id="h1").provider_id == "centre"
    nowhere = desk.create("contact_check", "k2", home_id=None)
    assert (nowhere.provider_id, nowhere.reason) == ("district", ChoiceReason.RESPONSIBLE_CENTRE)


def test_hours_that_cannot_be_read_count_as_open(desk: WorkDesk) -> None:
    desk.organisation("broken", provides=["repair"], hours={"mon": "all day"})
    assert desk.create("repair").provider_id == "broken"


def test_the_same_key_is_the_same_order_for_ever(desk: WorkDesk) -> None:
    first = desk.create("repair", "a1/repair")
    again = desk.create("repair", "a1/repair", text="anything else")
    assert (again.id, again.created) == (first.id, False)
    assert desk.count() == 1
    with reading(desk.engine) as connection:
        assert connection.scalar(select(func.count()).select_from(timeline)) == len(desk.detail(first.id).timeline)


def test_two_that_ask_at_once_make_one(desk: WorkDesk) -> None:
    inside = threading.Event()
    made: list[Any] = []

    def second() -> None:
        inside.wait(5)
        made.append(desk.create("repair", "same"))

    thread = threading.Thread(target=second, name="second")
    thread.start()
    with writing(desk.engine) as connection:
        orders = SqlWorkOrders(connection, desk.make, desk.outbox)
        first = orders.create(NewWorkOrder("same", "repair", Origin.DEVICE), desk.clock.now())
        inside.set()
        connection.commit()
    thread.join(10)
    assert [(one.id, one.created) for one in made] == [(first.id, False)]
    assert desk.count() == 1


def test_what_is_rolled_back_was_never_there(desk: WorkDesk) -> None:
    with writing(desk.engine) as connection:
        SqlWorkOrders(connection, desk.make, desk.outbox).create(
            NewWorkOrder("k", "repair", Origin.DEVICE), desk.clock.now()
        )
    assert desk.count() == 0


def test_a_service_press_becomes_one_order_of_its_home(database: Engine) -> None:
    alarm = Alarm(database)
    desk = WorkDesk(database, alarm.clock)
    alarm.enrol("T1")
    alarm.press("T1", type="care.service.pressed")
    (line,) = alarm.open()
    for _ in range(2):
        with AlarmSqlStore(database, alarm.clock).begin() as tx:
            alert = tx.alert(line.id)
            assert alert is not None
            orders = SqlServiceOrders(SqlWorkOrders(tx._db, desk.make, desk.outbox))  # type: ignore[attr-defined]
            order_id = orders.for_alert(alert, alarm.clock.now())
            tx.commit()
    assert desk.count() == 1
    detail = desk.detail(order_id or "")
    assert (detail.alert_id, detail.home and detail.home.id) == (line.id, "h-T1")
    assert (detail.kind.code, detail.origin.code) == ("service_request", "key_press")


def test_a_follow_up_begins_when_its_time_has_come(database: Engine) -> None:
    alarm = Alarm(database)
    desk = WorkDesk(database, alarm.clock)
    alarm.enrol("T1")
    alarm.press("T1")
    alert = alarm.only()
    follow_ups = SqlFollowUps(desk.make, desk.outbox)
    for _ in range(2):
        with AlarmSqlStore(database, alarm.clock).begin() as tx:
            tx.alert(alert.id)
            follow_ups.schedule(tx, alert.id, alarm.clock.now() + timedelta(hours=24), "after_24_h")
            follow_ups.schedule(tx, alert.id, alarm.clock.now() + timedelta(hours=72), "after_72_h")
            tx.commit()
    first, second = desk.listed(alert_id=alert.id)
    detail = desk.detail(first)
    assert (detail.kind.code, detail.state.code, detail.home and detail.home.id) == (
        "follow_up_24h",
        "scheduled",
        "h-T1",
    )
    assert detail.provider is None
    assert desk.watch() == 0
    alarm.clock.turn(timedelta(hours=24))
    assert desk.watch() == 1
    detail = desk.detail(first)
    assert detail.state.code == "registered"
    assert detail.provider is not None
    assert detail.provider.id == "district"
    assert desk.detail(second).state.code == "scheduled"
    with pytest.raises(TypeError, match="on SQL"):
        follow_ups.schedule(object(), alert.id, alarm.clock.now(), "after_24_h")


def _want(**fields: Any) -> Wanted:
    return Wanted(**{"kind": "repair", "actor": WANG, "text": "终端没电", **fields})


def test_staff_write_one_down_once(desk: WorkDesk) -> None:
    _island(desk)
    wanted = _want(home_id="h1", resident_id="r-h1", provider_id="house", priority=Priority.URGENT)
    made = desk.register(wanted, "key-1")
    assert desk.register(wanted, "key-1") == made
    assert desk.register(_want(text="其他"), "key-1") is Unregistered.KEY_REUSED
    assert isinstance(made, str)
    detail = desk.detail(made)
    assert (detail.priority.code, detail.provider and detail.provider.id) == ("urgent", "house")
    assert (detail.resident and detail.resident.name, detail.phones) == ("林阿婆", ["0580-2", "0580-1"])
    assert (detail.timeline[0].actor.name, detail.timeline[0].source) == ("王丽", "console")
    desk.clock.turn(timedelta(days=3))
    with desk.store.begin() as tx:
        tx.forget_keys(desk.clock.now())  # type: ignore[attr-defined]
        tx.commit()
    assert desk.register(wanted, "key-1") == made, "a key that was forgotten makes no second order"
    assert desk.register(wanted, None) != made


def test_what_staff_name_must_exist(desk: WorkDesk) -> None:
    _island(desk)
    desk.home("h2")
    refused: list[tuple[dict[str, Any], Unregistered]] = [
        ({"kind": "gardening"}, Unregistered.UNKNOWN_KIND),
        ({"home_id": "h9"}, Unregistered.UNKNOWN_HOME),
        ({"home_id": "h2", "resident_id": "r-h1"}, Unregistered.UNKNOWN_RESIDENT),
        ({"resident_id": "r-9"}, Unregistered.UNKNOWN_RESIDENT),
        ({"alert_id": "a9"}, Unregistered.UNKNOWN_ALERT),
        ({"provider_id": "gone"}, Unregistered.UNKNOWN_PROVIDER),
    ]
    for fields, why in refused:
        assert desk.register(_want(**fields), "k") is why
    assert desk.count() == 0


def test_a_kind_that_the_book_forgot_is_handled_as_other(desk: WorkDesk) -> None:
    made = desk.create("of_last_year")
    detail = desk.detail(made.id)
    assert detail.kind.label == {"zh-CN": "of_last_year", "en": "of_last_year"}
    assert detail.deadline_at == desk.clock.now() + timedelta(minutes=60)
    assert isinstance(OrderId(made.id), str)
