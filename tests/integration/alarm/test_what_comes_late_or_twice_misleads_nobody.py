"""Old copies, wrong clocks, crossing transactions: none of them hides, repeats or undoes what people must know."""

from __future__ import annotations

import threading
from datetime import timedelta

import pytest
from sqlalchemy import update

from backend.adapters.db.alarm import alerts
from backend.adapters.db.engine import writing
from backend.domain.alert.lifecycle import Refusal, Verb
from backend.services.alarm.hand_out_commands import OutcomeReason
from contract.ingest import CommandOutcome
from contract.times import format_time, parse_time
from contract.topics import answer_id
from contract.vocabulary import Condition, Flag, Lane, ResultStatus
from tests.harness.alarm import LI, WANG, Alarm


def test_a_cleared_that_waited_in_a_spool_does_not_hide_a_newer_alarm(alarm: Alarm) -> None:
    alarm.enrol("S1")
    old = alarm.item("S1", alarm.event("S1", type="care.smoke.detected"))
    alarm.clock.turn(timedelta(minutes=2))
    cleared = alarm.item("S1", alarm.event("S1", type="care.smoke.cleared"))
    alarm.clock.turn(timedelta(minutes=5))
    alarm.press("S1", type="care.smoke.detected")
    alarm.send(old, cleared)
    alert = alarm.only()
    assert alert.condition is Condition.ACTIVE
    assert alarm.kinds(alert.id) == ["raised", "pressed_again", "cleared_before"]


def test_an_older_receipt_of_the_first_press_fixes_the_waiting_time(alarm: Alarm) -> None:
    """The gateway kept it on disk; the terminal's repeat came through first."""
    alarm.enrol("T1")
    event = alarm.event("T1", "e1", time=None)
    kept = alarm.item("T1", event)
    alarm.clock.turn(timedelta(minutes=3))
    alarm.send(alarm.item("T1", event))
    assert alarm.only().late_seconds is None
    alarm.send(kept)
    alert = alarm.only()
    assert (alert.count, alert.late_seconds) == (1, 180)
    assert Flag.LATE in alert.flags
    assert alert.received_at == parse_time(kept.received_at)
    assert "received_earlier" in alarm.kinds(alert.id)


def test_a_late_repeat_is_marked_too(alarm: Alarm) -> None:
    alarm.enrol("T1")
    alarm.press("T1")
    alarm.press("T1", time=format_time(alarm.clock.now() - timedelta(minutes=8)))
    alert = alarm.only()
    assert Flag.LATE in alert.flags
    assert alarm.detail(alert.id).timeline[-1].detail["late_seconds"] == 480


def test_an_old_copy_does_not_speak_to_the_resident_again(alarm: Alarm) -> None:
    alarm.enrol("T1")
    item = alarm.item("T1", alarm.event("T1", "e1"))
    (answer,) = alarm.send(item).commands
    alarm.result("T1", answer.id, ResultStatus.DONE, None)
    alarm.clock.turn(timedelta(hours=1))
    assert alarm.send(item, gateway="gw2").commands == []
    assert alarm.detail(alarm.only().id).commands[0].state == "done"


def test_a_clock_that_was_set_back_leaves_no_repeat_unanswered(alarm: Alarm) -> None:
    alarm.enrol("T1")
    event = alarm.event("T1", "e1")
    alarm.send(alarm.item("T1", event))
    alarm.clock.turn(timedelta(hours=-1))
    assert [c.id for c in alarm.send(alarm.item("T1", event)).commands] == [answer_id("T1", "e1", "received")]


def test_a_terminal_whose_clock_is_ahead_does_not_take_the_answers_for_expired(alarm: Alarm) -> None:
    alarm.enrol("T1")
    ahead = timedelta(hours=8)
    (received,) = alarm.press("T1", "e1", time=format_time(alarm.clock.now() + ahead)).commands
    alert = alarm.only()
    alarm.do(Verb.ACCEPT, alert.id)
    (accepted,) = alarm.claim("gw1", Lane.EMERGENCY, 50)
    for command in (received, accepted):
        expires = parse_time(command.expires)
        assert expires is not None
        assert expires > alarm.clock.now() + ahead
    assert alarm.detail(alert.id).timeline[0].detail["clock_skew_seconds"] == 8 * 3600


