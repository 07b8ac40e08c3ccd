"""The same page as data, for a page that works without a network: `/r/{token}/state` and `/r/{token}/steps`."""

from __future__ import annotations

from typing import Annotated, Final, Literal

from fastapi import APIRouter, Request, Response
from pydantic import Field, StringConstraints

from backend.api.answering_pages import HEADERS, AnswerCalls, Turns, phone_of
from backend.api.answering_problems import other_phone, refused, unknown_link
from backend.api.bodies import Answer, Body
from backend.domain.answering.model import Refusal, Step, StepKind, Why
from backend.services.answering.answer import UnknownLink
from backend.services.answering.show import Door
from backend.services.answering.views import AnswerPage

StepName = Literal[
    "open",
    "accept",
    "pass",
    "hold",
    "en-route",
    "arrived",
    "done",
    "second",
    "forced-entry",
    "all-right",
    "panic",
    "key-taken",
    "key-returned",
]
NOTE: Final = 1000


class StepBody(Body):
    """One step. `form`: from the state; `once`: of the phone's making, the same for a step that it sends again."""

    step: StepName
    form: Annotated[str, StringConstraints(max_length=64)]
    once: Annotated[str, StringConstraints(min_length=1, max_length=64)]
    minutes: int | None = Field(default=None, ge=1, le=600)
    outcome: Annotated[str, StringConstraints(max_length=32)] | None = None
    note: Annotated[str, StringConstraints(max_length=NOTE, pattern=r"^[^\x00]*$")] | None = None
    key: Annotated[str, StringConstraints(max_length=16)] | None = None


class State(Answer):
    """`page`: what is shown; `form` goes into each step."""

    page: AnswerPage
    form: str


def router(calls: AnswerCalls) -> APIRouter:
    """Beside the page; the cookie that binds a phone is the page's."""
    api = APIRouter(prefix="/r", tags=["answering"])
    turns = Turns()

    @api.get("/{token}/state")
    async def state(token: str, request: Request, response: Response) -> State:
        """What the page shows. 403 `other_phone`, 409 `not_opened`, 410 `expired`, 404 `unknown_link`."""
        response.headers.update(HEADERS)
        return await turns.run(_state, calls, token, phone_of(request))

    @api.post("/{token}/steps")
    async def take(token: str, body: StepBody, request: Request, response: Response) -> State:
        """A step; 409 with `why` where it is not possible now. The same `once` and step count once."""
        response.headers.update(HEADERS)
        return await turns.run(_take, calls, token, phone_of(request), body)

    return api


def _state(calls: AnswerCalls, token: str, phone: str | None) -> State:
    shown = calls.show(token, phone)
    if shown is None or phone is None:
        raise unknown_link() if shown is None else other_phone()
    if isinstance(shown, Door):
        raise refused(Refusal(shown.why or Why.NOT_OPENED))
    return State(page=shown, form=calls.seals.form(phone, token))


def _take(calls: AnswerCalls, token: str, phone: str | None, body: StepBody) -> State:
    if phone is None or not calls.seals.form_fits(body.form, phone, token):
        raise other_phone()
    kind = StepKind(body.step)
    step = Step(kind, minutes=body.minutes, outcome=body.outcome, note=body.note, key=body.key)
    try:
        calls.answer.by_link(token, phone, step, body.once)
    except UnknownLink:
        raise unknown_link() from None
    except Refusal as refusal:
        raise refused(refusal) from None
    return _state(calls, token, phone)
