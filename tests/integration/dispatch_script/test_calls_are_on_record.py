"""A click dials and is on record; its result fixes the voice, renews the lease, and doubts a wrong number."""

from __future__ import annotations

import pytest
from sqlalchemy import select, update

from backend.adapters.db.engine import writing
from backend.adapters.db.organisation import organisations
from backend.adapters.db.registry import contacts
from backend.domain.alert.lifecycle import Verb
from backend.domain.script.model import CallResult, CallTarget
from backend.services.script.once import KeyReused
from backend.services.telephony.begin_call import CannotCall, NotCalled
from backend.services.telephony.end_call import Ended, Said
from contract.vocabulary import Lane
from tests.harness.alarm import WANG
from tests.harness.scripted import Scripted


def test_the_terminal_is_told_to_dial_the_desk(scripted: Scripted) -> None:
    alert_id = scripted.pressed()
    call = scripted.calls.call(scripted.call(alert_id))
    assert call is not None
    assert (call.number, call.result, call.to_id) == ("+865802031234", None, "T1")
    commands = {command.id: command for command in scripted.claim("gw1", Lane.EMERGENCY, 50)}
    dial = commands[call.command_id or ""]
    assert (dial.device_id, dial.command, dial.args) == ("T1", "dial", {"number": "+865802031234"})
    assert scripted.kinds(alert_id)[-1] == "called"


def test_the_desks_number_is_the_nearest_above(scripted: Scripted) -> None:
    alert_id = scripted.pressed()
    with writing(scripted.engine) as connection:
        connection.execute(update(organisations).values(phone=None))
        connection.commit()
    with pytest.raises(CannotCall) as cannot:
        scripted.call(alert_id)
    assert cannot.value.reason is NotCalled.NO_DESK_NUMBER
    assert scripted.calls.calls(alert_id) == []


def test_a_voice_is_the_first_voice_and_the_lease_begins_anew(scripted: Scripted) -> None:
    alert_id = scripted.pressed()
    before = scripted.detail(alert_id)
    scripted.pass_time(20)
    call_id = scripted.call(alert_id)
    scripted.pass_time(10)
    spoken = Said(CallResult.SPOKEN, 42, "rec-17", "老人说是误按")
    assert scripted.end(call_id, spoken, WANG) is Ended.DONE
    after = scripted.detail(alert_id)
    assert after.first_voice_at == scripted.clock.now()
    assert before.lease_until is not None
    assert after.lease_until is not None
    assert (after.lease_until - before.lease_until).total_seconds() == 30
    ended = next(entry for entry in after.timeline if entry.kind == "call_ended")
    assert (ended.reason, ended.detail["seconds"], ended.detail["recording_reference"]) == ("spoken", 42, "rec-17")
    assert "voice_contact" in [entry.kind for entry in after.timeline]
    assert scripted.end(call_id, spoken, WANG) is Ended.UNCHANGED
    assert scripted.end(call_id, Said(CallResult.BUSY), WANG) is Ended.OTHER_RESULT
    assert scripted.end("nothing", spoken, WANG) is Ended.NO_CALL


def test_a_wrong_number_is_doubted_and_a_voice_of_the_family_is_not_the_persons(scripted: Scripted) -> None:
    alert_id = scripted.pressed()
    scripted.call(alert_id, CallTarget.CONTACT, CallResult.SPOKEN, to_id="c-T1")
    assert scripted.detail(alert_id).first_voice_at is None
    scripted.call(alert_id, CallTarget.CONTACT, CallResult.WRONG_NUMBER, to_id="c-T1")
    with scripted.engine.connect() as connection:
        assert connection.scalar(select(contacts.c.proved_on).where(contacts.c.id == "c-T1")) is None
    assert scripted.detail(alert_id).timeline[-1].detail["number_doubted"] is True
    terminal, resident, contact = scripted.calls.parties(alert_id)
    assert (terminal.to, resident.number, contact.proved) == (CallTarget.TERMINAL, None, False)


def test_the_same_key_is_the_same_call(scripted: Scripted) -> None:
    alert_id = scripted.pressed()
    first = scripted.begin(alert_id, CallTarget.CONTACT, "c-T1", None, WANG, "k1")
    assert scripted.begin(alert_id, CallTarget.CONTACT, "c-T1", None, WANG, "k1") == first
    found = scripted.calls.calls(alert_id)
    assert found is not None
    assert [call.id for call in found] == [first]
    with pytest.raises(KeyReused):
        scripted.begin(alert_id, CallTarget.TERMINAL, None, None, WANG, "k1")


@pytest.mark.parametrize(
    ("to", "to_id", "number", "reason"),
    [
        (CallTarget.EMERGENCY_SERVICE, None, "999", NotCalled.NO_SUCH_PARTY),
        (CallTarget.CONTACT, "c-T9", None, NotCalled.NO_SUCH_PARTY),
        (CallTarget.RESIDENT, "r-T1", None, NotCalled.NO_NUMBER),
        (CallTarget.RESIDENT, None, "喂", NotCalled.BAD_NUMBER),
    ],
)
def test_what_cannot_be_dialled_says_why(
    scripted: Scripted, to: CallTarget, to_id: str | None, number: str | None, reason: NotCalled
) -> None:
    alert_id = scripted.pressed()
    with pytest.raises(CannotCall) as cannot:
        scripted.call(alert_id, to, to_id=to_id, number=number)
    assert cannot.value.reason is reason
    assert "called" not in scripted.kinds(alert_id)


def test_whom_nobody_may_call_is_not_called_and_a_closed_alert_sends_no_dial(scripted: Scripted) -> None:
    alert_id = scripted.pressed()
    with writing(scripted.engine) as connection:
        connection.execute(update(contacts).values(role="never"))
        connection.commit()
    with pytest.raises(CannotCall) as never:
        scripted.call(alert_id, CallTarget.CONTACT, to_id="c-T1")
    scripted.do(Verb.CLOSE, alert_id, outcome="helped_by_phone")
    with pytest.raises(CannotCall) as closed:
        scripted.call(alert_id)
    assert (never.value.reason, closed.value.reason) == (NotCalled.NEVER_CALL, NotCalled.CLOSED)
    scripted.call(alert_id, CallTarget.CONTACT, CallResult.SPOKEN, number="13800009999")
