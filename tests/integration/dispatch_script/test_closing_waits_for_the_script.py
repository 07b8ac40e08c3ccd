"""Closing is refused while a mandatory step is neither done, nor proved, nor impossible for a reason."""

from __future__ import annotations

import pytest

from backend.domain.alert.lifecycle import Refusal, Refused, StepMark, Verb
from backend.domain.script.checklist import Need
from backend.domain.script.model import BadMark, CallResult, CallTarget, Evidence, MarkState
from backend.domain.script.review import ReviewVerdict
from backend.services.alarm.act import Acted
from backend.services.script.review_step import Reviewed
from backend.services.script.tick_off import Ticked
from contract.vocabulary import Handling
from tests.harness.alarm import LI, WANG
from tests.harness.scripted import Scripted


def test_an_accident_is_closed_with_two_steps(scripted: Scripted) -> None:
    alert_id = scripted.pressed()
    assert scripted.do(Verb.CLOSE, alert_id, outcome="pressed_by_accident") is Acted.DONE
    assert scripted.detail(alert_id).handling is Handling.CLOSED


def test_without_a_voice_it_stays_open_and_says_which_step(scripted: Scripted) -> None:
    alert_id = scripted.pressed()
    with pytest.raises(Refusal) as refused:
        scripted.do(Verb.CLOSE, alert_id, outcome="false_alarm_device")
    assert refused.value.reason is Refused.SCRIPT_INCOMPLETE
    (step,) = refused.value.missing
    assert (step.step, step.label.zh[:2], step.label.en[:5]) == ("speak", "通过", "Speak")
    assert scripted.detail(alert_id).handling is Handling.ACCEPTED


def test_a_call_in_which_somebody_spoke_is_the_voice(scripted: Scripted) -> None:
    alert_id = scripted.pressed()
    scripted.call(alert_id, result=CallResult.SPOKEN)
    (speak, *_) = scripted.script(alert_id).steps
    assert speak.evidence is Evidence.VOICE
    assert scripted.do(Verb.CLOSE, alert_id, outcome="false_alarm_device") is Acted.DONE


def test_somebody_there_is_the_voice_also_when_it_is_read_later(scripted: Scripted) -> None:
    alert_id = scripted.pressed()
    scripted.do(Verb.ARRIVED, alert_id)
    assert scripted.do(Verb.CLOSE, alert_id, outcome="false_alarm_device") is Acted.DONE
    assert scripted.script(alert_id).steps[0].evidence is Evidence.ARRIVED


def test_who_was_seen_needs_no_voice(scripted: Scripted) -> None:
    alert_id = scripted.pressed()
    assert scripted.do(Verb.CLOSE, alert_id, outcome="no_answer", seen_by="村医周明") is Acted.DONE
    assert scripted.script(alert_id).steps[0].evidence is Evidence.SEEN


def test_steps_come_with_the_closing_in_one_transaction(scripted: Scripted) -> None:
    alert_id = scripted.pressed()
    refused = (StepMark("speak", "impossible"), StepMark("no_such_step", "done"))
    with pytest.raises(Refusal):
        scripted.do(Verb.CLOSE, alert_id, outcome="false_alarm_device", steps=refused)
    assert scripted.script(alert_id).record.marks == ()
    because = (StepMark("speak", "impossible", "终端没有喇叭"),)
    assert scripted.do(Verb.CLOSE, alert_id, outcome="false_alarm_device", steps=because) is Acted.DONE
    (mark,) = scripted.script(alert_id).record.marks
    assert (mark.step, mark.state, mark.reason, mark.actor) == ("speak", MarkState.IMPOSSIBLE, "终端没有喇叭", WANG)
    assert "script_step" in scripted.kinds(alert_id)


def test_a_technical_matter_has_no_mandatory_step(scripted: Scripted) -> None:
    alert_id = scripted.pressed(type_="care.battery.low")
    assert scripted.do(Verb.CLOSE, alert_id, outcome="technical") is Acted.DONE


