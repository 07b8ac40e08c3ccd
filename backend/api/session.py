"""Logging in, logging out, who am I."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Annotated, Final

import structlog
from fastapi import APIRouter, Request, Response
from pydantic import Field

from backend.api.bodies import ONE_LINE, Answer, Body, Moment
from backend.api.identity_problems import log_in_refused
from backend.api.log_in_threads import LogInThreads
from backend.api.security import COOKIE, CurrentSession, cookie_value, session_cookie
from backend.services.identity import session as identity
from backend.services.identity.actor import StaffRole
from backend.services.identity.log_in import DEVICE_LIFE, LoggedIn, LogIn, LoginRefused
from backend.services.identity.log_out import LogOut
from backend.services.identity.open_session import Visitor

log = structlog.get_logger()

DEVICE_COOKIE: Final = "care_device"
MOST_AGENT: Final = 400


@dataclass(frozen=True, slots=True)
class SessionDeps:
    """What these calls need. `secure_cookie`: cookies travel over HTTPS only. `oidc`: there is a provider as well."""

    log_in: LogIn
    log_out: LogOut
    threads: LogInThreads
    secure_cookie: bool
    oidc: bool = False


class LogInBody(Body):
    """What somebody types. `otp`: a code of the telephone, or a recovery code."""

    username: Annotated[str, Field(min_length=1, max_length=64, pattern=ONE_LINE)]
    password: Annotated[str, Field(min_length=1, max_length=256)]
    otp: Annotated[str, Field(max_length=32, pattern=ONE_LINE)] | None = None


class Staff(Answer):
    """Who is logged in. `organisation_id` null: they see the whole district."""

    id: str
    username: str
    name: str
    role: StaffRole
    locale: str
    organisation_id: str | None


class Session(Answer):
    """A log-in. `csrf_token` goes into the header X-CSRF-Token of every unsafe call. `must`: what is to be done before
    anything but `/session` answers."""

    staff: Staff
    csrf_token: str
    expires_at: Moment
    must: identity.Must | None


class Ways(Answer):
    """How one may log in, besides by password."""

    oidc: bool


def router(deps: SessionDeps) -> APIRouter:
    """`/session` of the staff API."""
    api = APIRouter(prefix="/session", tags=["session"])

    @api.post("")
    async def log_in(body: LogInBody, request: Request, response: Response) -> Session:
        """401 `otp_required`: the same again, with a code."""
        visitor = visitor_of(request)
        outcome = await deps.threads.run(lambda: deps.log_in(body.username, body.password, visitor, body.otp))
        if isinstance(outcome, LoginRefused):
            log.warning("login_refused", reason=outcome.reason)
            raise log_in_refused(outcome)
        log.info("logged_in", staff_id=outcome.session.staff.id)
        await end_former(deps.log_out, deps.threads, outcome, request)
        set_cookies(response, outcome.token, outcome.device, secure=deps.secure_cookie)
        return session_view(outcome.session)

    @api.get("")
    def who_am_i(session: CurrentSession, response: Response) -> Session:
        response.headers["Cache-Control"] = "no-store"
        return session_view(session)

    @api.get("/ways")
    async def ways() -> Ways:
        """Open to strangers: what the log-in page offers."""
        return Ways(oidc=deps.oidc)

    @api.delete("", status_code=204)
    def log_out(request: Request, response: Response, session: CurrentSession) -> None:
        deps.log_out(session.actor, session_cookie(request.headers.get("cookie")) or "")
        response.delete_cookie(COOKIE, httponly=True, samesite="strict", secure=deps.secure_cookie, path="/")

    return api


def visitor_of(request: Request) -> Visitor:
    """Where a request comes from."""
    address = request.client.host if request.client else ""
    agent = request.headers.get("user-agent", "")[:MOST_AGENT]
    return Visitor(address, agent, cookie_value(request.headers.get("cookie"), DEVICE_COOKIE))


async def end_former(log_out: LogOut, threads: LogInThreads, entered: LoggedIn, request: Request) -> None:
    """The session that this browser had until now: nobody can reach it any more, so nobody shall."""
    former = session_cookie(request.headers.get("cookie"))
    if former is not None:
        await threads.run(lambda: log_out(entered.session.actor, former))


def set_cookies(response: Response, token: str, device: str, *, secure: bool) -> None:
    """The session, which ends with the browser, and what this browser is known by at the next log-in."""
    # No Max-Age: closing the browser ends it there; here it ends after a shift without use.
    response.set_cookie(COOKIE, token, httponly=True, samesite="strict", secure=secure, path="/")
    life = int(DEVICE_LIFE.total_seconds())
    response.set_cookie(DEVICE_COOKIE, device, max_age=life, httponly=True, samesite="strict", secure=secure, path="/")
    response.headers["Cache-Control"] = "no-store"


def session_view(session: identity.Session) -> Session:
    """A session as its owner sees it."""
    staff = session.staff
    shown = Staff(
        id=staff.id,
        username=staff.username,
        name=staff.name,
        role=staff.role,
        locale=staff.locale,
        organisation_id=staff.organisation_id,
    )
    return Session(staff=shown, csrf_token=session.csrf_token, expires_at=session.expires_at, must=session.must)
