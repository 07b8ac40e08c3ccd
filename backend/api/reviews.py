"""What somebody has to look at again: reviews, the verdict on one alert, and what the auditor found."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime
from typing import Annotated, Any, Final, Literal, Protocol

from fastapi import APIRouter, Depends, Query
from pydantic import StringConstraints

from backend.api.bodies import Answer, Body
from backend.api.problems import Problem
from backend.api.security import require, require_staff
from backend.domain.audit.conformance import ReviewReason
from backend.services.alarm.views import Moment
from backend.services.identity.actor import Actor, Scope, StaffRole
from contract.vocabulary import Label

READS: Final = Depends(require(roles=tuple(StaffRole), scopes=(Scope.READ,)))
Reviews = Annotated[Actor, Depends(require_staff(StaffRole.ADMINISTRATOR))]
Words = Annotated[str, StringConstraints(strip_whitespace=True, min_length=1, max_length=2000, pattern=r"^[^\x00]*$")]
REASONS: Final[dict[ReviewReason, Label]] = {
    ReviewReason.NOBODY_REACHED: Label("无人应答", "Nobody was reached"),
    ReviewReason.NOBODY_ON_DUTY: Label("无人值班", "Nobody was on duty"),
    ReviewReason.ALL_CHANNELS_FAILED: Label("所有通道失败", "All channels failed"),
    ReviewReason.NEVER_ACCEPTED: Label("从未接警", "Never accepted"),
    ReviewReason.ACCEPTED_LATE: Label("180 秒内未接警", "Not accepted within 180 s"),
    ReviewReason.VOICE_LATE: Label("180 秒内未通话", "No voice within 180 s"),
    ReviewReason.NO_VOICE: Label("全程未通话", "Closed without any voice"),
    ReviewReason.DEVIATED: Label("未按策略执行", "Not as the policy says"),
}


class ReviewView(Answer):
    """One reason to look at an alert again. `finding`: what was found and is done about it, once closed."""

    alert_id: str
    type: str
    received_at: Moment
    accepted_at: Moment | None
    reason: ReviewReason
    label: dict[str, str]
    opened_at: Moment
    closed_at: Moment | None
    closed_by: str | None
    finding: str | None
    state: str
    organisation_id: str | None
    owner_id: str | None
    owner_name: str | None
    taken_at: Moment | None
    cause: str | None
    measures: str | None


class ReviewList(Answer):
    """Open: the oldest first; closed: the latest first."""

    items: list[ReviewView]


class DeviationView(Answer):
    """`fired` False: the step had not fired when the alert was closed."""

    step: int
    round: int
    late_seconds: int
    fired: bool


class VerdictView(Answer):
    """`conforms`, `deviated`, or `open` while nobody can say. `words`: the same for a person."""

    verdict: Literal["conforms", "deviated", "open"]
    policy: str | None
    deviations: list[DeviationView]
    words: dict[str, str]


class CloseReview(Body):
    """`finding`: what was found, and what is done about it."""

    finding: Words


class AuditReading(Protocol):
    """What is read, and the one thing that is written."""

    def has_alert(self, alert_id: str) -> bool: ...
    def verdict(self, alert_id: str) -> tuple[str, dict[str, Any]] | None: ...
    def reviews(self, is_open: bool, limit: int) -> Any: ...
    def close_review(self, alert_id: str, reason: str, finding: str, by: str, at: datetime) -> bool: ...


@dataclass(frozen=True, slots=True)
class ReviewCalls:
    """What the router needs."""

    reader: AuditReading
    now: Callable[[], datetime]


def router(calls: ReviewCalls) -> APIRouter:
    """`/reviews` and `/alerts/{id}/verdict` of the staff API."""
    api = APIRouter(tags=["reviews"])

    @api.get("/reviews", dependencies=[READS])
    def list_reviews(
        state: Literal["open", "closed"] = "open", limit: Annotated[int, Query(ge=1, le=1000)] = 200
    ) -> ReviewList:
        """Alerts that waited for more than 180 s, went otherwise than their policy says, or reached nobody."""
        return ReviewList(items=[_view(row) for row in calls.reader.reviews(state == "open", limit)])

    @api.post("/reviews/{alert_id}/{reason}/close", status_code=204)
    def close_review(alert_id: str, reason: ReviewReason, body: CloseReview, actor: Reviews) -> None:
        """It was looked at; what was found stays on record."""
        if not calls.reader.close_review(alert_id, str(reason), body.finding, actor.name, calls.now()):
            raise Problem(404, "not_found", Label("没有这条待办复核", "No such open review"))

    @api.get("/alerts/{alert_id}/verdict", dependencies=[READS])
    def show_verdict(alert_id: str) -> VerdictView:
        """Whether the alert went as its policy says."""
        if not calls.reader.has_alert(alert_id):
            raise Problem(404, "not_found", Label("没有这条警情", "No such alert"))
        return _verdict(calls.reader.verdict(alert_id))

    return api


def _view(row: dict[str, Any]) -> ReviewView:
    label = REASONS[ReviewReason(row["reason"])]
    return ReviewView(**row, label={"zh-CN": label.zh, "en": label.en})


def _verdict(found: tuple[str, dict[str, Any]] | None) -> VerdictView:
    if found is None:
        words = {"zh-CN": "尚未结案", "en": "Not closed yet"}
        return VerdictView(verdict="open", policy=None, deviations=[], words=words)
    verdict, detail = found
    late = [DeviationView(**each) for each in detail["deviations"]]
    if not late:
        words = {"zh-CN": "按策略执行", "en": "As the policy says"}
        return VerdictView(verdict="conforms", policy=detail["policy"], deviations=[], words=words)
    words = {
        "zh-CN": "；".join(_zh(each) for each in late),
        "en": "; ".join(_en(each) for each in late),
    }
    return VerdictView(
        verdict="deviated" if verdict == "deviated" else "conforms",
        policy=detail["policy"],
        deviations=late,
        words=words,
    )


def _zh(each: DeviationView) -> str:
    return f"第 {each.step} 步{'晚了' if each.fired else '未执行，已晚'} {each.late_seconds} 秒"


def _en(each: DeviationView) -> str:
    if each.fired:
        return f"deviated at step {each.step}: {each.late_seconds} s late"
    return f"deviated at step {each.step}: never fired, {each.late_seconds} s overdue"
