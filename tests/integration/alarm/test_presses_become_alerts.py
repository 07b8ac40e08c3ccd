"""Each press is one alert and one answer, whatever comes twice, late, unreadable or from a stranger."""

from __future__ import annotations

from datetime import timedelta

import pytest

from backend.domain.alert.lifecycle import Verb
from contract.times import format_time
from contract.topics import answer_id
from contract.vocabulary import SOS, UNREADABLE, Condition, Flag, Handling, IngestOutcome, Severity
from tests.harness.alarm import Alarm


def test_a_press_is_an_alert_and_its_answer_leaves_with_it(alarm: Alarm) -> None:
    alarm.enrol("T1")
    answer = alarm.press("T1", "e1")
    alert = alarm.only()
    assert [(o.outcome, o.alert_id) for o in answer.outcomes] == [(IngestOutcome.ACCEPTED, alert.id)]
    (command,) = answer.commands
    assert command.id == answer_id("T1", "e1", "received")
    assert command.args == {"stage": "received", "event_id": "e1", "lang": "zh-CN", "mode": "voice"}
    assert (alert.severity, alert.handling, alert.count, alert.ring) == (Severity.EMERGENCY, Handling.NEW, 1, True)
    assert alert.home is not None
    assert alert.home.landmark == "妈祖庙旁"
    assert [resident.name for resident in alert.residents] == ["林阿婆"]
    assert alert.late_seconds is None
    assert alarm.kinds(alert.id) == ["raised"]


def test_the_same_event_twice_is_one_and_is_answered_again(alarm: Alarm) -> None:
    alarm.enrol("T1")
    event = alarm.event("T1", "e1")
    first = alarm.send(alarm.item("T1", event))
    alarm.clock.turn(timedelta(seconds=2))
    second = alarm.send(alarm.item("T1", event))
    assert [o.outcome for o in second.outcomes] == [IngestOutcome.DUPLICATE]
    assert second.outcomes[0].alert_id == first.outcomes[0].alert_id
    assert [c.id for c in second.commands] == [c.id for c in first.commands]
    assert alarm.only().count == 1


def test_a_copy_by_the_second_gateway_is_not_answered_twice(alarm: Alarm) -> None:
    alarm.enrol("T1")
    event = alarm.event("T1", "e1")
    alarm.send(alarm.item("T1", event), gateway="gw1")
    copy = alarm.send(alarm.item("T1", event), gateway="gw2")
    assert [o.outcome for o in copy.outcomes] == [IngestOutcome.DUPLICATE]
    assert copy.commands == []


def test_five_presses_are_one_alert_with_count_five_and_five_answers(alarm: Alarm) -> None:
    alarm.enrol("T1")
    items = [alarm.item("T1", alarm.event("T1")) for _ in range(5)]
    answer = alarm.send(*items)
    alert = alarm.only()
    assert alert.count == 5
    assert alert.ring_seq == 5
    assert {o.outcome for o in answer.outcomes} == {IngestOutcome.ACCEPTED}
    assert len({c.id for c in answer.commands}) == 5


def test_after_arrival_or_closing_a_press_is_an_alert_of_its_own(alarm: Alarm) -> None:
    alarm.enrol("T1")
    alarm.press("T1")
    first = alarm.only().id
    alarm.do(Verb.ACCEPT, first)
    alarm.do(Verb.ARRIVED, first)
    alarm.clock.turn(timedelta(seconds=60))
    alarm.press("T1")
    second = next(alert for alert in alarm.open() if alert.id != first)
    assert second.previous_alert_id == first
    assert [previous.id for previous in alarm.detail(second.id).previous] == [first]
    alarm.do(Verb.ACCEPT, second.id)
    alarm.do(Verb.CLOSE, second.id, outcome="helped_on_site")
    alarm.clock.turn(timedelta(seconds=60))
    alarm.press("T1")
    third = next(alert for alert in alarm.open() if alert.id not in (first, second.id))
    assert third.previous_alert_id == second.id
    assert third.count == 1


