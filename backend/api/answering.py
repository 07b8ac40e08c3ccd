"""The desk's side of answers: who was asked and how far they are, sending somebody, keys, replies by text."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Annotated, Protocol

from fastapi import APIRouter, Header, Query

from backend.api.access import Sees
from backend.api.answering_bodies import (
    AnswerVocabulary,
    Assignments,
    DeskStepBody,
    KeyBody,
    KeyUses,
    Labelled,
    Replies,
    ReplyAddress,
    ReplyAddresses,
    Responders,
    SendBody,
)
from backend.api.answering_problems import no_alert, refused
from backend.api.answering_replies import PROVIDERS
from backend.api.problems import Problem
from backend.api.security import CurrentActor
from backend.domain.access.sight import WHOLE, Sight
from backend.domain.alert import lifecycle
from backend.domain.alert.model import Actor as TimelineActor
from backend.domain.alert.model import ActorKind
from backend.domain.answering.model import KEY_LABELS, OUTCOMES, KeyKind, Refusal, Step, StepKind
from backend.domain.escalation.targets import RecipientKind
from backend.services.answering.answer import Answer as AnswerCase
from backend.services.answering.answer import UnknownLink
from backend.services.answering.record_key import RecordKey
from backend.services.answering.seals import Seals
from backend.services.answering.send_out import NotSent, NotSentError, SendOut
from backend.services.answering.views import AssignmentView, KeyUseView, ReplyView, ResponderView
from backend.services.identity.actor import Actor
from contract.vocabulary import Label

Key = Annotated[str | None, Header(alias="Idempotency-Key", min_length=1, max_length=128, pattern=r"^[\x20-\x7e]+$")]
Limit = Annotated[int, Query(ge=1, le=1000)]


class AnswerLists(Protocol):
    """What is listed."""

    def has_alert(self, alert_id: str) -> bool: ...
    def assignments(self, alert_id: str, sight: Sight = WHOLE) -> list[AssignmentView]: ...
    def key_uses(self, home_id: str, limit: int) -> list[KeyUseView] | None: ...
    def replies(self, limit: int, sight: Sight = WHOLE) -> list[ReplyView]: ...


@dataclass(frozen=True, slots=True)
class DeskCalls:
    """What the router needs. `responders`: None where there is no such alert."""

    lists: AnswerLists
    answer: AnswerCase
    send_out: SendOut
    record_key: RecordKey
    responders: Callable[[str], tuple[Sequence[ResponderView], str | None] | None]
    seals: Seals
    public_url: Callable[[], str]


def router(calls: DeskCalls) -> APIRouter:
    """Under `/api/v1`."""
    api = APIRouter(tags=["answering"])
    _add_lists(api, calls)
    _add_assignments(api, calls)
    _add_keys(api, calls)
    return api


def _add_lists(api: APIRouter, calls: DeskCalls) -> None:
    @api.get("/alerts/{alert_id}/assignments")
    def list_assignments(alert_id: str, sight: Sees) -> Assignments:
        """Who was asked to go or to take it, and what they have answered; a responder sees only their own."""
        return _assignments(calls, alert_id, sight)

    @api.get("/alerts/{alert_id}/responders")
    def list_responders(alert_id: str) -> Responders:
        """The nearest responders on duty, with distance and minutes."""
        found = calls.responders(alert_id)
        if found is None:
            raise no_alert()
        return Responders(items=list(found[0]), nobody=found[1])

    @api.get("/homes/{home_id}/key-uses")
    def list_key_uses(home_id: str, limit: Limit = 100) -> KeyUses:
        """Who got into this home with which key, and whether it is back."""
        uses = calls.lists.key_uses(home_id, limit)
        if uses is None:
            raise Problem(404, "not_found", Label("没有这户", "No such home"))
        return KeyUses(items=uses)

    @api.get("/replies")
    def list_replies(sight: Sees, limit: Limit = 100) -> Replies:
        """Replies by text, also those that nobody understood."""
        return Replies(items=calls.lists.replies(limit, sight))

    @api.get("/replies/addresses")
    def reply_addresses() -> ReplyAddresses:
        """What is entered at the SMS provider as the address for replies."""
        urls = [(one, f"{calls.public_url()}/replies/{one}/{calls.seals.reply_secret(one)}") for one in PROVIDERS]
        return ReplyAddresses(items=[ReplyAddress(provider=provider, url=url) for provider, url in urls])

    @api.get("/answer-vocabulary")
    def vocabulary() -> AnswerVocabulary:
        """The words for outcomes and keys."""
        return AnswerVocabulary(
            outcomes=[_labelled(code, label) for code, label in OUTCOMES.items()],
            keys=[_labelled(str(kind), label) for kind, label in KEY_LABELS.items()],
        )


def _add_assignments(api: APIRouter, calls: DeskCalls) -> None:
    @api.post("/alerts/{alert_id}/assignments", status_code=201)
    def send(alert_id: str, body: SendBody, actor: CurrentActor, key: Key = None) -> Assignments:
        """Send somebody by hand: they get a call-out, and the alert is dispatched."""
        kind = RecipientKind.PERSON if body.person_id is not None else RecipientKind.CONTACT
        try:
            calls.send_out(alert_id, kind, body.person_id or body.contact_id or "", _who(actor), key)
        except NotSentError as error:
            raise _not_sent(error.why) from None
        except lifecycle.Refusal as refusal:
            raise _not_possible(refusal) from None
        return _assignments(calls, alert_id)

    @api.post("/alerts/{alert_id}/assignments/{assignment_id}/steps")
    def step(
        alert_id: str, assignment_id: str, body: DeskStepBody, actor: CurrentActor, key: Key = None
    ) -> Assignments:
        """Write down what somebody says on the phone: they go, are there, are all right, are done."""
        taken = Step(
            StepKind(body.step), minutes=body.minutes, outcome=body.outcome, note=body.note or None, key=body.key
        )
        try:
            calls.answer.by_desk(alert_id, assignment_id, taken, _who(actor), key)
        except UnknownLink:
            raise _no_assignment() from None
        except Refusal as refusal:
            raise refused(refusal) from None
        return _assignments(calls, alert_id)

    @api.post("/alerts/{alert_id}/assignments/{assignment_id}/unbind")
    def unbind(alert_id: str, assignment_id: str, actor: CurrentActor) -> Assignments:
        """The link may be opened by another phone; the one that had it is shut out."""
        try:
            calls.answer.unbind(alert_id, assignment_id, _who(actor))
        except UnknownLink:
            raise _no_assignment() from None
        return _assignments(calls, alert_id)


def _add_keys(api: APIRouter, calls: DeskCalls) -> None:
    @api.post("/alerts/{alert_id}/key-uses", status_code=201)
    def take_key(alert_id: str, body: KeyBody, actor: CurrentActor, key: Key = None) -> dict[str, str]:
        """A key was used; the answer's `id` is needed when it comes back."""
        use = calls.record_key.taken(alert_id, body.who, KeyKind(body.kind), _who(actor), key)
        if use is None:
            raise no_alert()
        return {"id": use}

    @api.post("/key-uses/{use_id}/returned", status_code=204)
    def return_key(use_id: str, actor: CurrentActor) -> None:
        """The key is back."""
        if not calls.record_key.returned(use_id, _who(actor)):
            raise Problem(404, "not_found", Label("没有这条钥匙记录", "No such key use"))


