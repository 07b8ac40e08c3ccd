"""受理 → 派单 → 处置 → 回访 → 评价: what follows what, until when, and what is refused."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest

from backend.adapters.work_order_file import load_work_orders
from backend.domain.alert.model import SYSTEM, Actor, ActorKind
from backend.domain.work_order.deadlines import registered, scheduled, watch
from backend.domain.work_order.labels import (
    ENTRY_LABELS,
    ORIGIN_LABELS,
    OUTCOME_LABELS,
    PRIORITY_LABELS,
    REASON_LABELS,
    RESULT_LABELS,
    STATE_LABELS,
    VERB_LABELS,
)
from backend.domain.work_order.lifecycle import (
    BY_PHONE,
    FAILED_CALLS,
    LONGEST_HOLD,
    TRANSITIONS,
    Action,
    Refusal,
    Refused,
    allowed,
    decide,
)
from backend.domain.work_order.model import (
    Assignee,
    CallResult,
    Decision,
    EntryKind,
    Order,
    OrderId,
    Origin,
    Outcome,
    Priority,
    State,
    Taker,
    Verb,
)
from backend.domain.work_order.provider import Choice, ChoiceReason

BOOK = load_work_orders(Path(__file__).parents[3] / "config" / "work_orders.toml")
NOW = datetime(2026, 11, 25, 2, 0, tzinfo=UTC)
WANG = Actor(ActorKind.STAFF, "op1", "王丽")
CENTRE = Choice("c1", "沙湾中心", ChoiceReason.NEAREST_OPEN)
FIELDS: dict[Verb, dict[str, Any]] = {
    Verb.ACCEPT: {"assignee": Assignee("p1", "陈师傅"), "takers": frozenset(Taker)},
    Verb.ASSIGN: {"assignee": Assignee("p2", "李师傅"), "takers": frozenset(Taker)},
    Verb.FINISH: {"outcome": Outcome.DONE},
    Verb.CALL_BACK: {"result": CallResult.SATISFIED},
    Verb.RATE: {"rating": 5},
    Verb.CANCEL: {"text": "不再需要"},
    Verb.HOLD: {"text": "等配件", "until": NOW + timedelta(days=2)},
    Verb.NOTE: {"text": "备注"},
}


def _order(kind: str = "service_request", state: State = State.REGISTERED) -> Order:
    return Order(OrderId("w1"), "k1", kind, state, Priority.NORMAL, Origin.KEY_PRESS, NOW, NOW)


def _registered(kind: str = "service_request", choice: Choice | None = CENTRE) -> Order:
    return registered(_order(kind), choice, BOOK.of(kind), SYSTEM, "platform", NOW).order


def _do(order: Order, verb: Verb, now: datetime = NOW, **fields: Any) -> Decision:
    return decide(order, Action(verb, WANG, **{**FIELDS.get(verb, {}), **fields}), BOOK.of(order.kind), now)


def _walk(*verbs: Verb, kind: str = "service_request") -> Order:
    order = _registered(kind)
    for verb in verbs:
        order = _do(order, verb).order
    return order


def _refused(order: Order, verb: Verb, **fields: Any) -> Refused:
    with pytest.raises(Refusal) as refusal:
        _do(order, verb, **fields)
    assert refusal.value.order is order
    return refusal.value.reason


def test_an_order_goes_through_every_step_to_its_end() -> None:
    steps = [Verb.ACCEPT, Verb.START, Verb.FINISH, Verb.CALL_BACK, Verb.RATE, Verb.CLOSE]
    order, states = _registered(), []
    for verb in steps:
        decision = _do(order, verb)
        order = decision.order
        states.append(order.state)
        assert decision.entries[0].detail["after"] == order.state
    assert states == [
        State.ASSIGNED,
        State.IN_PROGRESS,
        State.FINISHED,
        State.CALLED_BACK,
        State.RATED,
        State.CLOSED,
    ]
    assert (order.outcome, order.rating, order.closed_at) == (Outcome.DONE, 5, NOW)
    assert order.deadline_at is None
    assert order.due_at is None
    assert order.version == 7


@pytest.mark.parametrize("state", list(State))
@pytest.mark.parametrize("verb", [verb for verb in Verb if verb not in (Verb.NOTE, Verb.RESUME)])
@pytest.mark.parametrize("kind", ["service_request", "welfare_call"])
def test_what_the_table_does_not_list_is_refused(state: State, verb: Verb, kind: str) -> None:
    order = replace(_order(kind, state), failed_call_backs=FAILED_CALLS)
    target = TRANSITIONS.get((state, verb)) or (BY_PHONE.get((state, verb)) if BOOK.of(kind).by_phone else None)
    if target is None:
        assert _refused(order, verb) is Refused.ILLEGAL_TRANSITION
        assert verb not in allowed(order, BOOK.of(kind))
    else:
        assert _do(order, verb).order.state is target
        assert verb in allowed(order, BOOK.of(kind))


@pytest.mark.parametrize("state", [State.CLOSED, State.CANCELLED])
def test_what_has_ended_takes_a_note_and_nothing_else(state: State) -> None:
    order = _order(state=state)
    assert allowed(order, BOOK.of(order.kind)) == [Verb.NOTE]
    after = _do(order, Verb.NOTE).order
    assert replace(after, version=order.version) == order


def test_each_step_has_the_span_of_the_book_and_a_second_assignment_does_not_postpone_it() -> None:
    spans = BOOK.of("service_request").spans
    order = _registered()
    assert order.deadline_at == NOW + spans[State.REGISTERED] == order.due_at
    order = _do(order, Verb.ACCEPT, NOW + timedelta(minutes=5)).order
    first = NOW + timedelta(minutes=5) + spans[State.ASSIGNED]
    assert order.deadline_at == first
    order = _do(order, Verb.ASSIGN, NOW + timedelta(minutes=50)).order
    assert (order.deadline_at, order.assignee) == (first, Assignee("p2", "李师傅"))


def test_a_provider_that_is_closed_has_its_time_from_when_it_opens() -> None:
    opens = NOW + timedelta(hours=14)
    order = _registered(choice=replace(CENTRE, opens_at=opens))
    assert order.deadline_at == opens + BOOK.of("service_request").spans[State.REGISTERED]


def test_closing_needs_a_call_back_or_three_that_reached_nobody() -> None:
    order = _walk(Verb.ACCEPT, Verb.START, Verb.FINISH)
    for result in (CallResult.NO_ANSWER, CallResult.UNREACHABLE, CallResult.WRONG_NUMBER):
        assert _refused(order, Verb.CLOSE) is Refused.NEEDS_CALL_BACK
        assert Verb.CLOSE not in allowed(order, BOOK.of(order.kind))
        decision = _do(order, Verb.CALL_BACK, result=result)
        assert decision.call_back is not None
        assert (decision.call_back.at, decision.call_back.result) == (NOW, result)
        order = decision.order
        assert order.state is State.FINISHED
    assert Verb.CLOSE in allowed(order, BOOK.of(order.kind))
    assert _do(order, Verb.CLOSE).order.state is State.CLOSED


def test_what_is_finished_cannot_be_cancelled_past_its_call_back() -> None:
    order = _walk(Verb.ACCEPT, Verb.START, Verb.FINISH)
    assert _refused(order, Verb.CANCEL) is Refused.ILLEGAL_TRANSITION


def test_a_matter_that_is_not_settled_goes_back_to_work_and_needs_another_call_back() -> None:
    order = _walk(Verb.ACCEPT, Verb.START, Verb.FINISH)
    order = _do(order, Verb.CALL_BACK, result=CallResult.NO_ANSWER).order
    again = _do(order, Verb.CALL_BACK, result=CallResult.UNRESOLVED)
    assert again.entries[0].kind is EntryKind.REOPENED
    order = again.order
    assert (order.state, order.reworks, order.failed_call_backs) == (State.IN_PROGRESS, 1, 0)
    assert order.outcome is None
    order = _do(order, Verb.FINISH).order
    assert _refused(order, Verb.CLOSE) is Refused.NEEDS_CALL_BACK


def test_a_follow_up_is_the_call_itself() -> None:
    order = _walk(Verb.ACCEPT, kind="follow_up_24h")
    assert _refused(order, Verb.CLOSE) is Refused.NEEDS_CALL_BACK
    order = _do(order, Verb.CALL_BACK).order
    assert order.state is State.CALLED_BACK
    assert _do(order, Verb.CLOSE).order.state is State.CLOSED


def test_only_who_may_take_a_kind_takes_it() -> None:
    order = _registered("repair")
    assert _refused(order, Verb.ACCEPT, takers=frozenset({Taker.OPERATOR})) is Refused.NOT_FOR_THIS_KIND
    assert _do(order, Verb.ACCEPT, takers=frozenset({Taker.TECHNICIAN})).order.state is State.ASSIGNED


def test_an_overdue_step_is_supervised_once_and_for_ever() -> None:
    order = _registered()
    assert order.due_at is not None
    assert not watch(order, order.due_at - timedelta(seconds=1)).changed
    decision = watch(order, order.due_at)
    late = decision.order
    assert [entry.kind for entry in decision.entries] == [EntryKind.SUPERVISED]
    assert late.supervised_at == order.due_at
    assert not watch(late, NOW + timedelta(days=30)).changed
    later = order.due_at + timedelta(minutes=1)
    next_step = _do(late, Verb.ACCEPT, later).order
    assert (next_step.supervised_at, next_step.overdue_at) == (order.due_at, None)
    assert next_step.due_at is not None
    again = watch(next_step, next_step.due_at)
    assert again.order.supervised_at == order.due_at
    assert again.entries[0].detail["again"] is True


def test_a_hold_stops_the_clock_and_ends_by_itself() -> None:
    order = _registered()
    assert order.deadline_at is not None
    left = order.deadline_at - NOW
    held = _do(order, Verb.HOLD).order
    assert allowed(held, BOOK.of(held.kind)) == [Verb.RESUME, Verb.CANCEL, Verb.NOTE]
    assert _refused(held, Verb.ACCEPT) is Refused.ON_HOLD
    assert _refused(held, Verb.HOLD) is Refused.ON_HOLD
    until = NOW + timedelta(days=2)
    assert not watch(held, until - timedelta(seconds=1)).changed
    decision = watch(held, until)
    assert [entry.kind for entry in decision.entries] == [EntryKind.RESUMED]
    assert (decision.order.deadline_at, decision.order.held) == (until + left, False)
    early = _do(held, Verb.RESUME, NOW + timedelta(hours=1)).order
    assert early.deadline_at == NOW + timedelta(hours=1) + left
    assert _refused(early, Verb.RESUME) is Refused.NOT_ON_HOLD


def test_a_hold_does_not_hide_what_was_late_already() -> None:
    order = _registered()
    assert order.deadline_at is not None
    now = order.deadline_at + timedelta(minutes=1)
    unseen = _do(order, Verb.HOLD, now, until=now + timedelta(days=1)).order
    resumed = watch(unseen, now + timedelta(days=1)).order
    assert watch(resumed, now + timedelta(days=1)).order.supervised_at is not None
    seen = watch(order, now).order
    held = _do(seen, Verb.HOLD, now, until=now + timedelta(days=1)).order
    back = watch(held, now + timedelta(days=1)).order
    assert (back.supervised_at, back.overdue_at, back.due_at) == (now, now, None)


@pytest.mark.parametrize("until", [NOW, NOW - timedelta(days=1), NOW + LONGEST_HOLD + timedelta(seconds=1)])
def test_a_hold_has_an_end_within_a_month(until: datetime) -> None:
    assert _refused(_registered(), Verb.HOLD, until=until) is Refused.BAD_HOLD


@pytest.mark.parametrize(
    ("verb", "fields"),
    [
        (Verb.CANCEL, {"text": "  "}),
        (Verb.HOLD, {"text": None}),
        (Verb.ASSIGN, {"assignee": None, "provider": None}),
    ],
)
def test_what_a_step_needs_is_not_left_out(verb: Verb, fields: dict[str, Any]) -> None:
    with pytest.raises(ValueError, match=r"has a reason|given to somebody"):
        _do(_registered(), verb, **fields)


@pytest.mark.parametrize("rating", [0, 6, None])
def test_a_rating_is_one_to_five(rating: int | None) -> None:
    order = _walk(Verb.ACCEPT, Verb.START, Verb.FINISH, Verb.CALL_BACK)
    with pytest.raises(ValueError, match="rating"):
        _do(order, Verb.RATE, rating=rating)


def test_a_scheduled_order_waits_for_its_time() -> None:
    begins = NOW + timedelta(hours=24)
    order = scheduled(_order("follow_up_24h"), begins, SYSTEM, "platform", NOW).order
    assert (order.state, order.due_at, order.deadline_at) == (State.SCHEDULED, begins, None)
    assert not watch(order, begins).changed
    decision = registered(order, CENTRE, BOOK.of(order.kind), SYSTEM, "timer", begins)
    assert decision.order.deadline_at == begins + BOOK.of(order.kind).spans[State.REGISTERED]
    assert decision.order.version == 2


def test_an_order_that_nobody_can_be_asked_for_says_so() -> None:
    decision = registered(_order(), None, BOOK.of("service_request"), SYSTEM, "platform", NOW)
    assert [entry.kind for entry in decision.entries] == [EntryKind.REGISTERED, EntryKind.NOBODY_TO_TELL]
    assert decision.order.due_at is not None


def test_the_timeline_says_who_had_it_before() -> None:
    order = _do(_registered(), Verb.ACCEPT).order
    entry = _do(order, Verb.ASSIGN, provider=replace(CENTRE, provider_id="c2", provider_name="东村中心")).entries[0]
    assert entry.actor == WANG
    assert entry.detail["assignee_before"] == "陈师傅"
    assert entry.detail["assignee"] == "李师傅"
    assert (entry.detail["provider_id_before"], entry.detail["provider_id"]) == ("c1", "c2")


def test_every_word_is_in_both_languages() -> None:
    for words, labels in (
        (State, STATE_LABELS),
        (Verb, VERB_LABELS),
        (Priority, PRIORITY_LABELS),
        (Origin, ORIGIN_LABELS),
        (Outcome, OUTCOME_LABELS),
        (CallResult, RESULT_LABELS),
        (EntryKind, ENTRY_LABELS),
    ):
        assert set(labels) == set(words)
        assert all(label.zh and label.en for label in labels.values())
    assert {*ChoiceReason, *Origin} <= set(REASON_LABELS)
