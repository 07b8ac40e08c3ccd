"""The alarm desk's calls: the queue, the card, and each step that a person takes."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Annotated, Any, Literal, Self

from fastapi import APIRouter, Header, Query
from pydantic import Field, StringConstraints, model_validator

from backend.api.access import Sees
from backend.api.alert_refusals import refused
from backend.api.bodies import Body
from backend.api.problems import Problem
from backend.api.security import CurrentActor
from backend.domain.alert.lifecycle import Action, Refusal, StepMark, Verb
from backend.domain.alert.model import Actor as TimelineActor
from backend.domain.alert.model import ActorKind
from backend.services.alarm.act import Act, Acted
from backend.services.alarm.views import AlertDetail, AlertPage, AlertReader
from backend.services.identity.actor import Actor, StaffRole
from contract.vocabulary import Label

Text = Annotated[str, StringConstraints(strip_whitespace=True, min_length=1, max_length=2000, pattern=r"^[^\x00]*$")]
Name = Annotated[str, StringConstraints(strip_whitespace=True, min_length=1, max_length=128, pattern=r"^[^\x00]*$")]
Key = Annotated[str | None, Header(alias="Idempotency-Key", min_length=1, max_length=128, pattern=r"^[\x20-\x7e]+$")]


class DispatchBody(Body):
    """`responder`: who is asked to go, by name."""

    responder: Name
    note: Text | None = None


class EnRouteBody(Body):
    """`eta_minutes`: from now until somebody is there."""

    eta_minutes: int = Field(ge=1, le=600)


class StepBody(Body):
    """What was done of the script. `impossible` needs a `reason`, which a manager reviews."""

    step: Annotated[str, StringConstraints(min_length=1, max_length=64)]
    state: Literal["done", "impossible"]
    reason: Annotated[str | None, StringConstraints(strip_whitespace=True, min_length=1, max_length=256)] = None

    @model_validator(mode="after")
    def _says_why(self) -> Self:
        if self.state == "impossible" and self.reason is None:
            raise ValueError("an impossible step needs a reason")
        return self


class CloseBody(Body):
    """`outcome`: a code of the vocabulary. `seen_by`: who has seen the person, where the code asks for it.

    `steps`: steps of the script that are ticked off together with the closing.
    """

    steps: Annotated[list[StepBody], Field(max_length=50)] = Field(default_factory=list)
    outcome: Annotated[str, StringConstraints(min_length=1, max_length=32)]
    note: Text | None = None
    seen_by: Name | None = None


class TransferBody(Body):
    """`to`: who is asked to take it: a person, a desk or the next shift."""

    to: Name
    note: Text | None = None


class NoteBody(Body):
    """A remark for the timeline."""

    text: Text


@dataclass(frozen=True, slots=True)
class AlertCalls:
    """What the router needs."""

    act: Act
    reader: AlertReader


def router(calls: AlertCalls) -> APIRouter:
    """`/alerts` of the staff API."""
    api = APIRouter(prefix="/alerts", tags=["alerts"])
    _add_reading(api, calls)
    _add_steps(api, calls)
    return api


def _add_reading(api: APIRouter, calls: AlertCalls) -> None:
    @api.get("")
    def list_alerts(
        sight: Sees,
        state: Literal["open", "closed"] = "open",
        limit: Annotated[int, Query(ge=1, le=1000)] = 500,
        desk: Annotated[str | None, Query(min_length=1, max_length=64)] = None,
    ) -> AlertPage:
        """Alerts in the desk's order: unaccepted first, by severity, then the longest waiting; closed: newest first.

        `desk`: only those that this organisation and those below it see: their own and what was offered to them.
        """
        read = calls.reader.open if state == "open" else calls.reader.closed
        return read(limit, desk, sight)

    @api.get("/{alert_id}")
    def show_alert(alert_id: str, actor: CurrentActor) -> AlertDetail:
        """One alert with card, timeline and what may be done. Illnesses are not for technicians."""
        detail = _detail(calls, alert_id)
        return without_illnesses(detail) if actor.role is StaffRole.TECHNICIAN else detail


def _add_steps(api: APIRouter, calls: AlertCalls) -> None:
    step = _stepper(calls)

    @api.post("/{alert_id}/accept")
    def accept(alert_id: str, actor: CurrentActor, key: Key = None) -> AlertDetail:
        """Take it. 409 `already_accepted` names who has it and since when."""
        return step(alert_id, actor, key, Verb.ACCEPT)

    @api.post("/{alert_id}/dispatch")
    def dispatch(alert_id: str, body: DispatchBody, actor: CurrentActor, key: Key = None) -> AlertDetail:
        """Ask somebody to go. The terminal is told when they are on the way."""
        return step(alert_id, actor, key, Verb.DISPATCH, responder=body.responder, text=body.note)

    @api.post("/{alert_id}/en-route")
    def en_route(alert_id: str, body: EnRouteBody, actor: CurrentActor, key: Key = None) -> AlertDetail:
        """Somebody is on the way; the terminal says in how many minutes."""
        return step(alert_id, actor, key, Verb.EN_ROUTE, eta_minutes=body.eta_minutes)

    @api.post("/{alert_id}/arrived")
    def arrived(alert_id: str, actor: CurrentActor, key: Key = None) -> AlertDetail:
        """Somebody is with the person."""
        return step(alert_id, actor, key, Verb.ARRIVED)

    @api.post("/{alert_id}/close")
    def close(alert_id: str, body: CloseBody, actor: CurrentActor, key: Key = None) -> AlertDetail:
        """It is over, with its outcome. 422 `script_incomplete` lists the mandatory steps that nobody has done."""
        steps = tuple(StepMark(each.step, each.state, each.reason) for each in body.steps)
        return step(
            alert_id, actor, key, Verb.CLOSE, outcome=body.outcome, seen_by=body.seen_by, text=body.note, steps=steps
        )

    @api.post("/{alert_id}/transfer")
    def transfer(alert_id: str, body: TransferBody, actor: CurrentActor, key: Key = None) -> AlertDetail:
        """Give it away. It rings again until somebody takes it; until then it stays with whoever has it."""
        return step(alert_id, actor, key, Verb.HAND_OVER, to=body.to, text=body.note)

    @api.post("/{alert_id}/notes")
    def note(alert_id: str, body: NoteBody, actor: CurrentActor, key: Key = None) -> AlertDetail:
        """A remark for the timeline."""
        return step(alert_id, actor, key, Verb.NOTE, text=body.text)


def _stepper(calls: AlertCalls) -> Callable[..., AlertDetail]:
    def step(alert_id: str, actor: Actor, key: str | None, verb: Verb, **fields: Any) -> AlertDetail:
        who = TimelineActor(ActorKind.STAFF, actor.id, actor.name)
        try:
            acted = calls.act(alert_id, Action(verb, who, **fields), key)
        except Refusal as refusal:
            raise refused(refusal) from None
        if acted is Acted.NOT_FOUND:
            raise _not_found()
        if acted is Acted.KEY_REUSED:
            raise Problem(
                422,
                "idempotency_key_reused",
                Label("请求标识被重复使用", "Idempotency-Key used before"),
                Label("该标识已用于另一请求。", "The same key was used for another request; send a new key."),
            )
        return _detail(calls, alert_id)

    return step


def without_illnesses(detail: AlertDetail) -> AlertDetail:
    """The card for somebody who repairs things."""
    hidden = {"conditions": None, "medicines": None}
    residents = [one.model_copy(update=hidden) for one in detail.card.residents]
    return detail.model_copy(update={"card": detail.card.model_copy(update={"residents": residents})})


def _detail(calls: AlertCalls, alert_id: str) -> AlertDetail:
    detail = calls.reader.detail(alert_id)
    if detail is None:
        raise _not_found()
    return detail


def _not_found() -> Problem:
    return Problem(404, "not_found", Label("没有这条警情", "No such alert"))
