"""Whatever channels, receipts, workers and people do: a notice ends, or somebody looks at it again in time."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime, timedelta

from hypothesis import given
from hypothesis import strategies as st

from backend.domain.delivery.backoff import MOST_ON_LAST_CALM
from backend.domain.delivery.machine import begin, cancel, decide, defer, passed, receipt
from backend.domain.delivery.model import (
    OPEN,
    Decision,
    Delivery,
    NoticeState,
    Outcome,
    Reason,
    Result,
    priority,
)
from contract.vocabulary import Severity

START = datetime(2026, 11, 24, 3, 12, 45, tzinfo=UTC)
LEASE = timedelta(seconds=60)
DEADLINE = timedelta(minutes=30)

deliveries = st.builds(
    lambda severity, points, voice_only: Delivery(
        state=NoticeState.PENDING,
        severity=severity,
        points=points,
        due_at=START,
        deadline_at=START + DEADLINE,
        voice_only=voice_only,
    ),
    st.sampled_from(Severity),
    st.integers(0, 4),
    st.booleans(),
)
outcomes = st.sampled_from(Outcome)
# What happens next, and how long after the last thing: mostly the worker comes when it is due.
steps = st.lists(
    st.tuples(
        st.sampled_from(["work", "work", "work", "die", "receipt_yes", "receipt_no", "defer"]),
        outcomes,
        st.integers(0, 20),
    ),
    max_size=80,
)


def _act(delivery: Delivery, what: str, outcome: Outcome, now: datetime) -> Decision:
    if what == "defer" and delivery.state is NoticeState.PENDING:
        return defer(delivery, now + timedelta(minutes=1))
    if what.startswith("receipt") and delivery.outstanding:
        return receipt(replace(delivery, outstanding=delivery.outstanding - 1), what == "receipt_yes", "c", now)
    begun = begin(delivery, now, LEASE)
    if what == "die" or begun.reason is not Reason.SENDING:
        return begun
    return decide(begun.delivery, Result(outcome, "c"), now)


@given(deliveries, steps)
def test_a_notice_is_over_or_due_and_never_later_than_its_deadline_and_a_lease(
    delivery: Delivery, steps: list[tuple[str, Outcome, int]]
) -> None:
    now = START
    for what, outcome, seconds in steps:
        now = max(now + timedelta(seconds=seconds), delivery.due_at if what in ("work", "die") else now)
        decision = _act(delivery, what, outcome, now)
        after = decision.delivery
        if delivery.over:
            assert (decision.reason, after.state) == (Reason.OVER, delivery.state)
        elif after.over:
            assert after.ended_at == now
            assert decision.given_up == (after.state in (NoticeState.FAILED, NoticeState.EXPIRED))
        else:
            assert after.state in OPEN
            assert after.due_at <= max(after.deadline_at, now) + LEASE
            assert after.position <= after.points
            assert after.deadline_at == delivery.deadline_at
        delivery = after


@given(deliveries, st.lists(outcomes, max_size=200), outcomes)
def test_every_notice_ends_after_a_bounded_number_of_attempts(
    delivery: Delivery, answers: list[Outcome], always: Outcome
) -> None:
    now, attempts = START, 0
    feed = iter(answers)
    while not delivery.over:
        now = max(now, delivery.due_at)
        begun = begin(delivery, now, LEASE)
        delivery = begun.delivery
        if begun.reason is Reason.SENDING:
            attempts += 1
            delivery = decide(delivery, Result(next(feed, always), "c"), now).delivery
        assert attempts <= delivery.points * MOST_ON_LAST_CALM
    assert now <= START + DEADLINE


@given(deliveries, st.integers(1, 3))
def test_a_worker_that_dies_each_time_does_not_keep_a_notice_for_ever(delivery: Delivery, points: int) -> None:
    delivery = replace(delivery, points=points, deadline_at=START + timedelta(days=1))
    now = START
    for _ in range(points * MOST_ON_LAST_CALM + 1):
        delivery = begin(delivery, now, LEASE).delivery
        now = max(now, delivery.due_at)
    assert delivery.over


@given(deliveries, outcomes)
def test_the_next_channel_is_tried_at_once_after_a_permanent_failure(delivery: Delivery, outcome: Outcome) -> None:
    delivery = replace(delivery, points=2)
    sending = begin(delivery, START, LEASE).delivery
    after = decide(sending, Result(Outcome.PERMANENT, "c"), START)
    assert (after.reason, after.delivery.position, after.delivery.due_at) == (Reason.NEXT_POINT, 1, START)


@given(deliveries, st.sampled_from(sorted(set(NoticeState) - OPEN)), outcomes, st.booleans())
def test_what_is_over_is_over(delivery: Delivery, state: NoticeState, outcome: Outcome, arrived: bool) -> None:
    ended = replace(delivery, state=state, ended_at=START)
    later = START + timedelta(hours=1)
    for decision in (
        begin(ended, later, LEASE),
        decide(ended, Result(outcome, "c"), later),
        receipt(ended, arrived, "c", later),
        cancel(ended, "c", later),
        defer(ended, later),
    ):
        assert decision == Decision(ended, Reason.OVER)
    # Only the person who got it may still say: not me.
    assert (passed(ended, later).reason is Reason.PASSED) == (state is NoticeState.DELIVERED)


@given(st.sampled_from(Severity), st.sampled_from(Severity), st.sampled_from(Severity))
def test_an_sos_is_chosen_before_all_others(sos: Severity, one: Severity, other: Severity) -> None:
    assert priority(sos, sos=True) < priority(one, sos=False)
    assert (priority(one, False) < priority(other, False)) == (one.rank < other.rank)
    # How it ended comes after every alarm, an SOS's included, and before what can wait.
    alarms = [priority(Severity.URGENT, False), priority(Severity.EMERGENCY, False), priority(sos, sos=True)]
    assert max(alarms) < priority(sos, True, ended=True) < priority(Severity.ADVISORY, False)
