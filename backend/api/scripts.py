"""The script's calls: the checklist of an alert, ticking off, the hand-over to 120, and the manager's list."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Annotated, Literal

from fastapi import APIRouter, Query
from pydantic import StringConstraints

from backend.api.access import Sees
from backend.api.bodies import Body
from backend.api.problems import Problem
from backend.api.script_bodies import Key, Line, Reason, SentMoment, Text, key_reused, not_found, who
from backend.api.script_views import (
    HandOverAnswer,
    ReviewPage,
    ScriptAnswer,
    hand_over_answer,
    review_page,
    script_answer,
)
from backend.api.security import CurrentActor
from backend.domain.script.hand_over import HandOver, Vehicle
from backend.domain.script.model import BadMark, MarkState
from backend.domain.script.review import ReviewVerdict
from backend.services.script.once import KeyReused
from backend.services.script.read_script import ReadScript
from backend.services.script.record_hand_over import Recorded, RecordHandOver
from backend.services.script.review_step import Reviewed, ReviewStep, ReviewStore
from backend.services.script.tick_off import Ticked, TickOff
from contract.vocabulary import OUTCOME_CODES, Label


class StepBody(Body):
    """What somebody says of a step. `reason`: why it is impossible."""

    state: Literal["done", "impossible"]
    reason: Reason | None = None
    note: Text | None = None


class HandOverBody(Body):
    """The whole record; what is left out is not known (any more)."""

    called_at: SentMoment
    reference: Annotated[str, StringConstraints(min_length=1, max_length=64)] | None = None
    call_back: Annotated[str, StringConstraints(min_length=1, max_length=32)] | None = None
    vehicle: Literal["ambulance", "boat"] | None = None
    vehicle_at: SentMoment | None = None
    met_by: Line | None = None
    hospital: Line | None = None
    condition: Text | None = None


class VerdictBody(Body):
    """Whether the manager agrees that it was impossible."""

    verdict: Literal["agreed", "objected"]
    note: Text | None = None


@dataclass(frozen=True, slots=True)
class ScriptCalls:
    """What the router needs."""

    read: ReadScript
    tick_off: TickOff
    hand_over: RecordHandOver
    review: ReviewStep
    reviews: ReviewStore


def router(calls: ScriptCalls) -> APIRouter:
    """`/alerts/{id}/script`, `/alerts/{id}/hand-over` and `/script-reviews` of the staff API."""
    api = APIRouter(tags=["script"])
    _add_script(api, calls)
    _add_hand_over(api, calls)
    _add_reviews(api, calls)
    return api


def _add_script(api: APIRouter, calls: ScriptCalls) -> None:
    @api.get("/alerts/{alert_id}/script")
    def show_script(alert_id: str, outcome: Annotated[str | None, Query(max_length=32)] = None) -> ScriptAnswer:
        """Every step with its state. `outcome`: as it would be if the alert were closed with that code."""
        if outcome is not None and outcome not in OUTCOME_CODES:
            raise _unknown_outcome()
        return _shown(calls, alert_id, outcome)

    @api.post("/alerts/{alert_id}/script/{step}")
    def tick_off(alert_id: str, step: str, body: StepBody, actor: CurrentActor, key: Key = None) -> ScriptAnswer:
        """Done, or impossible because of something. 422 `reason_required`; 404 `no_such_step`; 409 `alert_closed`."""
        try:
            ticked = calls.tick_off(alert_id, step, MarkState(body.state), who(actor), body.reason, body.note, key)
        except BadMark:
            raise _reason_required() from None
        except KeyReused:
            raise key_reused() from None
        if ticked is not Ticked.DONE:
            raise _not_ticked(ticked)
        return _shown(calls, alert_id, None)


def _add_hand_over(api: APIRouter, calls: ScriptCalls) -> None:
    @api.put("/alerts/{alert_id}/hand-over")
    def record(alert_id: str, body: HandOverBody, actor: CurrentActor) -> HandOverAnswer:
        """What is known of the hand-over to 120, in place of what was. With a hospital follow-ups are made, once."""
        vehicle = Vehicle(body.vehicle) if body.vehicle else None
        known = HandOver(**{**body.model_dump(), "vehicle": vehicle})
        if calls.hand_over(alert_id, known, who(actor)) is Recorded.NO_ALERT:
            raise not_found()
        answer = hand_over_answer(known)
        if answer is None:
            raise not_found()
        return answer

    @api.get("/alerts/{alert_id}/hand-over")
    def show(alert_id: str) -> HandOverAnswer | None:
        """The record; null where 120 has not been called."""
        return _shown(calls, alert_id, None).hand_over


def _add_reviews(api: APIRouter, calls: ScriptCalls) -> None:
    @api.get("/script-reviews")
    def list_reviews(sight: Sees, limit: Annotated[int, Query(ge=1, le=500)] = 100) -> ReviewPage:
        """Steps that somebody called impossible and no manager has looked at, the oldest first."""
        return review_page(list(calls.reviews.awaiting(limit, sight)))

    @api.post("/script-reviews/{mark_id}", status_code=204)
    def review(mark_id: int, body: VerdictBody, actor: CurrentActor) -> None:
        """The manager agrees or objects; once. 409 `already_reviewed` where it was reviewed the other way."""
        done = calls.review(mark_id, ReviewVerdict(body.verdict), body.note, who(actor))
        if done is Reviewed.NOT_FOUND:
            raise not_found("没有这条待审步骤", "No such step to review")
        if done is Reviewed.OTHER_VERDICT:
            raise Problem(
                409,
                "already_reviewed",
                Label("已经审核过", "Already reviewed"),
                Label("第一次审核的结论有效。", "The first verdict stays."),
            )


def _shown(calls: ScriptCalls, alert_id: str, outcome: str | None) -> ScriptAnswer:
    state = calls.read(alert_id, outcome)
    if state is None:
        raise not_found()
    return script_answer(state)


def _reason_required() -> Problem:
    return Problem(
        422,
        "reason_required",
        Label("请填写无法完成的原因", "Why is it impossible?"),
        Label("“无法完成”必须说明原因，由主管审核。", "An impossible step needs a reason; a manager reviews it."),
    )


def _not_ticked(ticked: Ticked) -> Problem:
    if ticked is Ticked.NO_ALERT:
        return not_found()
    if ticked is Ticked.NO_STEP:
        return Problem(404, "no_such_step", Label("脚本中没有这个步骤", "The script has no such step"))
    return Problem(
        409,
        "alert_closed",
        Label("警情已结案", "The alert is closed"),
        Label("结案后不能再改步骤，请写备注。", "After closing no step changes; write a note instead."),
    )


def _unknown_outcome() -> Problem:
    codes = sorted(OUTCOME_CODES)
    return Problem(
        422,
        "unknown_outcome",
        Label("没有这个结案代码", "No such outcome"),
        Label(f"可用：{'、'.join(codes)}", f"One of: {', '.join(codes)}"),
        extras={"outcomes": codes},
    )
