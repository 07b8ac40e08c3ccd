"""The delivery log, calls that an operator makes for notices, and contact points: proved, or no cover."""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import dataclass
from typing import Annotated, Literal

from fastapi import APIRouter, Query
from pydantic import StringConstraints

from backend.api.access import Sees
from backend.api.bodies import Answer, Body
from backend.api.problems import Problem
from backend.api.security import CurrentActor
from backend.domain.alert.model import Actor as TimelineActor
from backend.domain.alert.model import ActorKind
from backend.domain.escalation.targets import Channel
from backend.services.notices.prove_contact import WINDOW, Asked, AskProof, ConfirmProof, Proved
from backend.services.notices.record import CallOutcome, Received, RecordCall
from backend.services.notices.views import (
    ChannelList,
    NoticePage,
    NoticeReader,
    NoticeView,
    PointPage,
    Which,
    channel_list,
)
from contract.vocabulary import Label

Limit = Annotated[int, Query(ge=1, le=500)]


class CalledBody(Body):
    """What came of the call to which contact point. Voicemail is nobody reached."""

    contact_point_id: Annotated[str, StringConstraints(min_length=1, max_length=64)]
    outcome: Literal["reached", "no_answer", "voicemail", "wrong_number"]


class CodeBody(Body):
    """What the person has read out."""

    code: Annotated[str, StringConstraints(pattern=r"^\d{6}$")]


class AlertNotices(Answer):
    """Of one alert, the oldest first."""

    items: list[NoticeView]


class ProofAsked(Answer):
    """A code is on its way; it is valid for ten minutes."""

    contact_point_id: str


class PointProved(Answer):
    """It counts as cover from now on."""

    contact_point_id: str
    verified: bool


@dataclass(frozen=True, slots=True)
class NoticeCalls:
    """What the router needs."""

    reader: NoticeReader
    call: RecordCall
    ask: AskProof
    confirm: ConfirmProof
    configured: Collection[Channel]


def router(calls: NoticeCalls) -> APIRouter:
    """`/notices`, `/alerts/{id}/notices` and what proves `/contact-points`."""
    api = APIRouter(tags=["notices"])
    _add_log(api, calls)
    _add_proof(api, calls)
    return api


def _add_log(api: APIRouter, calls: NoticeCalls) -> None:
    @api.get("/alerts/{alert_id}/notices")
    def list_alert_notices(alert_id: str) -> AlertNotices:
        """Who was told of this alert, by which channel and when: every attempt."""
        items = calls.reader.of_alert(alert_id)
        if items is None:
            raise Problem(404, "not_found", Label("没有这条警情", "No such alert"))
        return AlertNotices(items=items)

    @api.get("/notices")
    def list_notices(sight: Sees, state: Which = "failed", limit: Limit = 100) -> NoticePage:
        """`open`: not over yet; `failed`: nobody was reached; `to_call`: an operator has to call."""
        return calls.reader.page(state, limit, sight)

    @api.get("/notices/channels")
    def list_channels() -> ChannelList:
        """Which channels are set up: a contact point of any other fails at once."""
        return channel_list(calls.configured)

    @api.post("/notices/{notice_id}/called", status_code=204)
    def record_call(notice_id: str, body: CalledBody, actor: CurrentActor) -> None:
        """What came of a call. The same again changes nothing."""
        who = TimelineActor(ActorKind.STAFF, actor.id, actor.name)
        received = calls.call(notice_id, body.contact_point_id, CallOutcome(body.outcome), who)
        if received is Received.UNKNOWN:
            raise Problem(
                409,
                "no_call_to_make",
                Label("没有待打的电话", "There is no call to make"),
                Label("该通知不存在，或不是打给这个号码。", "No such notice, or no call to this contact point."),
            )


def _add_proof(api: APIRouter, calls: NoticeCalls) -> None:
    @api.get("/contact-points/no-cover")
    def list_points(sight: Sees, state: Literal["disabled", "unverified"], limit: Limit = 200) -> PointPage:
        """Contact points that do not count as cover, and since when."""
        return calls.reader.points(state, limit, sight)

    @api.post("/contact-points/{point_id}/verify", status_code=202)
    def send_code(point_id: str, actor: CurrentActor) -> ProofAsked:
        """Sends a code of six digits through the channel. For a telephone: puts a call on the operators' list."""
        asked = calls.ask(point_id, actor.id)
        if asked is Asked.NOT_FOUND:
            raise _no_point()
        if asked is Asked.TOO_SOON:
            seconds = int(WINDOW.total_seconds())
            raise Problem(
                429,
                "code_sent_already",
                Label("验证码刚刚发出", "A code was sent just now"),
                Label("请两分钟后再发。", "Wait two minutes before the next one."),
                headers={"Retry-After": str(seconds)},
            )
        return ProofAsked(contact_point_id=point_id)

    @api.post("/contact-points/{point_id}/confirm")
    def confirm_code(point_id: str, body: CodeBody, actor: CurrentActor) -> PointProved:
        """Takes the code; then the contact point is proved, and enabled again where it was disabled."""
        proved = calls.confirm(point_id, body.code, actor.id)
        if proved is Proved.NOT_FOUND:
            raise _no_point()
        if proved is not Proved.PROVED:
            raise _not_proved(proved)
        return PointProved(contact_point_id=point_id, verified=True)


def _no_point() -> Problem:
    return Problem(404, "not_found", Label("没有这个联系方式", "No such contact point"))


def _not_proved(proved: Proved) -> Problem:
    if proved is Proved.WRONG:
        return Problem(
            422,
            "wrong_code",
            Label("验证码不对", "Wrong code"),
            Label("请核对后重试，最多五次。", "Ask again; five tries at most."),
        )
    return Problem(
        409,
        "no_code",
        Label("没有有效的验证码", "No code is valid"),
        Label("已过期、已用过或试错太多，请重新发送。", "Expired, used, or tried too often: send a new one."),
    )
