"""Whatever people press, in whatever order: nobody skips a step, and as many go as are wanted."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime, timedelta

from hypothesis import given
from hypothesis import strategies as st

from backend.domain.answering.model import ON_IT, Assignment, Refusal, State, Step, StepKind
from backend.domain.answering.progress import Scene, decide, possible, responders_wanted, stood_down
from backend.domain.answering.safety import Timer, alone, watch
from backend.domain.escalation.targets import DutyRole, RecipientKind

START = datetime(2026, 11, 24, 3, 0, tzinfo=UTC)
EVERY = timedelta(minutes=20)
steps = st.builds(
    Step,
    st.sampled_from(StepKind),
    minutes=st.sampled_from([None, 0, 1, 15, 600, 601]),
    outcome=st.sampled_from([None, "helped", "nonsense"]),
    key=st.sampled_from([None, "own", "nonsense"]),
)
moves = st.lists(st.tuples(st.integers(0, 3), steps, st.integers(0, 40)), max_size=40)


def person(number: int) -> Assignment:
    return Assignment(
        id=f"a{number}",
        alert_id="alert",
        notice_id=f"n{number}",
        recipient_kind=RecipientKind.PERSON,
        recipient_id=f"p{number}",
        recipient_name=f"P{number}",
        role=DutyRole.RESPONDER if number else DutyRole.OPERATOR,
        organisation_id=None,
        token_sha256=f"{number}",
        reply_code=f"{number:04d}",
        created_at=START,
        expires_at=START + timedelta(hours=24),
    )


@given(moves, st.integers(1, 2))
def test_steps_follow_each_other_and_only_so_many_go(presses: list[tuple[int, Step, int]], policy: int) -> None:
    people = [person(number) for number in range(4)]
    timers: list[Timer] = []
    now = START
    for who, step, minutes in presses:
        now += timedelta(minutes=minutes)
        mine = people[who]
        others = [one for one in people if one is not mine]
        wanted = responders_wanted(people, policy)
        scene = Scene(others, wanted)
        try:
            after = decide(mine, step, scene, now)
        except Refusal:
            assert people[who] is mine
            continue
        if mine.state is State.DONE:
            assert after is mine or step.kind in (StepKind.KEY_RETURNED, StepKind.PANIC)
        if after.state is State.DONE and mine.state is not State.DONE:
            assert mine.state is State.ARRIVED
        if after.state in (State.EN_ROUTE, State.ARRIVED):
            assert mine.state in ON_IT
        assert after.held_until is None or mine.held_until in (None, after.held_until), "held once"
        if after is not mine:
            people[who] = after
        if step.kind is StepKind.ACCEPT:
            for one in stood_down(people, wanted, now):
                people[people.index(next(each for each in people if each.id == one.id))] = one
        timers = watch(timers, people, EVERY, now)
        going = [one for one in people if one.goes]
        assert len(going) <= max(policy, 2 if any(one.second_asked_at for one in people) else 1)
        lone = alone(people)
        assert [timer.assignment_id for timer in timers if timer.due_at] == ([lone.id] if lone else [])


@given(moves)
def test_a_button_that_is_shown_works(presses: list[tuple[int, Step, int]]) -> None:
    mine = person(1)
    for _, step, _ in presses:
        for kind in possible(mine, Scene(), START):
            good = Step(kind, minutes=5, outcome="helped", key="own")
            assert decide(mine, good, Scene(), START) is not None
        try:
            mine = decide(mine, step, Scene(), START)
        except Refusal:
            continue


def test_an_expired_link_does_nothing() -> None:
    late = START + timedelta(hours=24)
    for state in State:
        mine = replace(person(1), state=state)
        assert possible(mine, Scene(), late) == ()
        assert possible(mine, Scene(closed_at=START), START + timedelta(hours=2)) == ()
