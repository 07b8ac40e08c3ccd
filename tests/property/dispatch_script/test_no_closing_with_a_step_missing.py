"""Whatever is said, called and known: what closing lets pass has every mandatory step done, proved or excused."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from pathlib import Path

from hypothesis import given, settings
from hypothesis import strategies as st

from backend.adapters.script_files import load_scripts
from backend.domain.alert.model import Actor, ActorKind
from backend.domain.script.checklist import Need, evidence, missing, need, views
from backend.domain.script.model import (
    BadMark,
    Call,
    CallResult,
    CallTarget,
    Condition,
    Evidence,
    Mark,
    MarkState,
    Script,
    Silence,
    Situation,
    Step,
    StepKind,
    mark,
)
from contract.vocabulary import OUTCOME_CODES, Label

NOW = datetime(2026, 11, 25, 4, 0, tzinfo=UTC)
WANG = Actor(ActorKind.STAFF, "op1", "王丽")
SHIPPED = sorted({script.id: script for script in load_scripts(Path("config/scripts")).scripts.values()}.items())
WORDS = Label("步骤", "Step")
OUTCOMES = st.sampled_from(sorted(OUTCOME_CODES))

CONDITIONS = st.builds(
    Condition,
    high_risk=st.none() | st.booleans(),
    can_speak=st.none() | st.booleans(),
    silence=st.sampled_from(Silence),
    outcomes=st.frozensets(OUTCOMES, max_size=2),
)
STEPS = st.lists(
    st.builds(
        Step,
        id=st.sampled_from(["a", "b", "c", "d"]),
        kind=st.sampled_from(StepKind),
        label=st.just(WORDS),
        hint=st.just(WORDS),
        mandatory=st.booleans(),
        when=CONDITIONS,
        fulfilled_by=st.frozensets(st.sampled_from(Evidence)),
    ),
    min_size=1,
    max_size=4,
    unique_by=lambda step: step.id,
)
SCRIPTS = st.sampled_from([script for _, script in SHIPPED]) | st.builds(
    Script, id=st.just("x"), label=st.just(WORDS), types=st.just(("default",)), steps=STEPS.map(tuple)
)
CALLS = st.builds(
    Call,
    id=st.just("c"),
    alert_id=st.just("a"),
    to=st.sampled_from(CallTarget),
    number=st.sampled_from(["120", "119", "110", "+8613800001234"]),
    by=st.just(WANG),
    began_at=st.just(NOW),
    result=st.none() | st.sampled_from(CallResult),
)
SITUATIONS = st.builds(
    Situation,
    advisory=st.booleans(),
    high_risk=st.booleans(),
    can_speak=st.booleans(),
    silence=st.sampled_from(Silence),
    voice=st.booleans(),
    arrived=st.booleans(),
    handed_over=st.booleans(),
    outcome=OUTCOMES,
    seen_by=st.none() | st.sampled_from(["", " ", "村医周明"]),
    calls=st.lists(CALLS, max_size=4).map(tuple),
)


@st.composite
def said(draw: st.DrawFn, script: Script) -> list[Mark]:
    """What somebody could say of the script's steps, one after the other."""
    marks = []
    for second in range(draw(st.integers(0, 4))):
        step = draw(st.sampled_from(script.steps))
        state = draw(st.sampled_from(MarkState))
        try:
            marks.append(mark(step, state, WANG, NOW + timedelta(seconds=second), draw(st.sampled_from(REASONS)), None))
        except BadMark:
            assert state is MarkState.IMPOSSIBLE
    return marks


REASONS = [None, "", "  ", "终端没有喇叭"]


@settings(max_examples=400, deadline=None)
@given(st.data(), SCRIPTS, SITUATIONS)
def test_what_may_be_closed_has_every_mandatory_step(data: st.DataObject, script: Script, around: Situation) -> None:
    marks = data.draw(said(script))
    standing = {step.step for step in missing(script, marks, around)}
    marked = {one.step for one in marks}
    for step in script.steps:
        settled = not step.mandatory or around.advisory or need(step, around) is not Need.YES
        proved = step.id in marked or evidence(step, around) is not None
        assert (step.id in standing) is not (settled or proved)
    for one in marks:
        assert one.state is MarkState.DONE or (one.reason or "").strip()


@settings(max_examples=200, deadline=None)
@given(st.data(), SCRIPTS, SITUATIONS)
def test_more_that_is_said_never_takes_back_what_was_said(
    data: st.DataObject, script: Script, around: Situation
) -> None:
    marks = data.draw(said(script))
    before = missing(script, marks, around)
    after = missing(script, [*marks, *data.draw(said(script))], around)
    assert set(after) <= set(before)
    shown = {view.step.id: view.mark for view in views(script, marks, around) if view.mark is not None}
    assert shown == {one.step: one for one in marks}


@settings(max_examples=200, deadline=None)
@given(SCRIPTS, SITUATIONS)
def test_with_a_known_outcome_nothing_is_left_in_doubt(script: Script, around: Situation) -> None:
    assert Need.DEPENDS not in {view.need for view in views(script, [], around)}