def test_an_id_used_again_is_a_new_press_and_flagged(alarm: Alarm) -> None:
    alarm.enrol("T1")
    alarm.press("T1", "e1")
    again = alarm.press("T1", "e1")
    assert [o.outcome for o in again.outcomes] == [IngestOutcome.ACCEPTED]
    alert = alarm.only()
    assert alert.count == 2
    assert Flag.ID_REUSED in alert.flags


def test_a_retained_replay_is_nothing_when_known_and_a_late_press_when_not(alarm: Alarm) -> None:
    alarm.enrol("T1")
    alarm.press("T1", "e1")
    known = alarm.send(alarm.item("T1", alarm.event("T1", "e1"), retained=True))
    assert [o.outcome for o in known.outcomes] == [IngestOutcome.DUPLICATE]
    assert known.commands == []
    assert alarm.only().count == 1
    alarm.enrol("T2")
    alarm.send(alarm.item("T2", alarm.event("T2", "e9"), retained=True))
    late = next(alert for alert in alarm.open() if alert.device_id == "T2")
    assert late.late_seconds is not None
    assert {Flag.RETAINED, Flag.LATE} <= set(late.flags)


def test_a_late_press_alarms_and_says_how_late(alarm: Alarm) -> None:
    alarm.enrol("T1")
    alarm.press("T1", time=format_time(alarm.clock.now() - timedelta(minutes=8)))
    alert = alarm.only()
    assert alert.late_seconds == 480
    assert Flag.LATE in alert.flags


def test_a_press_that_waited_in_a_spool_is_late_by_the_gateways_clock(alarm: Alarm) -> None:
    alarm.enrol("T1")
    event = alarm.event("T1")
    del event["time"]
    item = alarm.item("T1", event)
    alarm.clock.turn(timedelta(minutes=5))
    alarm.send(item)
    assert alarm.only().late_seconds == 300


def test_a_stranger_and_a_lobby_terminal_alarm_at_the_desk(alarm: Alarm) -> None:
    alarm.lobby("lobby-1")
    answer = alarm.send(alarm.item("lobby-1", alarm.event("lobby-1", "e1")), alarm.item("X9", alarm.event("X9", "e1")))
    assert [o.outcome for o in answer.outcomes] == [IngestOutcome.UNKNOWN_DEVICE] * 2
    assert len(answer.commands) == 2
    assert all(alert.unknown_device and alert.home is None and alert.ring for alert in alarm.open())


def test_what_cannot_be_read_is_one_open_alert_with_a_count(alarm: Alarm) -> None:
    alarm.enrol("T1")
    first = alarm.send(alarm.bytes_item("T1", b"{"))
    alarm.clock.turn(timedelta(seconds=1))
    alarm.send(alarm.bytes_item("T1", b"{"))
    alert = alarm.only()
    assert (alert.type, alert.count, alert.severity) == (UNREADABLE, 2, Severity.URGENT)
    assert first.outcomes[0].outcome == IngestOutcome.UNREADABLE
    assert first.outcomes[0].reason == "not_json"


def test_the_same_unreadable_item_handed_over_twice_counts_once(alarm: Alarm) -> None:
    alarm.enrol("T1")
    item = alarm.bytes_item("T1", b"\xff\xfe")
    alarm.send(item)
    again = alarm.send(item)
    assert again.outcomes[0].outcome == IngestOutcome.DUPLICATE
    assert alarm.only().count == 1


def test_a_press_with_the_id_of_something_unreadable_still_alarms(alarm: Alarm) -> None:
    alarm.enrol("T1")
    broken = alarm.event("T1", "e1")
    del broken["type"]
    unreadable = alarm.send(alarm.item("T1", broken))
    assert unreadable.outcomes[0].outcome == IngestOutcome.UNREADABLE
    assert [c.args["event_id"] for c in unreadable.commands] == ["e1"]
    alarm.press("T1", "e1")
    assert sorted(alert.type for alert in alarm.open()) == [UNREADABLE, SOS]


