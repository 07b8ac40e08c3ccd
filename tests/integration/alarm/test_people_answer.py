"""Accepting, acting, closing; repeats that nobody reacts to; commands until their result or their expiry."""

from __future__ import annotations

import threading
from datetime import timedelta

import pytest

from backend.domain.alert.lifecycle import Refusal, Verb
from backend.domain.alert.model import Actor, ActorKind
from backend.services.alarm.act import Acted
from backend.services.alarm.hand_out_commands import OutcomeReason
from contract.ingest import CommandOutcome, OutboundCommand
from contract.vocabulary import Handling, Lane, ResultStatus
from tests.harness.alarm import LI, WANG, Alarm


def _sent(alarm: Alarm, *commands: OutboundCommand) -> None:
    items = [CommandOutcome(id=c.id, lease=c.lease, outcome="sent") for c in commands]
    assert {o.outcome for o in alarm.outcomes("gw1", items)} <= {"accepted"}


def test_every_step_reaches_the_terminal_and_the_timeline(alarm: Alarm) -> None:
    alarm.enrol("T1")
    _sent(alarm, *alarm.press("T1", "e1").commands)
    alert_id = alarm.only().id
    stages = []
    for verb, fields in (
        (Verb.ACCEPT, {}),
        (Verb.DISPATCH, {"responder": "陈师傅"}),
        (Verb.EN_ROUTE, {"eta_minutes": 8}),
        (Verb.ARRIVED, {}),
        (Verb.CLOSE, {"outcome": "helped_on_site"}),
    ):
        alarm.clock.turn(timedelta(seconds=3))
        alarm.do(verb, alert_id, **fields)
        commands = alarm.claim("gw1", Lane.EMERGENCY, 50)
        _sent(alarm, *commands)
        stages += [(c.args["stage"], c.args.get("eta_minutes")) for c in commands]
    assert stages == [("accepted", None), ("en_route", 8), ("arrived", None), ("closed", None)]
    steps = [kind for kind in alarm.kinds(alert_id) if kind != "answer_sent"]
    assert steps == ["raised", "accepted", "dispatched", "en_route", "arrived", "closed"]
    moments = [entry.at for entry in alarm.detail(alert_id).timeline]
    assert moments == sorted(moments)
    assert alarm.open() == []