def test_an_ambulance_asks_for_120_its_record_the_family_and_the_hospital(scripted: Scripted) -> None:
    alert_id = scripted.pressed()
    scripted.call(alert_id, result=CallResult.SPOKEN)
    steps = {view.step.id: view.need for view in scripted.script(alert_id).steps}
    assert steps["call_120"] is Need.DEPENDS
    assert scripted.missing(alert_id, "ambulance") == ["call_120", "hand_over", "tell_family"]
    scripted.call(alert_id, CallTarget.EMERGENCY_SERVICE, CallResult.SPOKEN, number="120")
    scripted.call(alert_id, CallTarget.CONTACT, CallResult.VOICEMAIL, to_id="c-T1")
    assert scripted.missing(alert_id, "ambulance") == ["hand_over", "tell_family"]
    scripted.call(alert_id, CallTarget.CONTACT, CallResult.SPOKEN, to_id="c-T1")
    assert scripted.missing(alert_id, "ambulance") == ["hand_over"]


def test_the_manager_sees_what_was_impossible_once(scripted: Scripted) -> None:
    alert_id = scripted.pressed()
    with pytest.raises(BadMark):
        scripted.tick_off(alert_id, "speak", MarkState.IMPOSSIBLE, reason="  ")
    assert scripted.reviews.awaiting(10) == []
    scripted.tick_off(alert_id, "speak", MarkState.IMPOSSIBLE, reason="终端没有喇叭")
    (waiting,) = scripted.reviews.awaiting(10)
    assert (waiting.alert_id, waiting.mark.reason, waiting.home_label) == (alert_id, "终端没有喇叭", "沙湾村 12 号")
    assert scripted.missing(alert_id, "false_alarm_device") == []
    assert scripted.review(waiting.id, ReviewVerdict.OBJECTED, "应请邻居", LI) is Reviewed.DONE
    assert scripted.review(waiting.id, ReviewVerdict.OBJECTED, None, LI) is Reviewed.DONE
    assert scripted.review(waiting.id, ReviewVerdict.AGREED, None, LI) is Reviewed.OTHER_VERDICT
    assert scripted.review(waiting.id + 1, ReviewVerdict.AGREED, None, LI) is Reviewed.NOT_FOUND
    assert scripted.reviews.awaiting(10) == []
    reviewed = scripted.detail(alert_id).timeline[-1]
    assert (reviewed.kind, reviewed.detail["verdict"], reviewed.actor.name) == ("script_step", "objected", "李强")


def test_marks_are_added_and_the_last_one_counts(scripted: Scripted) -> None:
    alert_id = scripted.pressed(type_="care.leak.detected")
    scripted.tick_off(alert_id, "valve", MarkState.IMPOSSIBLE, reason="找不到总阀")
    scripted.tick_off(alert_id, "valve", note="邻居关的")
    record = scripted.script(alert_id).record
    assert [mark.state for mark in record.marks] == [MarkState.IMPOSSIBLE, MarkState.DONE]
    valve = next(view for view in scripted.script(alert_id).steps if view.step.id == "valve")
    assert valve.mark is not None
    assert (valve.mark.state, valve.mark.note) == (MarkState.DONE, "邻居关的")


def test_a_key_ticks_off_once_and_a_step_renews_the_lease(scripted: Scripted) -> None:
    alert_id = scripted.pressed()
    before = scripted.detail(alert_id).lease_until
    scripted.pass_time(30)
    assert scripted.tick_off(alert_id, "key_holder", key="k1") is Ticked.DONE
    assert scripted.tick_off(alert_id, "key_holder", key="k1") is Ticked.DONE
    assert len(scripted.script(alert_id).record.marks) == 1
    after = scripted.detail(alert_id).lease_until
    assert before is not None
    assert after is not None
    assert (after - before).total_seconds() == 30


def test_unknown_steps_and_closed_alerts_take_no_mark(scripted: Scripted) -> None:
    alert_id = scripted.pressed()
    assert scripted.tick_off(alert_id, "nonsense") is Ticked.NO_STEP
    assert scripted.tick_off("nobody", "speak") is Ticked.NO_ALERT
    scripted.do(Verb.CLOSE, alert_id, outcome="helped_by_phone")
    assert scripted.tick_off(alert_id, "speak") is Ticked.CLOSED
