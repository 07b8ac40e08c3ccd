"""A reader that follows the change log misses nothing, however transactions interleave."""

from __future__ import annotations

import threading
from datetime import timedelta

from backend.adapters.db.alarm_changes import AlarmSqlChanges
from backend.adapters.db.alarm_store import AlarmSql
from backend.adapters.db.engine import is_sqlite, writing
from backend.domain.alert.lifecycle import Verb
from tests.harness.alarm import Alarm
from tests.harness.clock import wait_until

PRESSES = 60
WRITERS = 6


def test_a_change_shows_the_alert_as_it_is_now(alarm: Alarm) -> None:
    log = AlarmSqlChanges(alarm.engine)
    alarm.enrol("T1")
    alarm.press("T1")
    start = log.last_id()
    alarm.do(Verb.ACCEPT, alarm.only().id)
    alarm.do(Verb.EN_ROUTE, alarm.only().id, eta_minutes=7)
    (change,) = log.after(start, 100)
    assert change.stream_id == log.last_id()
    assert (change.alert["handling"], change.alert["eta_minutes"]) == ("en_route", 7)
    assert change.alert["received_at"].endswith("Z")
    assert log.after(change.stream_id, 100) == []


def test_a_page_is_never_longer_than_asked(alarm: Alarm) -> None:
    log = AlarmSqlChanges(alarm.engine)
    for number in range(5):
        alarm.press(f"X{number}")
    first = log.after(0, 3)
    assert len(first) == 3
    assert [change.alert["device_id"] for change in log.after(first[-1].stream_id, 3)] == ["X3", "X4"]


def test_a_reader_misses_no_alarm_while_many_transactions_interleave(alarm: Alarm) -> None:
    """On PostgreSQL a plain sequence would fail here: ids are given in one order and committed in another."""
    log = AlarmSqlChanges(alarm.engine)
    failed: list[BaseException] = []

    def write(writer: int) -> None:
        try:
            for number in range(PRESSES // WRITERS):
                alarm.press(f"W{writer}-{number}")
        except BaseException as error:
            failed.append(error)

    threads = [threading.Thread(target=write, args=(n,), name=f"writer-{n}") for n in range(WRITERS)]
    for thread in threads:
        thread.start()
    seen: list[str] = []
    position = 0

    def follow() -> bool:
        nonlocal position
        for change in log.after(position, 7):
            assert change.stream_id > position
            position = change.stream_id
            seen.append(change.alert["device_id"])
        return len(seen) >= PRESSES or bool(failed)

    wait_until(follow, "all alarms were read", 30, every=0.001)
    for thread in threads:
        thread.join(10)
    assert failed == []
    assert len(set(seen)) == PRESSES


def test_a_slow_transaction_does_not_let_a_later_one_pass_its_place(alarm: Alarm) -> None:
    """The first writer has touched its alert and not committed; the second commits; then the first does."""
    if is_sqlite(alarm.engine):
        alarm.press("X1")  # one writer at a time: nothing can interleave
        assert AlarmSqlChanges(alarm.engine).last_id() == 1
        return
    log = AlarmSqlChanges(alarm.engine)
    for name in ("A1", "B1"):
        alarm.press(name)
    start = log.last_id()
    ids = {alert.device_id: alert.id for alert in alarm.open()}
    with writing(alarm.engine) as slow:
        first = AlarmSql(slow, alarm.clock, sqlite=False)
        first.touch(ids["A1"])
        assert first.alert(ids["A1"]) is not None
        alarm.clock.turn(timedelta(seconds=1))
        alarm.do(Verb.ACCEPT, ids["B1"])
        seen = log.after(start, 10)
        assert [change.alert["device_id"] for change in seen] == ["B1"]
        first.commit()
    assert [change.alert["device_id"] for change in log.after(seen[-1].stream_id, 10)] == ["A1"]
