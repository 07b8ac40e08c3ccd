"""How a script, a hand-over and the reviews look in answers."""

from __future__ import annotations

from pydantic import Field

from backend.api.bodies import Answer, Moment
from backend.domain.script.checklist import StepView
from backend.domain.script.hand_over import HandOver
from backend.domain.script.review import ImpossibleStep
from backend.services.script.read_script import ScriptState
from contract.vocabulary import Label


class Words(Answer):
    """A text in both languages."""

    zh: str = Field(serialization_alias="zh-CN")
    en: str


def words(label: Label) -> Words:
    """The answer's form of a label."""
    return Words(zh=label.zh, en=label.en)


class Somebody(Answer):
    """Who did it: `staff`, `responder` or `system`."""

    kind: str
    id: str
    name: str


class StepLine(Answer):
    """A step as it stands.

    `needed`: `yes`, `no`, or `depends` on the outcome. `state`: `open`, `done`, `impossible` (with `reason`), or
    `fulfilled` (by `evidence`). `missing`: it keeps the alert open.
    """

    id: str
    kind: str
    label: Words
    hint: Words
    mandatory: bool
    needed: str
    state: str
    missing: bool
    by: Somebody | None
    at: Moment | None
    reason: str | None
    note: str | None
    evidence: str | None


class SilenceLine(Answer):
    """How far the no-voice rule has gone.

    `cause`: why it says so; `silence`: `none`, `key_holder` or `grave` (120 is needed beside them). `due_at`: when the
    key holder is sent unless somebody is heard. `sent`: who was, at `fired_at`.
    """

    cause: str
    silence: str
    due_at: Moment | None
    fired_at: Moment | None
    sent: Somebody | None


class HandOverAnswer(Answer):
    """The hand-over to 120; `hospital` null: the destination is not known yet."""

    called_at: Moment
    reference: str | None
    call_back: str | None
    vehicle: str | None
    vehicle_at: Moment | None
    met_by: str | None
    hospital: str | None
    condition: str | None


class ScriptAnswer(Answer):
    """The script of an alert. `missing`: ids of the steps that keep it open now, as far as the outcome is known."""

    script: str
    label: Words
    steps: list[StepLine]
    missing: list[str]
    silence: SilenceLine | None
    hand_over: HandOverAnswer | None


class ReviewLine(Answer):
    """A step that somebody called impossible and no manager has looked at."""

    id: int
    alert_id: str
    alert_type: str
    home_label: str | None
    step: str
    reason: str | None
    note: str | None
    by: Somebody
    at: Moment


class ReviewPage(Answer):
    """The oldest first."""

    items: list[ReviewLine]


def script_answer(state: ScriptState) -> ScriptAnswer:
    """The answer of `GET /alerts/{id}/script`."""
    watch = state.record.watch
    sent = watch.sent if watch else None
    return ScriptAnswer(
        script=state.script.id,
        label=words(state.script.label),
        steps=[_step(view) for view in state.steps],
        missing=[view.step.id for view in state.steps if view.missing],
        silence=SilenceLine(
            cause=str(watch.cause),
            silence=str(watch.silence),
            due_at=watch.due_at,
            fired_at=watch.fired_at,
            sent=Somebody(kind=str(sent.kind), id=sent.id, name=sent.name) if sent else None,
        )
        if watch
        else None,
        hand_over=hand_over_answer(state.record.around.hand_over),
    )


def _step(view: StepView) -> StepLine:
    step, mark = view.step, view.mark
    state = str(mark.state) if mark else "fulfilled" if view.evidence else "open"
    return StepLine(
        id=step.id,
        kind=str(step.kind),
        label=words(step.label),
        hint=words(step.hint),
        mandatory=view.mandatory,
        needed=str(view.need),
        state=state,
        missing=view.missing,
        by=Somebody(kind=str(mark.actor.kind), id=mark.actor.id, name=mark.actor.name) if mark else None,
        at=mark.at if mark else None,
        reason=mark.reason if mark else None,
        note=mark.note if mark else None,
        evidence=str(view.evidence) if view.evidence else None,
    )


def hand_over_answer(record: HandOver | None) -> HandOverAnswer | None:
    """The record, or null."""
    if record is None:
        return None
    return HandOverAnswer(
        called_at=record.called_at,
        reference=record.reference,
        call_back=record.call_back,
        vehicle=str(record.vehicle) if record.vehicle else None,
        vehicle_at=record.vehicle_at,
        met_by=record.met_by,
        hospital=record.hospital,
        condition=record.condition,
    )


def review_page(steps: list[ImpossibleStep]) -> ReviewPage:
    """The answer of `GET /script-reviews`."""
    return ReviewPage(
        items=[
            ReviewLine(
                id=step.id,
                alert_id=step.alert_id,
                alert_type=step.alert_type,
                home_label=step.home_label,
                step=step.mark.step,
                reason=step.mark.reason,
                note=step.mark.note,
                by=Somebody(kind=str(step.mark.actor.kind), id=step.mark.actor.id, name=step.mark.actor.name),
                at=step.mark.at,
            )
            for step in steps
        ]
    )
