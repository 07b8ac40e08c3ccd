"""The page behind a link: no log-in, no script; looking changes nothing, and only a button binds or answers."""

from __future__ import annotations

import re
import secrets
from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime
from typing import Annotated, Any, Final, Protocol, TypeVar

import structlog
from anyio import CapacityLimiter, to_thread
from fastapi import APIRouter, Form, Request
from fastapi.responses import HTMLResponse, RedirectResponse, Response
from pydantic import BaseModel, ConfigDict, StringConstraints

from backend.api.problems import Problem, prefers_chinese
from backend.domain.answering.model import Refusal, Step, StepKind, Why
from backend.domain.home_secrets.looks import LABELS, Look
from backend.services.answering.answer import Answer, UnknownLink
from backend.services.answering.seals import Seals
from backend.services.answering.show import Door, Show
from backend.services.answering.views import AnswerPage
from backend.services.home_secrets.ports import Shown
from contract.vocabulary import Label

log = structlog.get_logger()

COOKIE: Final = "care_answer"
LANGUAGE: Final = "care_lang"
COOKIE_SECONDS: Final = 26 * 3600
"""A link lives 24 hours after it was last sent, and two after its alert."""
AT_ONCE: Final = 8
WAITING: Final = 200
"""Threads of their own: however many phones answer, presses keep theirs (rule 9)."""
T = TypeVar("T")
POLICY: Final = (
    "default-src 'none'; style-src 'unsafe-inline'; form-action 'self'; base-uri 'none'; frame-ancestors 'none'"
)
HEADERS: Final = {
    "Content-Security-Policy": POLICY,
    "Referrer-Policy": "no-referrer",
    "Cache-Control": "no-store",
    "X-Robots-Tag": "noindex, nofollow",
    "Vary": "Accept-Language, Cookie",
}
_SECRET: Final = re.compile(r"[A-Za-z0-9_-]{43}")
_TOKEN: Final = re.compile(r"[A-Za-z0-9_-]{32}")
_STATUS: Final = {Why.EXPIRED: 410, Why.OTHER_PHONE: 403, None: 200}


class Turns:
    """Threads of their own for calls by strangers: so many at once, and so many that wait; the rest come again."""

    def __init__(self) -> None:
        self._threads = CapacityLimiter(AT_ONCE)
        self._pending = 0

    async def run(self, call: Callable[..., T], *arguments: Any) -> T:
        """What `call` gives, on one of the threads. Raises the problem 503 where too many wait."""
        if self._pending >= AT_ONCE + WAITING:
            raise Problem(503, "busy", Label("请稍后再试", "Busy, try again"), headers={"Retry-After": "2"})
        self._pending += 1
        try:
            return await to_thread.run_sync(call, *arguments, limiter=self._threads)
        finally:
            self._pending -= 1


class Renders(Protocol):
    """How a page becomes HTML."""

    def render(self, name: str, chinese: bool, now: datetime, values: dict[str, Any]) -> str: ...


@dataclass(frozen=True, slots=True)
class AnswerCalls:
    """What the pages need. `secure`: the cookie travels over HTTPS only."""

    show: Show
    answer: Answer
    pages: Renders
    seals: Seals
    new_id: Callable[[], str]
    secure: bool
    secrets: Callable[[str], Shown | Look | None]
    """What opens the home of an assignment; the look is in the audit log."""


Short = Annotated[str, StringConstraints(max_length=64)]


class StepForm(BaseModel):
    """What a button sends. Whatever a phone adds is left alone: strictness never costs an answer."""

    model_config = ConfigDict(extra="ignore", frozen=True)

    form: Short = ""
    once: Short = ""
    minutes: Annotated[str, StringConstraints(strip_whitespace=True, max_length=8)] = ""
    outcome: Short = ""
    note: Annotated[str, StringConstraints(strip_whitespace=True, max_length=2000)] = ""
    key: Short = ""

    def step(self, kind: StepKind) -> Step:
        """The step; what does not belong to it is left out."""
        minutes = int(self.minutes) if self.minutes.isdecimal() else None
        return Step(
            kind,
            minutes=minutes if kind is StepKind.EN_ROUTE else None,
            outcome=self.outcome if kind is StepKind.DONE else None,
            note=(self.note[:1000].replace("\x00", "") or None) if kind is StepKind.DONE else None,
            key=self.key if kind is StepKind.KEY_TAKEN else None,
        )


def router(calls: AnswerCalls) -> APIRouter:
    """`GET /r/{token}` and one POST for each step."""
    api = APIRouter(prefix="/r", include_in_schema=False)
    turns = Turns()

    @api.api_route("/{token}", methods=["GET", "HEAD"])
    async def show(token: str, request: Request) -> Response:
        return await turns.run(_show, calls, token, request)

    @api.post("/{token}/secrets")
    async def look(token: str, form: Annotated[StepForm, Form()], request: Request) -> Response:
        return await turns.run(_look, calls, token, form, request)

    @api.post("/{token}/{step}")
    async def take(token: str, step: str, form: Annotated[StepForm, Form()], request: Request) -> Response:
        return await turns.run(_take, calls, token, step, form, request)

    return api


