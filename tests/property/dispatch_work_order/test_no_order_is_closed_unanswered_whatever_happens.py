"""Random steps, clock jumps and ticks: nothing ends unanswered, 督办 never falls, what has ended stays ended."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

from hypothesis import settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, initialize, invariant, rule

from backend.adapters.work_order_file import load_work_orders
from backend.domain.alert.model import SYSTEM, Actor, ActorKind
from backend.domain.work_order.deadlines import registered, scheduled, watch
from backend.domain.work_order.lifecycle import FAILED_CALLS, Action, Refusal, allowed, decide
from backend.domain.work_order.model import (
    Assignee,
    CallBack,
    CallResult,
    Decision,
    Entry,
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

BOOK = load_work_orders(Path(__file__).parents[3] / "config" / "work_orders.toml")
START = datetime(2026, 11, 25, 2, 0, tzinfo=UTC)
WANG = Actor(ActorKind.STAFF, "op1", "王丽")


class Orders(RuleBasedStateMachine):
    """The model: every entry, and every call-back since the work was last finished."""

    def __init__(self) -> None:
        super().__init__()
        self.now = START
        self.entries: list[Entry] = []
        self.calls: list[CallBack] = []
        self.before: Order | None = None

    @initialize(kind=st.sampled_from(sorted(BOOK.kinds)), later=st.booleans())
    def make(self, kind: str, later: bool) -> None:
        order = Order(OrderId("w1"), "k", kind, State.REGISTERED, Priority.NORMAL, Origin.OPERATOR, self.now, self.now)
        self.rules = BOOK.of(kind)
        made = (
            scheduled(order, self.now + timedelta(hours=24), WANG, "console", self.now)
            if later
            else registered(order, None, self.rules, WANG, "console", self.now)
        )
        self._take(made)

    def _take(self, decision: Decision) -> None:
        self.before = getattr(self, "order", None)
        self.order = decision.order
        self.entries += decision.entries
        if decision.entries and decision.entries[0].kind in (EntryKind.FINISHED, EntryKind.REOPENED):
            self.calls = []
        if decision.call_back is not None and decision.entries[0].kind is not EntryKind.REOPENED:
            self.calls.append(decision.call_back)

    @rule(
        verb=st.sampled_from(list(Verb)),
        outcome=st.sampled_from(list(Outcome)),
        result=st.sampled_from(list(CallResult)),
        days=st.integers(min_value=-1, max_value=40),
    )
    def act(self, verb: Verb, outcome: Outcome, result: CallResult, days: int) -> None:
        fields: dict[str, Any] = {
            Verb.ACCEPT: {"assignee": Assignee("p1", "陈师傅"), "takers": frozenset(Taker)},
            Verb.ASSIGN: {"assignee": Assignee("p2", "李师傅"), "takers": frozenset(Taker)},
            Verb.FINISH: {"outcome": outcome},
            Verb.CALL_BACK: {"result": result},
            Verb.RATE: {"rating": 3},
            Verb.HOLD: {"until": self.now + timedelta(days=days)},
        }.get(verb, {})
        offered = verb in allowed(self.order, self.rules)
        try:
            decision = decide(self.order, Action(verb, WANG, text="因为", **fields), self.rules, self.now)
        except Refusal:
            assert not offered or verb is Verb.HOLD, "what is offered is possible"
            return
        assert offered, "what is possible is offered"
        assert decision.order.version == self.order.version + 1
        assert decision.entries, "every change is a line of the timeline"
        self._take(decision)

    @rule(minutes=st.sampled_from([1, 29, 31, 240, 1441, 20_000]))
    def time_passes(self, minutes: int) -> None:
        self.now += timedelta(minutes=minutes)
        self.tick()

    @rule()
    def tick(self) -> None:
        due = self.order.due_at
        if self.order.state is State.SCHEDULED and due is not None and due <= self.now:
            self._take(registered(self.order, None, self.rules, SYSTEM, "timer", self.now))
            return
        for _ in range(2):
            decision = watch(self.order, self.now)
            if decision.changed:
                self._take(decision)
        assert not watch(self.order, self.now).changed, "a tick leaves nothing due"

    @invariant()
    def nothing_is_closed_unanswered(self) -> None:
        if getattr(self, "order", None) is None or self.order.state is not State.CLOSED:
            return
        reached = any(call.result.reached for call in self.calls)
        assert reached or len([call for call in self.calls if not call.result.reached]) >= FAILED_CALLS

    @invariant()
    def what_is_open_has_a_deadline_or_is_supervised(self) -> None:
        order = getattr(self, "order", None)
        if order is None:
            return
        if order.state.ended:
            assert order.due_at is None
            assert order.closed_at is not None
        else:
            assert order.due_at is not None or order.overdue_at is not None
            assert order.overdue_at is None or order.supervised_at is not None

    @invariant()
    def supervision_never_falls_and_the_end_is_the_end(self) -> None:
        if self.before is None:
            return
        if self.before.supervised_at is not None:
            assert self.order.supervised_at == self.before.supervised_at
        if self.before.state.ended:
            assert self.order.state is self.before.state

    @invariant()
    def each_step_is_supervised_at_most_once(self) -> None:
        steps = [str(entry.kind) for entry in self.entries]
        moved = [
            place
            for place, entry in enumerate(self.entries)
            if entry.detail.get("after") not in (None, entry.detail.get("before")) or entry.kind is EntryKind.REGISTERED
        ]
        for first, last in zip([0, *moved], [*moved, len(steps)], strict=True):
            assert steps[first:last].count("supervised") <= 1


Orders.TestCase.settings = settings(max_examples=150, stateful_step_count=30, deadline=None)
TestOrders = Orders.TestCase