def test_two_operators_one_wins(alarm: Alarm) -> None:
    alarm.enrol("T1")
    alarm.press("T1")
    alert_id = alarm.only().id
    gate = threading.Barrier(2)
    won: list[str] = []
    lost: list[str] = []

    def accept(who: object) -> None:
        gate.wait()
        try:
            alarm.do(Verb.ACCEPT, alert_id, who)
            won.append(who.id)
        except Refusal as refusal:
            lost.append(refusal.alert.holder.id if refusal.alert.holder else "nobody")

    threads = [threading.Thread(target=accept, args=(who,), name=f"accept-{who.id}") for who in (WANG, LI)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(20)
    assert len(won) == 1
    assert lost == won
    assert alarm.kinds(alert_id).count("accepted") == 1


def test_the_same_key_does_it_once_and_another_request_with_it_is_refused(alarm: Alarm) -> None:
    alarm.enrol("T1")
    alarm.press("T1")
    alert_id = alarm.only().id
    for _ in range(3):
        assert alarm.do(Verb.NOTE, alert_id, key="k1", text="打过电话") is Acted.DONE
    assert alarm.kinds(alert_id).count("noted") == 1
    assert alarm.do(Verb.NOTE, alert_id, key="k1", text="别的") is Acted.KEY_REUSED
    assert alarm.do(Verb.NOTE, alert_id, LI, key="k1", text="打过电话") is Acted.DONE
    assert alarm.kinds(alert_id).count("noted") == 2
    assert alarm.do(Verb.NOTE, "nothing", key="k2", text="x") is Acted.NOT_FOUND


def test_a_repeat_that_nobody_reacts_to_puts_the_alert_back_in_the_queue(alarm: Alarm) -> None:
    alarm.enrol("T1")
    alarm.press("T1")
    alert_id = alarm.only().id
    alarm.do(Verb.ACCEPT, alert_id)
    assert not alarm.only().ring
    alarm.clock.turn(timedelta(seconds=20))
    alarm.press("T1")
    assert alarm.only().ring
    assert not alarm.only().waiting
    alarm.clock.turn(timedelta(seconds=20))
    alarm.press("T1")  # postpones nothing
    alarm.requeue()
    assert not alarm.only().waiting
    alarm.clock.turn(timedelta(seconds=10))
    alarm.requeue()
    alert = alarm.only()
    assert alert.waiting
    assert alert.holder is not None
    assert alert.holder.id == WANG.id
    assert alarm.kinds(alert_id) == ["raised", "accepted", "pressed_again", "pressed_again", "requeued"]
    alarm.do(Verb.ACCEPT, alert_id, LI)
    assert alarm.only().holder is not None
    assert alarm.kinds(alert_id)[-1] == "taken_over"
    alarm.clock.turn(timedelta(minutes=3))
    assert alarm.requeue() == 0


def test_a_reaction_in_time_keeps_it_out_of_the_queue(alarm: Alarm) -> None:
    alarm.enrol("T1")
    alarm.press("T1")
    alert_id = alarm.only().id
    alarm.do(Verb.ACCEPT, alert_id)
    alarm.press("T1")
    alarm.do(Verb.NOTE, alert_id, text="正在通话")
    alarm.clock.turn(timedelta(minutes=3))
    assert alarm.requeue() == 0
    assert not alarm.only().waiting


def test_a_holder_who_stays_silent_is_warned_and_then_the_others_ring_too(alarm: Alarm) -> None:
    alarm.enrol("T1")
    alarm.press("T1")
    alert_id = alarm.only().id
    alarm.do(Verb.ACCEPT, alert_id)
    alarm.clock.turn(timedelta(seconds=199))
    alarm.requeue()
    assert alarm.kinds(alert_id) == ["raised", "accepted"]
    alarm.clock.turn(timedelta(seconds=1))
    alarm.requeue()
    assert alarm.kinds(alert_id) == ["raised", "accepted", "lease_warned"]
    assert not alarm.only().waiting
    alarm.clock.turn(timedelta(seconds=100))
    alarm.requeue()
    alert = alarm.only()
    assert alarm.kinds(alert_id)[-1] == "lease_ran_out"
    assert alert.waiting
    assert alert.ring
    assert alert.holder is not None
    assert alert.holder.id == WANG.id


def test_a_note_renews_the_lease_and_a_journey_lasts_its_minutes_plus_ten(alarm: Alarm) -> None:
    alarm.enrol("T1")
    alarm.press("T1")
    alert_id = alarm.only().id
    alarm.do(Verb.ACCEPT, alert_id)
    for _ in range(4):
        alarm.clock.turn(timedelta(minutes=3))
        alarm.do(Verb.NOTE, alert_id, text="还在通话")
        alarm.requeue()
    alarm.do(Verb.EN_ROUTE, alert_id, eta_minutes=25)
    alarm.clock.turn(timedelta(minutes=23))
    alarm.requeue()
    assert "lease_warned" not in alarm.kinds(alert_id)
    alarm.clock.turn(timedelta(minutes=12))
    alarm.requeue()
    assert alarm.kinds(alert_id)[-1] == "lease_ran_out"


def test_who_hands_it_over_stays_on_it_until_somebody_takes_it(alarm: Alarm) -> None:
    alarm.enrol("T1")
    alarm.press("T1")
    alert_id = alarm.only().id
    alarm.do(Verb.ACCEPT, alert_id)
    alarm.do(Verb.HAND_OVER, alert_id, to="夜班", text="交接班")
    alert = alarm.only()
    assert alert.waiting
    assert alert.holder is not None
    assert alert.holder.id == WANG.id
    alarm.do(Verb.ACCEPT, alert_id, LI)
    alert = alarm.only()
    assert not alert.waiting
    assert alert.holder is not None
    assert alert.holder.id == LI.id
    assert alarm.kinds(alert_id) == ["raised", "accepted", "handed_over", "taken_over"]


def test_a_responder_without_account_can_take_it_and_an_operator_may_join(alarm: Alarm) -> None:
    alarm.enrol("T1")
    alarm.press("T1")
    alert_id = alarm.only().id
    chen = Actor(ActorKind.RESPONDER, "p1", "陈师傅")
    alarm.do(Verb.RESPOND, alert_id, chen)
    alert = alarm.only()
    assert alert.handling is Handling.ACCEPTED
    assert not alert.waiting
    assert alert.responder == "陈师傅"
    alarm.do(Verb.ACCEPT, alert_id, LI)
    alert = alarm.only()
    assert alert.holder is not None
    assert alert.holder.id == LI.id
    assert alert.responder == "陈师傅"
    assert alarm.kinds(alert_id) == ["raised", "responder_accepted", "taken_over"]


def test_a_command_is_repeated_until_its_result(alarm: Alarm) -> None:
    alarm.enrol("T1")
    answer = alarm.press("T1", "e1")
    _sent(alarm, *answer.commands)
    assert alarm.claim("gw1", Lane.EMERGENCY, 50) == []
    alarm.clock.turn(timedelta(seconds=10))
    again = alarm.claim("gw1", Lane.EMERGENCY, 50)
    assert [c.id for c in again] == [c.id for c in answer.commands]
    _sent(alarm, *again)
    assert alarm.result("T1", again[0].id, ResultStatus.DONE, None) is OutcomeReason.RECORDED
    alarm.clock.turn(timedelta(minutes=5))
    assert alarm.claim("gw1", Lane.EMERGENCY, 50) == []
    assert alarm.kinds(alarm.only().id) == ["raised", "answer_sent", "answer_confirmed"]


def test_a_lease_that_ran_out_hands_the_command_to_another_gateway_and_fences_the_first(alarm: Alarm) -> None:
    alarm.enrol("T1")
    (first,) = alarm.press("T1").commands
    alarm.clock.turn(timedelta(seconds=11))
    (second,) = alarm.claim("gw2", Lane.EMERGENCY, 50)
    assert (second.id, second.lease != first.lease) == (first.id, True)
    (late,) = alarm.outcomes("gw1", [CommandOutcome(id=first.id, lease=first.lease, outcome="sent")])
    assert late.reason == OutcomeReason.STALE_LEASE
    _sent(alarm, second)


def test_a_command_that_could_not_be_published_goes_again_soon(alarm: Alarm) -> None:
    alarm.enrol("T1")
    (command,) = alarm.press("T1").commands
    alarm.outcomes("gw1", [CommandOutcome(id=command.id, lease=command.lease, outcome="failed", reason="broker away")])
    assert alarm.claim("gw1", Lane.EMERGENCY, 50) == []
    alarm.clock.turn(timedelta(seconds=2))
    assert [c.id for c in alarm.claim("gw1", Lane.EMERGENCY, 50)] == [command.id]
    assert alarm.kinds(alarm.only().id) == ["raised", "answer_failed"]


def test_a_command_that_expired_is_not_sent_and_the_timeline_says_so(alarm: Alarm) -> None:
    alarm.enrol("T1")
    alarm.press("T1")
    alarm.clock.turn(timedelta(hours=2))
    assert alarm.claim("gw1", Lane.EMERGENCY, 50) == []
    assert alarm.expire() == 1
    assert alarm.expire() == 0
    assert alarm.kinds(alarm.only().id) == ["raised", "answer_expired"]


def test_a_terminal_that_asks_again_after_the_expiry_is_answered_again(alarm: Alarm) -> None:
    alarm.enrol("T1")
    event = alarm.event("T1", "e1")
    (first,) = alarm.send(alarm.item("T1", event)).commands
    alarm.clock.turn(timedelta(hours=2))
    alarm.expire()
    (again,) = alarm.send(alarm.item("T1", event)).commands
    assert again.id == first.id
    assert again.expires > first.expires


@pytest.mark.parametrize("device", ["T2", "nobody"])
def test_another_devices_result_ends_nothing(alarm: Alarm, device: str) -> None:
    alarm.enrol("T1")
    (command,) = alarm.press("T1").commands
    assert alarm.result(device, command.id, ResultStatus.DONE, None) is OutcomeReason.UNKNOWN_COMMAND
    assert alarm.detail(alarm.only().id).commands[0].state == "pending"


def test_a_later_stage_takes_the_place_of_an_earlier_one_that_is_still_repeated(alarm: Alarm) -> None:
    alarm.enrol("T1")
    _sent(alarm, *alarm.press("T1", "e1").commands)
    alert_id = alarm.only().id
    alarm.do(Verb.ACCEPT, alert_id)
    _sent(alarm, *alarm.claim("gw1", Lane.EMERGENCY, 50))
    alarm.do(Verb.EN_ROUTE, alert_id, eta_minutes=5)
    states = {c.stage: c.state for c in alarm.detail(alert_id).commands}
    assert states == {"received": "superseded", "accepted": "superseded", "en_route": "pending"}
    alarm.clock.turn(timedelta(seconds=1))
    assert [c.args["stage"] for c in alarm.claim("gw1", Lane.EMERGENCY, 50)] == ["en_route"]


def test_an_acknowledgement_that_has_not_left_yet_still_goes(alarm: Alarm) -> None:
    alarm.enrol("T1")
    alarm.press("T1", "e1")
    alarm.do(Verb.ACCEPT, alarm.only().id)
    alarm.clock.turn(timedelta(seconds=11))
    assert sorted(c.args["stage"] for c in alarm.claim("gw2", Lane.EMERGENCY, 50)) == ["accepted", "received"]


def test_closing_a_closed_alert_is_refused(alarm: Alarm) -> None:
    alarm.enrol("T1")
    alarm.press("T1")
    alert_id = alarm.only().id
    with pytest.raises(Refusal):
        alarm.do(Verb.CLOSE, alert_id, outcome="helped_by_phone")
    alarm.do(Verb.ACCEPT, alert_id)
    alarm.do(Verb.CLOSE, alert_id, outcome="helped_by_phone")
    with pytest.raises(Refusal):
        alarm.do(Verb.CLOSE, alert_id, outcome="helped_by_phone")
    assert alarm.detail(alert_id).handling is Handling.CLOSED