def phone_of(request: Request) -> str | None:
    """The secret of the phone's cookie, where it can be one of ours."""
    value = request.cookies.get(COOKIE, "")
    return value if _SECRET.fullmatch(value) else None


def _show(calls: AnswerCalls, token: str, request: Request) -> Response:
    phone = phone_of(request)
    fresh = phone or secrets.token_urlsafe(32)
    response = _page(calls, token, fresh, request)
    if phone is None and _TOKEN.fullmatch(token):
        # Given away by looking, so that a lost answer to *open* can be asked for again; it binds nothing by itself.
        response.set_cookie(
            COOKIE,
            fresh,
            max_age=COOKIE_SECONDS,
            path=f"/r/{token}",
            httponly=True,
            # Lax: a link out of a message must bring the cookie along, another site's form must not.
            samesite="lax",
            secure=calls.secure,
        )
    chosen = request.query_params.get("lang")
    if chosen in ("zh", "en"):
        response.set_cookie(LANGUAGE, chosen, max_age=COOKIE_SECONDS, path="/r", httponly=True, samesite="lax")
    return response


def _take(calls: AnswerCalls, token: str, step: str, form: StepForm, request: Request) -> Response:
    phone = phone_of(request)
    kind = next((kind for kind in StepKind if kind == step), None)
    if kind is None or not _TOKEN.fullmatch(token):
        return _door(calls, token, "", request, "unknown", 404)
    if phone is None or not calls.seals.form_fits(form.form, phone, token) or not form.once:
        return _door(calls, token, "", request, "stale", 403)
    try:
        calls.answer.by_link(token, phone, form.step(kind), form.once)
    except UnknownLink:
        return _door(calls, token, "", request, "unknown", 404)
    except Refusal as refusal:
        log.info("answer_refused", step=str(kind), reason=str(refusal.why))
        return _page(calls, token, phone, request, refusal)
    # 303: a reload of what follows asks again and answers nothing.
    return RedirectResponse(f"/r/{token}", 303, headers=HEADERS)


def _look(calls: AnswerCalls, token: str, form: StepForm, request: Request) -> Response:
    """Shown in the answer to the button alone: a reload asks again, and that stands in the audit log again."""
    phone = phone_of(request)
    if not _TOKEN.fullmatch(token):
        return _door(calls, token, "", request, "unknown", 404)
    if phone is None or not calls.seals.form_fits(form.form, phone, token):
        return _door(calls, token, "", request, "stale", 403)
    shown = calls.show(token, phone)
    if not isinstance(shown, AnswerPage):
        return _page(calls, token, phone, request)
    found = calls.secrets(shown.assignment_id)
    if found is None or isinstance(found, Look):
        return _page(calls, token, phone, request)
    chinese = reads_chinese(request)
    named = [(LABELS[kind].zh if chinese else LABELS[kind].en, value) for kind, value in found.items()]
    return _html(calls, token, phone, request, "answer", 200, page=shown, refused=None, secrets=named)


def _page(calls: AnswerCalls, token: str, phone: str, request: Request, refused: Refusal | None = None) -> HTMLResponse:
    shown = calls.show(token, phone) if _TOKEN.fullmatch(token) else None
    if shown is None:
        return _door(calls, token, "", request, "unknown", 404)
    if isinstance(shown, Door):
        return _closed(calls, token, phone, request, shown, refused)
    return _html(calls, token, phone, request, "answer", 409 if refused else 200, page=shown, refused=refused)


def _closed(
    calls: AnswerCalls, token: str, phone: str, request: Request, door: Door, refused: Refusal | None
) -> HTMLResponse:
    reason = {None: "sealed", Why.EXPIRED: "expired"}.get(door.why, "other_phone")
    status = 409 if refused is not None and door.why is None else _STATUS[door.why]
    return _html(calls, token, phone, request, "door", status, reason=reason, desk=door.desk)


def _door(calls: AnswerCalls, token: str, phone: str, request: Request, reason: str, status: int) -> HTMLResponse:
    return _html(calls, token, phone, request, "door", status, reason=reason, desk=None)


def _html(
    calls: AnswerCalls, token: str, phone: str, request: Request, name: str, status: int, **values: Any
) -> HTMLResponse:
    values |= {"base": f"/r/{token}", "form": calls.seals.form(phone, token), "once": calls.new_id()}
    chinese = reads_chinese(request)
    return HTMLResponse(calls.pages.render(name, chinese, calls.show.clock.now(), values), status, HEADERS)


def reads_chinese(request: Request) -> bool:
    """By the switch on the page, else by what the phone says."""
    chosen = request.query_params.get("lang") or request.cookies.get(LANGUAGE)
    if chosen in ("zh", "en"):
        return chosen == "zh"
    return prefers_chinese(request.headers.get("accept-language"))
