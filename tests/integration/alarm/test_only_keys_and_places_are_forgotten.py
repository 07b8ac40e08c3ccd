"""Retention of the emergency lane: a key is forgotten after a day, an alert never."""

from __future__ import annotations

from datetime import timedelta

from backend.domain.alert.lifecycle import Verb
from backend.services.alarm.act import Acted
from backend.services.alarm.forget import KEYS_KEPT, Forget
from tests.harness.alarm import Alarm


def test_a_key_is_forgotten_after_a_day_and_not_before(alarm: Alarm) -> None:
    forget = Forget(alarm.store, alarm.clock)
    alarm.enrol("T1")
    alarm.press("T1")
    alert_id = alarm.only().id
    alarm.do(Verb.NOTE, alert_id, key="k1", text="一")
    alarm.clock.turn(KEYS_KEPT)
    forget()
    assert alarm.do(Verb.NOTE, alert_id, key="k1", text="二") is Acted.KEY_REUSED
    alarm.clock.turn(timedelta(seconds=1))
    forget()
    assert alarm.do(Verb.NOTE, alert_id, key="k1", text="二") is Acted.DONE
    assert alarm.kinds(alert_id) == ["raised", "noted", "noted"]


def test_the_change_log_keeps_its_newest_places(alarm: Alarm) -> None:
    for number in range(5):
        alarm.press(f"X{number}")
    with alarm.store.begin() as tx:
        tx.forget_changes(2)
        tx.commit()
    assert [alert.stream_id for alert in sorted(alarm.open(), key=lambda a: a.device_id)] == [0, 0, 0, 4, 5]
    alarm.press("X9")
    assert alarm.reader.open(10).stream_id == 6
