"""From the message to *done*: each step is one press of a thumb, and the desk and the terminal learn of it."""

from __future__ import annotations

from datetime import timedelta

import pytest

from backend.domain.alert.lifecycle import Verb
from backend.domain.answering.model import Refusal, State, StepKind, Why
from backend.domain.escalation.targets import DutyRole
from tests.harness.alarm import WANG
from tests.harness.answering import Answering


def test_the_way_from_the_link_to_the_end(answering: Answering) -> None:
    _, token, _ = answering.call("chen", "陈志愿")
    phone = answering.opened(token)
    assert answering.take(token, phone, StepKind.ACCEPT).state is State.ACCEPTED
    alert = answering.alarm.only()
    assert (alert.handling, alert.responder, alert.holder and alert.holder.name) == ("accepted", "陈志愿", "陈志愿")
    answering.take(token, phone, StepKind.EN_ROUTE, minutes=8)
    assert (answering.alarm.only().handling, answering.alarm.only().eta_minutes) == ("en_route", 8)
    answering.take(token, phone, StepKind.ARRIVED)
    rung = answering.alarm.only().ring_seq
    answering.take(token, phone, StepKind.DONE, outcome="helped", note="扶起来了")
    alert = answering.alarm.only()
    assert alert.handling == "arrived", "only an operator closes an alert"
    assert alert.ring_seq == rung + 1
    told = [kind for kind in answering.kinds() if kind.startswith("responder_")]
    assert told == [
        "responder_opened",
        "responder_accepted",
        "responder_en_route",
        "responder_arrived",
        "responder_done",
    ]
    stages = {command.stage for command in answering.alarm.detail(answering.alert_id).commands}
    assert {"accepted", "en_route", "arrived"} <= stages


def test_skipped_steps_are_refused_with_the_reason(answering: Answering) -> None:
    _, token, _ = answering.call("chen", "陈志愿")
    phone = answering.opened(token)
    with pytest.raises(Refusal) as early:
        answering.take(token, phone, StepKind.ARRIVED)
    answering.take(token, phone, StepKind.ACCEPT)
    with pytest.raises(Refusal) as early_done:
        answering.take(token, phone, StepKind.DONE, outcome="helped")
    assert (early.value.why, early_done.value.why) == (Why.NOT_ACCEPTED, Why.NOT_ARRIVED)
    assert "responder_done" not in answering.kinds()


def test_the_first_to_accept_has_it_and_the_others_are_stood_down(answering: Answering) -> None:
    _, first, _ = answering.call("chen", "陈志愿")
    _, second, _ = answering.call("zhao", "赵志愿")
    late = answering.opened(second)
    answering.take(first, answering.opened(first), StepKind.ACCEPT)
    assert answering.states() == {"chen": "accepted", "zhao": "stood_down"}
    with pytest.raises(Refusal) as refused:
        answering.take(second, late, StepKind.ACCEPT)
    assert (refused.value.why, refused.value.by) == (Why.TAKEN, "陈志愿")


def test_whoever_cannot_come_after_all_rings_the_desk_and_leaves_room(answering: Answering) -> None:
    _, first, _ = answering.call("chen", "陈志愿")
    _, second, _ = answering.call("zhao", "赵志愿")
    phone = answering.opened(first)
    answering.take(first, phone, StepKind.ACCEPT)
    rung = answering.alarm.only().ring_seq
    answering.take(first, phone, StepKind.PASS)
    alert = answering.alarm.only()
    assert (alert.ring_seq, alert.waiting, alert.responder) == (rung + 1, True, None)
    assert answering.reasons("notice_passed") == ["withdrew"]
    assert answering.take(second, answering.opened(second), StepKind.ACCEPT).state is State.ACCEPTED


def test_passing_marks_the_notice_and_wakes_the_escalation(answering: Answering) -> None:
    _, token, _ = answering.call("chen", "陈志愿")
    answering.take(token, answering.opened(token), StepKind.PASS)
    assert answering.notice_states()["chen"] == "passed"
    assert "notice_passed" in answering.kinds()
    _, again, _ = answering.call("chen", "陈志愿", step=1)
    assert again == token, "the same person has the same link for the same alert"
    assert answering.states()["chen"] == "opened", "called again, the answer is open again"


def test_holding_works_once(answering: Answering) -> None:
    _, token, _ = answering.call("chen", "陈志愿")
    phone = answering.opened(token)
    held = answering.take(token, phone, StepKind.HOLD)
    assert held.held_until == answering.clock.now() + timedelta(seconds=120)
    assert answering.alarm.detail(answering.alert_id).timeline[-1].kind == "held"
    answering.clock.turn(timedelta(seconds=121))
    with pytest.raises(Refusal) as again:
        answering.take(token, phone, StepKind.HOLD)
    assert again.value.why is Why.HELD_BEFORE
    assert answering.take(token, phone, StepKind.ACCEPT).state is State.ACCEPTED


def test_an_operator_accepts_by_link_as_themselves(answering: Answering) -> None:
    answering.person("op", "周坐席", roles=["operator"], responder_kind=None)
    _, token, _ = answering.call("op", "周坐席", DutyRole.OPERATOR)
    phone = answering.opened(token)
    answering.take(token, phone, StepKind.ACCEPT)
    holder = answering.alarm.only().holder
    assert holder is not None
    assert holder.name == "周坐席"
    assert "accepted" in answering.kinds()
    with pytest.raises(Refusal) as refused:
        answering.take(token, phone, StepKind.ARRIVED)
    assert refused.value.why is Why.DESK_ONLY


def test_an_operator_who_comes_second_sees_who_has_it(answering: Answering) -> None:
    answering.person("op", "周坐席", roles=["operator"], responder_kind=None)
    _, token, _ = answering.call("op", "周坐席", DutyRole.OPERATOR)
    phone = answering.opened(token)
    answering.alarm.do(Verb.ACCEPT, answering.alert_id, WANG)
    with pytest.raises(Refusal) as refused:
        answering.take(token, phone, StepKind.ACCEPT)
    assert (refused.value.why, refused.value.by) == (Why.TAKEN, "王丽")


def test_a_closed_alert_is_taken_by_nobody_but_finished_by_whoever_is_there(answering: Answering) -> None:
    _, first, _ = answering.call("chen", "陈志愿")
    phone = answering.opened(first)
    for kind in (StepKind.ACCEPT, StepKind.ARRIVED):
        answering.take(first, phone, kind)
    _, second, _ = answering.call("zhao", "赵志愿")
    other = answering.opened(second)
    answering.alarm.do(Verb.CLOSE, answering.alert_id, WANG, outcome="helped_on_site")
    with pytest.raises(Refusal):
        answering.take(second, other, StepKind.ACCEPT)
    assert answering.take(first, phone, StepKind.DONE, outcome="all_well").state is State.DONE
    assert answering.reasons("responder_done") == ["done"]
