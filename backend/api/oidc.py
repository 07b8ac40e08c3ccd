"""Logging in at an OpenID provider: the way there, and the way back."""

from __future__ import annotations

import base64
import binascii
from dataclasses import dataclass
from typing import Annotated, Final

import structlog
from fastapi import APIRouter, Query, Request
from fastapi.responses import RedirectResponse

from backend.api.log_in_threads import LogInThreads
from backend.api.security import cookie_value
from backend.api.session import end_former, set_cookies, visitor_of
from backend.services.identity.log_out import LogOut
from backend.services.identity.oidc import TIME_TO_LOG_IN, BeginOidc, FinishOidc, OidcRefusal, OidcRefused

log = structlog.get_logger()

COOKIE: Final = "care_oidc"
PATH: Final = "/api/v1/session/oidc"
OPEN: Final = frozenset({("GET", PATH), ("GET", f"{PATH}/callback")})
"""Open to strangers: this is how they come to be known."""
Text = Annotated[str, Query(max_length=4096)]


@dataclass(frozen=True, slots=True)
class OidcCalls:
    """What these calls need."""

    begin: BeginOidc
    finish: FinishOidc
    threads: LogInThreads
    log_out: LogOut
    secure_cookie: bool


def router(calls: OidcCalls) -> APIRouter:
    """`/session/oidc`; only where a provider is set."""
    api = APIRouter(prefix="/session/oidc", tags=["session"])

    @api.get("", status_code=303, response_class=RedirectResponse)
    async def begin() -> RedirectResponse:
        """To the provider; back to the log-in page with `?refused=` where it is away."""
        try:
            begun = await calls.threads.run(calls.begin)
        except OidcRefused as refused:
            return _back(refused.reason)
        there = RedirectResponse(begun.address, 303)
        # Lax, for the way back begins at the provider; it opens nothing by itself.
        there.set_cookie(
            COOKIE,
            base64.urlsafe_b64encode(begun.cookie).decode(),
            max_age=int(TIME_TO_LOG_IN.total_seconds()),
            httponly=True,
            samesite="lax",
            secure=calls.secure_cookie,
            path="/",
        )
        there.headers["Cache-Control"] = "no-store"
        return there

    @api.get("/callback", status_code=303, response_class=RedirectResponse)
    async def finish(request: Request, state: Text = "", code: Text = "", error: Text = "") -> RedirectResponse:
        """To the console, logged in; else to the log-in page with `?refused=` and why."""
        sealed = _sealed(cookie_value(request.headers.get("cookie"), COOKIE))
        visitor = visitor_of(request)
        try:
            if error or not code:
                raise OidcRefused(OidcRefusal.DENIED if error else OidcRefusal.BAD_STATE)
            entered = await calls.threads.run(lambda: calls.finish(sealed, state, code, visitor))
            await end_former(calls.log_out, calls.threads, entered, request)
        except OidcRefused as refused:
            return _back(refused.reason)
        home = RedirectResponse("/", 303)
        set_cookies(home, entered.token, entered.device, secure=calls.secure_cookie)
        home.delete_cookie(COOKIE, path="/", httponly=True, samesite="lax", secure=calls.secure_cookie)
        return home

    return api


def _back(reason: OidcRefusal) -> RedirectResponse:
    log.warning("login_refused", reason=reason)
    return RedirectResponse(f"/?refused={reason}", 303, {"Cache-Control": "no-store"})


def _sealed(cookie: str | None) -> bytes:
    try:
        return base64.urlsafe_b64decode(cookie or "")
    except (binascii.Error, ValueError):
        return b""
