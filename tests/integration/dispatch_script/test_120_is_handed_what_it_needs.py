"""The hand-over to 120 is on record, the hospital must be known before closing, and somebody asks later, once."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta

from backend.domain.script.hand_over import HandOver, Vehicle
from backend.domain.script.model import CallResult, CallTarget
from backend.services.script.record_hand_over import Recorded
from tests.harness.alarm import WANG
from tests.harness.scripted import Scripted


def test_the_alert_stays_open_until_the_hospital_is_known(scripted: Scripted) -> None:
    alert_id = scripted.pressed()
    scripted.call(alert_id, result=CallResult.SPOKEN)
    scripted.call(alert_id, CallTarget.EMERGENCY_SERVICE, CallResult.SPOKEN, number="120")
    scripted.call(alert_id, CallTarget.CONTACT, CallResult.SPOKEN, to_id="c-T1")
    called = HandOver(scripted.clock.now(), reference="120-88", call_back="0580-2031234", vehicle=Vehicle.BOAT)
    assert scripted.hand_over(alert_id, called, WANG) is Recorded.DONE
    assert scripted.missing(alert_id, "ambulance") == ["destination_unknown"]
    assert scripted.follow_ups.made == []
    known = replace(called, hospital="舟山医院", met_by="邻居阿芳")
    assert scripted.hand_over(alert_id, known, WANG) is Recorded.DONE
    assert scripted.missing(alert_id, "ambulance") == []
    day = timedelta(hours=24)
    assert scripted.follow_ups.made == [
        (alert_id, called.called_at + day, "after_24_h"),
        (alert_id, called.called_at + 3 * day, "after_72_h"),
    ]


def test_what_changes_stands_in_the_timeline_with_what_was_there(scripted: Scripted) -> None:
    alert_id = scripted.pressed()
    first = HandOver(scripted.clock.now(), vehicle=Vehicle.AMBULANCE, hospital="普陀医院")
    scripted.hand_over(alert_id, first, WANG)
    assert scripted.hand_over(alert_id, first, WANG) is Recorded.UNCHANGED
    scripted.hand_over(alert_id, replace(first, hospital="舟山医院"), WANG)
    told = [entry.detail for entry in scripted.detail(alert_id).timeline if entry.kind == "handed_to_120"]
    assert told[0]["hospital"] == "普陀医院"
    assert told[1] == {"hospital": "舟山医院", "hospital_before": "普陀医院"}
    assert len(scripted.follow_ups.made) == 2
    assert scripted.script(alert_id).record.around.hand_over == replace(first, hospital="舟山医院")
    assert scripted.hand_over("nobody", first, WANG) is Recorded.NO_ALERT
