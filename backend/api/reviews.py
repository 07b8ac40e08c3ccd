"""What somebody has to look at again: reviews with their owner and cause, and the verdict on one alert."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Annotated, Any, Literal, Protocol

from fastapi import APIRouter, Query

from backend.api.access import Sees
from backend.api.problems import Problem
from backend.api.review_views import (
    CAUSES,
    Causes,
    CauseView,
    CloseReview,
    ReviewList,
    VerdictView,
    WriteReview,
    texts,
    verdict_view,
    view,
)
from backend.api.security import CurrentActor
from backend.domain.access.sight import WHOLE, Sight
from backend.domain.audit.conformance import ReviewReason
from backend.domain.audit.review import Reviewed
from backend.services.identity.actor import Actor
from contract.vocabulary import Label


class AuditReading(Protocol):
    """What is read; and a review, which is written."""

    def has_alert(self, alert_id: str) -> bool: ...
    def verdict(self, alert_id: str) -> tuple[str, dict[str, Any]] | None: ...
    def reviews(self, is_open: bool, limit: int, sight: Sight = WHOLE) -> Sequence[dict[str, Any]]: ...
    def change_review(self, alert_id: str, reason: str, values: Mapping[str, Any]) -> Reviewed: ...


@dataclass(frozen=True, slots=True)
class ReviewCalls:
    """What the router needs."""

    reader: AuditReading
    now: Callable[[], datetime]


def router(calls: ReviewCalls) -> APIRouter:
    """`/reviews` and `/alerts/{id}/verdict` of the staff API."""
    api = APIRouter(tags=["reviews"])

    @api.get("/reviews")
    def list_reviews(
        sight: Sees,
        state: Literal["open", "closed"] = "open",
        limit: Annotated[int, Query(ge=1, le=1000)] = 200,
    ) -> ReviewList:
        """Alerts that wait or waited for more than 180 s, went otherwise than their policy says, or reached nobody.

        `open`: also those that somebody has taken.
        """
        return ReviewList(items=[view(row) for row in calls.reader.reviews(state == "open", limit, sight)])

    @api.get("/review-causes")
    def list_causes() -> Causes:
        """Why an alert may have gone as it did."""
        return Causes(items=[CauseView(code=code, label=texts(label)) for code, label in CAUSES.items()])

    @api.post("/reviews/{alert_id}/{reason}/take", status_code=204)
    def take_review(alert_id: str, reason: ReviewReason, actor: CurrentActor) -> None:
        """The caller answers for it from now on, whoever did before."""
        _done(calls.reader.change_review(alert_id, str(reason), {**_owned(actor, calls.now()), "state": "taken"}))

    @api.put("/reviews/{alert_id}/{reason}", status_code=204)
    def write_review(alert_id: str, reason: ReviewReason, body: WriteReview, actor: CurrentActor) -> None:
        """What is known so far. Who writes has taken it."""
        said = body.model_dump(exclude_none=True, mode="json")
        owned = {**_owned(actor, calls.now()), "state": "taken"}
        _done(calls.reader.change_review(alert_id, str(reason), {**said, **owned}))

    @api.post("/reviews/{alert_id}/{reason}/close", status_code=204)
    def close_review(alert_id: str, reason: ReviewReason, body: CloseReview, actor: CurrentActor) -> None:
        """It was looked at, and the cause is known; what was found stays on record."""
        said = body.model_dump(exclude_none=True, mode="json")
        ended = {"state": "closed", "closed_at": calls.now(), "closed_by": actor.name}
        _done(calls.reader.change_review(alert_id, str(reason), {**said, **_owned(actor, calls.now()), **ended}))

    @api.get("/alerts/{alert_id}/verdict")
    def show_verdict(alert_id: str) -> VerdictView:
        """Whether the alert went as its policy says."""
        if not calls.reader.has_alert(alert_id):
            raise Problem(404, "not_found", Label("没有这条警情", "No such alert"))
        return verdict_view(calls.reader.verdict(alert_id))

    return api


def _owned(actor: Actor, now: datetime) -> dict[str, Any]:
    return {"owner_id": actor.id, "owner_name": actor.name, "taken_at": now}


def _done(reviewed: Reviewed) -> None:
    if reviewed is Reviewed.NOT_FOUND:
        raise Problem(404, "not_found", Label("没有这条复核", "No such review"))
    if reviewed is Reviewed.CLOSED:
        raise Problem(
            409,
            "review_closed",
            Label("复核已结束", "The review is closed"),
            Label("结论已存档，不能再改。", "What was found is on record and stays as it is."),
        )