def test_an_answer_that_the_terminal_refuses_is_still_owed_until_it_expires(alarm: Alarm) -> None:
    alarm.enrol("T1")
    (answer,) = alarm.press("T1", "e1").commands
    for _ in range(2):
        assert alarm.result("T1", answer.id, ResultStatus.REJECTED, "expired") is OutcomeReason.RECORDED
    alarm.clock.turn(timedelta(seconds=11))
    assert [c.id for c in alarm.claim("gw1", Lane.EMERGENCY, 50)] == [answer.id]
    assert alarm.kinds(alarm.only().id) == ["raised", "answer_failed"]
    alarm.clock.turn(timedelta(hours=1))
    alarm.result("T1", answer.id, ResultStatus.REJECTED, "expired")
    assert alarm.detail(alarm.only().id).commands[0].state == "rejected"


def test_new_minutes_are_a_new_command(alarm: Alarm) -> None:
    """A terminal does the same command id once: the second figure would never be spoken."""
    alarm.enrol("T1")
    alarm.press("T1", "e1")
    alert_id = alarm.only().id
    alarm.do(Verb.ACCEPT, alert_id)
    alarm.do(Verb.EN_ROUTE, alert_id, eta_minutes=8)
    (first,) = [c for c in alarm.claim("gw1", Lane.EMERGENCY, 50) if c.args["stage"] == "en_route"]
    assert first.id == answer_id("T1", "e1", "en_route")
    alarm.clock.turn(timedelta(seconds=5))
    alarm.do(Verb.EN_ROUTE, alert_id, eta_minutes=20)
    second = [c for c in alarm.claim("gw1", Lane.EMERGENCY, 50) if c.args["stage"] == "en_route"]
    assert [c.args["eta_minutes"] for c in second] == [20]
    assert second[0].id != first.id
    assert alarm.detail(alert_id).timeline[-1].detail["eta_minutes_before"] == 8


def test_the_third_operator_reads_since_when_the_second_has_it(alarm: Alarm) -> None:
    alarm.enrol("T1")
    alarm.press("T1")
    alert_id = alarm.only().id
    alarm.do(Verb.ACCEPT, alert_id)
    first = alarm.only().accepted_at
    alarm.press("T1")
    alarm.clock.turn(timedelta(seconds=30))
    alarm.requeue()
    alarm.do(Verb.ACCEPT, alert_id, LI)
    alert = alarm.only()
    assert (alert.accepted_at, alert.held_since) == (first, alarm.clock.now())
    with pytest.raises(Refusal) as caught:
        alarm.do(Verb.ACCEPT, alert_id, WANG)
    assert caught.value.alert.held_since == alarm.clock.now()


def test_a_terminal_enrolled_during_the_call_is_known_at_the_next_press(alarm: Alarm) -> None:
    alarm.press("T1")
    assert alarm.only().unknown_device
    alarm.enrol("T1")
    alarm.press("T1")
    alert = alarm.only()
    assert not alert.unknown_device
    assert alert.home is not None


def test_the_same_bytes_by_two_gateways_count_once(alarm: Alarm) -> None:
    alarm.enrol("T1")
    alarm.send(alarm.bytes_item("T1", b"{"), gateway="gw1")
    alarm.clock.turn(timedelta(milliseconds=3))
    alarm.send(alarm.bytes_item("T1", b"{"), gateway="gw2")
    assert alarm.only().count == 1


def test_a_command_that_nobody_hears_is_tried_less_and_less_often(alarm: Alarm) -> None:
    alarm.enrol("T1")
    (command,) = alarm.press("T1").commands
    waits = []
    for _ in range(6):
        failed = CommandOutcome(id=command.id, lease=command.lease, outcome="failed", reason="no_subscriber")
        alarm.outcomes("gw1", [failed])
        seconds = 0
        while not (again := alarm.claim("gw1", Lane.EMERGENCY, 50)):
            alarm.clock.turn(timedelta(seconds=1))
            seconds += 1
        (command,) = again
        waits.append(seconds)
    assert waits == [2, 4, 8, 16, 32, 60]
    assert alarm.kinds(alarm.only().id).count("answer_failed") == 1