def _assignments(calls: DeskCalls, alert_id: str, sight: Sight = WHOLE) -> Assignments:
    if not calls.lists.has_alert(alert_id):
        raise no_alert()
    return Assignments(items=calls.lists.assignments(alert_id, sight))


def _who(actor: Actor) -> TimelineActor:
    return TimelineActor(ActorKind.STAFF, actor.id, actor.name)


def _labelled(code: str, label: Label) -> Labelled:
    return Labelled(code=code, label={"zh-CN": label.zh, "en": label.en})


def _no_assignment() -> Problem:
    return Problem(404, "not_found", Label("没有这条派单", "No such assignment"))


def _not_possible(refusal: lifecycle.Refusal) -> Problem:
    return Problem(
        409,
        "illegal_transition",
        Label("当前状态不能派人", "Nobody can be sent now"),
        Label("请先接警；已结案的不能再派人。", "Accept the alert first; a closed one sends nobody."),
        extras={"handling": str(refusal.alert.handling)},
    )


def _not_sent(why: NotSent) -> Problem:
    if why is NotSent.NO_ALERT:
        return no_alert()
    if why is NotSent.NOBODY:
        return Problem(404, "not_found", Label("没有这个人，或此人不可联系", "No such person, or not to be contacted"))
    if why is NotSent.NO_CHANNEL:
        return Problem(
            422,
            "no_channel",
            Label("此人没有已验证的联系方式", "No verified channel"),
            Label("请打电话，并用“派人”记录。", "Ring them, and note it by Dispatch."),
        )
    return Problem(
        422,
        "idempotency_key_reused",
        Label("请求标识被重复使用", "Idempotency-Key used before"),
        Label("该标识已用于另一请求。", "The same key was used for another request; send a new key."),
    )
