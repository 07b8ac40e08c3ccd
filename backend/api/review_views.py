"""What reviews and verdicts look like to a caller, and what their codes are called."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Annotated, Any, Final, Literal, Self

from pydantic import Field, StringConstraints, model_validator

from backend.api.bodies import Answer, Body
from backend.domain.audit.conformance import ReviewReason
from backend.domain.audit.review import Cause, ReviewState
from backend.services.alarm.views import Moment
from contract.vocabulary import Label

Words = Annotated[str, StringConstraints(strip_whitespace=True, min_length=1, max_length=2000, pattern=r"^[^\x00]*$")]
CauseCode = Annotated[Cause, Field(strict=False)]
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
CAUSES: Final[dict[Cause, Label]] = {
    Cause.DESK_BUSY: Label("坐席都在处理别的警情", "Everybody at the desk was busy"),
    Cause.DESK_EMPTY: Label("坐席无人", "Nobody sat at the desk"),
    Cause.ROSTER_GAP: Label("排班空缺", "A gap in the roster"),
    Cause.NOT_AS_TAUGHT: Label("未按规程处置", "Not done as it was taught"),
    Cause.WRONG_CONTACTS: Label("联系方式有误", "Wrong contact data"),
    Cause.CHANNEL_FAILED: Label("通知通道故障", "A channel failed"),
    Cause.DEVICE_OR_NETWORK: Label("设备或网络故障", "Device or network"),
    Cause.PLATFORM: Label("平台故障", "The platform"),
    Cause.PERSON_DID_NOT_SPEAK: Label("老人未能或不愿通话", "The person could not or would not speak"),
    Cause.RIGHT_AS_IT_WAS: Label("处置得当", "Right as it was"),
    Cause.OTHER: Label("其他（请说明）", "Other (say what)"),
}


class ReviewView(Answer):
    """One reason to look at an alert again.

    `organisation_id`: the centre that answers for it, null for the district; `owner_*`: who has taken it. `finding`:
    what was found; `measures`: what is done about it.
    """

    alert_id: str
    type: str
    received_at: Moment
    accepted_at: Moment | None
    reason: ReviewReason
    label: dict[str, str]
    state: ReviewState
    opened_at: Moment
    organisation_id: str | None
    owner_id: str | None
    owner_name: str | None
    taken_at: Moment | None
    cause: Cause | None
    cause_label: dict[str, str] | None
    finding: str | None
    measures: str | None
    closed_at: Moment | None
    closed_by: str | None


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


class WriteReview(Body):
    """What is known so far; what is left out stays as it was."""

    cause: CauseCode | None = None
    finding: Words | None = None
    measures: Words | None = None


class CloseReview(Body):
    """`cause`: why it went as it did; `other` in words. `measures`: what is done so that it does not happen again."""

    cause: CauseCode
    finding: Words | None = None
    measures: Words | None = None

    @model_validator(mode="after")
    def _says_what(self) -> Self:
        if self.cause is Cause.OTHER and self.finding is None:
            raise ValueError("other: say what in `finding`")
        return self


class CauseView(Answer):
    """What a cause is called."""

    code: Cause
    label: dict[str, str]


class Causes(Answer):
    """In the order in which they are offered."""

    items: list[CauseView]


def view(row: Mapping[str, Any]) -> ReviewView:
    """A row of the list."""
    cause = Cause(row["cause"]) if row["cause"] else None
    return ReviewView.model_validate(
        {
            **row,
            "reason": ReviewReason(row["reason"]),
            "state": ReviewState(row["state"]),
            "cause": cause,
            "cause_label": texts(CAUSES[cause]) if cause else None,
            "label": texts(REASONS[ReviewReason(row["reason"])]),
        }
    )


def texts(label: Label) -> dict[str, str]:
    """Both languages."""
    return {"zh-CN": label.zh, "en": label.en}


def verdict_view(found: tuple[str, dict[str, Any]] | None) -> VerdictView:
    """In words too."""
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