def test_presses_outcomes_results_and_steps_cross_without_a_deadlock(alarm: Alarm) -> None:
    """On PostgreSQL each of them locks rows that the others need; on SQLite they take turns."""
    names = [f"D{number}" for number in range(6)]
    for name in names:
        alarm.enrol(name)
    items = [alarm.item(name, alarm.event(name, "e1")) for name in names]
    commands = alarm.send(*items).commands
    ids = [alert.id for alert in alarm.open()]
    failed: list[BaseException] = []

    def rounds(work: object) -> None:
        try:
            for _ in range(15):
                work()
        except BaseException as error:
            failed.append(error)

    outcomes = [CommandOutcome(id=c.id, lease=c.lease, outcome="failed") for c in commands]
    works = (
        lambda: alarm.send(*items, *(alarm.item(name, alarm.event(name)) for name in names)),
        lambda: alarm.outcomes("gw1", list(reversed(outcomes))),
        lambda: [alarm.result(c.device_id, c.id, ResultStatus.REJECTED, "busy") for c in reversed(commands)],
        lambda: [alarm.do(Verb.NOTE, alert_id, text="记录") for alert_id in ids],
        lambda: alarm.claim("gw2", Lane.EMERGENCY, 50),
    )
    threads = [threading.Thread(target=rounds, args=(work,), name=f"work-{n}") for n, work in enumerate(works)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(90)
    assert not any(thread.is_alive() for thread in threads)
    assert failed == []
    assert {alert.count for alert in alarm.open()} == {16}


def test_a_step_and_the_terminals_results_cross_without_a_deadlock(alarm: Alarm) -> None:
    """A step locks the alert, then its commands; a result its command, then (foreign key) the alert."""
    names = [f"D{number}" for number in range(8)]
    for name in names:
        alarm.enrol(name)
        alarm.press(name)
    ids = [alert.id for alert in alarm.open()]
    for alert_id in ids:
        alarm.do(Verb.ACCEPT, alert_id)
    failed: list[BaseException] = []

    def guarded(work: object) -> None:
        try:
            work()
        except BaseException as error:
            failed.append(error)

    for minutes in range(1, 13):
        commands = alarm.send(*(alarm.item(name, alarm.event(name)) for name in names)).commands
        works = (
            lambda commands=commands: [alarm.result(c.device_id, c.id, ResultStatus.DONE, None) for c in commands],
            lambda minutes=minutes: [alarm.do(Verb.EN_ROUTE, alert_id, eta_minutes=minutes) for alert_id in ids],
        )
        threads = [threading.Thread(target=guarded, args=(work,), name=f"work-{n}") for n, work in enumerate(works)]
        for thread in threads:
            thread.start()
        for thread in threads:
            thread.join(90)
    assert failed == []
    assert {alert.eta_minutes for alert in alarm.open()} == {12}


def test_an_alert_that_cannot_be_read_keeps_no_other_from_ringing_again(alarm: Alarm) -> None:
    for device in ("T1", "T2"):
        alarm.enrol(device)
        alarm.press(device)
    broken, other = [alert.id for alert in alarm.open()]
    for alert_id in (broken, other):
        alarm.do(Verb.ACCEPT, alert_id)
    for device in ("T1", "T2"):
        alarm.press(device)
    with writing(alarm.engine) as connection:
        # JSON that is no list of flags: on both databases it breaks whoever reads the row.
        connection.execute(update(alerts).where(alerts.c.id == broken).values(flags=7))
        connection.commit()
    alarm.clock.turn(timedelta(seconds=31))
    assert alarm.requeue() == 2
    assert alarm.requeue() == 0
    assert "requeued" in alarm.kinds(other)
