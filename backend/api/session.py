"""Logging in, logging out, who am I."""

from __future__ import annotations

import math
from dataclasses import dataclass
from typing import Annotated, Final

import structlog
from anyio import CapacityLimiter, to_thread
from fastapi import APIRouter, Request, Response
from pydantic import Field

from backend.api.bodies import ONE_LINE, Answer, Body, Moment
from backend.api.problems import Problem
from backend.api.security import COOKIE, CurrentSession, session_cookie
from backend.services.identity import session as identity
from backend.services.identity.actor import StaffRole
from backend.services.identity.log_in import LogIn, LoginRefusal, LoginRefused
from backend.services.identity.log_out import LogOut
from contract.vocabulary import Label

log = structlog.get_logger()

LOG_INS_AT_ONCE: Final = 8
"""Twice as many as hash at once (`adapters.passwords`): the others are counting attempts."""
LOG_INS_WAITING: Final = 100


@dataclass(frozen=True, slots=True)
class SessionDeps:
    """What these calls need. `secure_cookie`: the cookie travels over HTTPS only."""

    log_in: LogIn
    log_out: LogOut
    secure_cookie: bool


class LogInBody(Body):
    """What somebody types."""

    username: Annotated[str, Field(min_length=1, max_length=64, pattern=ONE_LINE)]
    password: Annotated[str, Field(min_length=1, max_length=256)]


class Staff(Answer):
    """Who is logged in. `organisation_id` null: they see the whole district."""

    id: str
    username: str
    name: str
    role: StaffRole
    locale: str
    organisation_id: str | None


class Session(Answer):
    """A log-in. `csrf_token` goes into the header X-CSRF-Token of every unsafe call."""

    staff: Staff
    csrf_token: str
    expires_at: Moment


def router(deps: SessionDeps) -> APIRouter:
    """`/session` of the staff API."""
    api = APIRouter(prefix="/session", tags=["session"])

    # Log-ins have threads of their own: a flood of them must not take those that presses are stored on.
    threads = CapacityLimiter(LOG_INS_AT_ONCE)
    pending = 0

    @api.post("")
    async def log_in(body: LogInBody, request: Request, response: Response) -> Session:
        nonlocal pending
        # Counted here and not by the limiter, which learns of those that arrive together only one turn later.
        if pending >= LOG_INS_AT_ONCE + LOG_INS_WAITING:
            raise _refused(LoginRefused(LoginRefusal.BUSY))
        address = request.client.host if request.client else ""
        pending += 1
        try:
            outcome = await to_thread.run_sync(deps.log_in, body.username, body.password, address, limiter=threads)
        finally:
            pending -= 1
        if isinstance(outcome, LoginRefused):
            log.warning("login_refused", reason=outcome.reason)
            raise _refused(outcome)
        log.info("logged_in", staff_id=outcome.session.staff.id)
        # No Max-Age: closing the browser ends it there; here it ends after a shift without use.
        response.set_cookie(
            COOKIE, outcome.token, httponly=True, samesite="strict", secure=deps.secure_cookie, path="/"
        )
        response.headers["Cache-Control"] = "no-store"
        return _answer(outcome.session)

    @api.get("")
    def who_am_i(session: CurrentSession, response: Response) -> Session:
        response.headers["Cache-Control"] = "no-store"
        return _answer(session)

    @api.delete("", status_code=204)
    def log_out(request: Request, response: Response, _: CurrentSession) -> None:
        deps.log_out(session_cookie(request.headers.get("cookie")) or "")
        response.delete_cookie(COOKIE, httponly=True, samesite="strict", secure=deps.secure_cookie, path="/")

    return api


def _answer(session: identity.Session) -> Session:
    staff = session.staff
    shown = Staff(
        id=staff.id,
        username=staff.username,
        name=staff.name,
        role=staff.role,
        locale=staff.locale,
        organisation_id=staff.organisation_id,
    )
    return Session(staff=shown, csrf_token=session.csrf_token, expires_at=session.expires_at)


def _refused(refused: LoginRefused) -> Problem:
    if refused.reason is LoginRefusal.BAD_CREDENTIALS:
        return Problem(401, refused.reason, Label("用户名或密码错误", "Wrong user name or password"))
    seconds = max(1, math.ceil(refused.retry_after.total_seconds())) if refused.retry_after else 1
    title = {
        LoginRefusal.TOO_MANY_ATTEMPTS: Label("尝试次数过多", "Too many attempts"),
        LoginRefusal.BUSY: Label("系统繁忙", "Busy"),
    }[refused.reason]
    return Problem(
        429 if refused.reason is LoginRefusal.TOO_MANY_ATTEMPTS else 503,
        refused.reason,
        title,
        Label(f"请在 {seconds} 秒后重试。", f"Try again in {seconds} s."),
        extras={"retry_after_seconds": seconds},
        headers={"Retry-After": str(seconds)},
    )
