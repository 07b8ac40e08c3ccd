"""A step that the table does not list is refused and changes nothing; every other one stands in the timeline."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime, timedelta
from itertools import product

import pytest

from backend.domain.alert.lifecycle import TRANSITIONS, Action, Refusal, Refused, Verb, allowed, decide, requeue
from backend.domain.alert.model import Actor, ActorKind, Alert, AlertId, EntryKind
from contract.vocabulary import SOS, Handling, Severity, Stage

NOW = datetime(2026, 11, 24, 3, 12, 45, tzinfo=UTC)
WANG = Actor(ActorKind.STAFF, "op1", "王丽")
LI = Actor(ActorKind.STAFF, "op2", "李强")


def alert(handling: Handling = Handling.NEW) -> Alert:
    held = handling is not Handling.NEW
    return Alert(
        id=AlertId("a1"),
        device_id="T1",
        type=SOS,
        severity=Severity.EMERGENCY,
        pressed_at=NOW,
        received_at=NOW,
        event_id="e1",
        handling=handling,
        holder=WANG if held else None,
        accepted_at=NOW if held else None,
    )


def action(verb: Verb, who: Actor = WANG) -> Action:
    return Action(
        verb,
        who,
        responder="陈师傅" if verb is Verb.DISPATCH else None,
        eta_minutes=8 if verb is Verb.EN_ROUTE else None,
        outcome="helped_on_site" if verb is Verb.CLOSE else None,
        text="说了话" if verb is Verb.NOTE else None,
    )


@pytest.mark.parametrize(("handling", "verb"), list(product(Handling, Verb)))
def test_each_step_follows_the_table_or_is_refused(handling: Handling, verb: Verb) -> None:
    before = alert(handling)
    known = (handling, verb) in TRANSITIONS or verb is Verb.NOTE
    if not known and not (verb is Verb.ACCEPT and handling is not Handling.CLOSED):
        with pytest.raises(Refusal) as caught:
            decide(before, action(verb), NOW)
        assert caught.value.alert == before
        assert verb not in allowed(before)
        return
    decision = decide(before, action(verb), NOW)
    if decision.changed:
        assert decision.alert.handling is TRANSITIONS.get((handling, verb), handling)
        assert [entry.actor for entry in decision.entries] == [WANG]
        assert decision.alert.version == before.version + 1
        # A responder answers by link: the desk is not offered that step.
        assert (verb in allowed(before)) is (verb is not Verb.RESPOND)
    else:
        assert decision.alert == before


@pytest.mark.parametrize(
    ("handling", "verb", "stage"),
    [
        (Handling.NEW, Verb.ACCEPT, Stage.ACCEPTED),
        (Handling.ACCEPTED, Verb.EN_ROUTE, Stage.EN_ROUTE),
        (Handling.EN_ROUTE, Verb.ARRIVED, Stage.ARRIVED),
        (Handling.ARRIVED, Verb.CLOSE, Stage.CLOSED),
    ],
)
def test_the_terminal_hears_each_step(handling: Handling, verb: Verb, stage: Stage) -> None:
    (answer,) = decide(alert(handling), action(verb), NOW).answers
    assert (answer.stage, answer.event_id) == (stage, "e1")
    assert answer.eta_minutes == (8 if stage is Stage.EN_ROUTE else None)


def test_dispatching_tells_the_terminal_nothing() -> None:
    decision = decide(alert(Handling.ACCEPTED), action(Verb.DISPATCH), NOW)
    assert decision.answers == ()
    assert decision.alert.responder == "陈师傅"


def test_the_second_person_is_told_who_has_it() -> None:
    taken = decide(alert(), action(Verb.ACCEPT, WANG), NOW).alert
    with pytest.raises(Refusal) as caught:
        decide(taken, action(Verb.ACCEPT, LI), NOW + timedelta(seconds=1))
    assert caught.value.reason is Refused.ALREADY_ACCEPTED
    assert caught.value.alert.holder == WANG


def test_accepting_twice_is_accepting_once() -> None:
    taken = decide(alert(), action(Verb.ACCEPT), NOW).alert
    again = decide(taken, action(Verb.ACCEPT), NOW + timedelta(seconds=5))
    assert not again.changed
    assert again.alert.accepted_at == NOW


def test_closing_an_unanswered_sos_needs_who_has_seen_the_person() -> None:
    held = alert(Handling.ACCEPTED)
    close = Action(Verb.CLOSE, WANG, outcome="no_answer")
    with pytest.raises(Refusal) as caught:
        decide(held, close, NOW)
    assert caught.value.reason is Refused.NEEDS_SEEN_BY
    closed = decide(held, replace(close, seen_by="村医 周明"), NOW).alert
    assert (closed.handling, closed.outcome, closed.closed_at) == (Handling.CLOSED, "no_answer", NOW)


def test_an_unknown_outcome_closes_nothing() -> None:
    with pytest.raises(Refusal) as caught:
        decide(alert(Handling.ACCEPTED), Action(Verb.CLOSE, WANG, outcome="whatever"), NOW)
    assert caught.value.reason is Refused.UNKNOWN_OUTCOME


def test_a_requeued_alert_rings_everybody_keeps_its_holder_and_the_first_acceptance() -> None:
    due = NOW + timedelta(seconds=30)
    held = replace(alert(Handling.ACCEPTED), reaction_due_at=due)
    assert not requeue(held, due - timedelta(milliseconds=1)).changed
    back = requeue(held, due)
    assert back.alert.waiting
    assert back.alert.ringing
    assert back.alert.holder == WANG
    assert [entry.kind for entry in back.entries] == [EntryKind.REQUEUED]
    taken = decide(back.alert, action(Verb.ACCEPT, LI), due).alert
    assert (taken.holder, taken.accepted_at, taken.waiting) == (LI, NOW, False)


def test_any_step_of_the_holder_is_a_reaction_and_a_strangers_note_is_none() -> None:
    held = replace(alert(Handling.ACCEPTED), reaction_due_at=NOW + timedelta(seconds=30))
    assert decide(held, action(Verb.NOTE, WANG), NOW).alert.reaction_due_at is None
    assert decide(held, action(Verb.NOTE, LI), NOW).alert.reaction_due_at == held.reaction_due_at


def test_technical_matters_never_sound() -> None:
    assert not replace(alert(), severity=Severity.TECHNICAL).ringing
    assert alert().ringing
    assert not alert(Handling.ACCEPTED).ringing