def test_unreadable_bytes_of_a_stranger_are_refused_and_kept(alarm: Alarm) -> None:
    answer = alarm.send(alarm.bytes_item("X9", b"nonsense"))
    assert [(o.outcome, o.reason) for o in answer.outcomes] == [(IngestOutcome.REFUSED, "not_json")]
    assert alarm.open() == []


def test_one_bad_item_costs_the_others_nothing(alarm: Alarm) -> None:
    for name in ("A1", "B1", "C1"):
        alarm.enrol(name)
    answer = alarm.send(
        alarm.item("C1", alarm.event("C1")),
        alarm.bytes_item("B1", b"\x00" * 100),
        alarm.item("A1", alarm.event("A1", data={"seq": 1, "boot": 1, "note": "a\x00b"})),
        alarm.bytes_item("bad id!", b"{}"),
    )
    assert [o.index for o in answer.outcomes] == [0, 1, 2, 3]
    assert answer.outcomes[0].outcome == IngestOutcome.ACCEPTED
    assert answer.outcomes[1].outcome == IngestOutcome.UNREADABLE
    assert answer.outcomes[2].outcome == IngestOutcome.ACCEPTED
    assert answer.outcomes[3].outcome == IngestOutcome.REFUSED


@pytest.mark.parametrize("kind", ["care.sos.cancelled", "care.fall.recovered"])
def test_cancelling_is_told_and_changes_nothing(alarm: Alarm, kind: str) -> None:
    alarm.enrol("T1")
    alarm.press("T1", type=SOS if kind == "care.sos.cancelled" else "care.fall.detected")
    cancelled = alarm.press("T1", type=kind)
    alert = alarm.only()
    assert cancelled.outcomes[0].alert_id == alert.id
    assert (alert.condition, alert.handling, alert.ring) == (Condition.ACTIVE, Handling.NEW, True)
    assert alarm.kinds(alert.id) == ["raised", "cancelled"]


def test_smoke_that_clears_leaves_the_handling_alone(alarm: Alarm) -> None:
    alarm.enrol("S1")
    alarm.press("S1", type="care.smoke.detected")
    alarm.press("S1", type="care.smoke.cleared")
    alert = alarm.only()
    assert (alert.condition, alert.handling, alert.ring) == (Condition.CLEARED, Handling.NEW, True)
    alarm.press("S1", type="care.smoke.detected")
    assert alarm.only().condition is Condition.ACTIVE
    assert alarm.kinds(alert.id) == ["raised", "cleared", "pressed_again", "reactivated"]


def test_a_check_in_is_answered_and_raises_nothing(alarm: Alarm) -> None:
    alarm.enrol("T1")
    answer = alarm.press("T1", "e1", type="care.checkin.pressed")
    assert [c.args["stage"] for c in answer.commands] == ["received"]
    assert answer.outcomes[0].alert_id is None
    assert alarm.open() == []


def test_a_type_that_nobody_listed_still_alarms(alarm: Alarm) -> None:
    alarm.enrol("T1")
    answer = alarm.press("T1", type="care.meteor.detected")
    alert = alarm.only()
    assert alert.severity is Severity.URGENT
    assert Flag.UNKNOWN_TYPE in alert.flags
    assert len(answer.commands) == 1


def test_who_cannot_hear_is_answered_by_light(alarm: Alarm) -> None:
    alarm.enrol("T1", hearing="none")
    assert [c.args["mode"] for c in alarm.press("T1").commands] == ["light"]


def test_the_queue_shows_who_waits_first_then_by_severity_then_the_longest_waiting(alarm: Alarm) -> None:
    for name in ("A1", "B1", "C1", "D1"):
        alarm.enrol(name)
    for name, kind in (("A1", SOS), ("B1", "care.leak.detected"), ("C1", SOS), ("D1", SOS)):
        alarm.press(name, type=kind)
        alarm.clock.turn(timedelta(seconds=1))
    accepted = next(alert.id for alert in alarm.open() if alert.device_id == "A1")
    alarm.do(Verb.ACCEPT, accepted)
    assert [alert.device_id for alert in alarm.open()] == ["C1", "D1", "B1", "A1"]
