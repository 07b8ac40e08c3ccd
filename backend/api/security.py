"""Who is let in. The door stands before every route, and what it does not know to be public it keeps shut."""

from __future__ import annotations

import hmac
from collections.abc import Callable
from http.cookies import CookieError, SimpleCookie
from typing import Annotated, Final

from anyio import CapacityLimiter, to_thread
from fastapi import Depends, Request
from starlette.datastructures import Headers
from starlette.types import ASGIApp, Receive, Scope, Send

from backend.api import problems
from backend.services.identity.actor import Actor
from backend.services.identity.identify import TOKEN_PREFIX, Identify
from backend.services.identity.session import Session

COOKIE: Final = "care_session"
OWN: Final = "/api/v1/session"
"""What answers before somebody has done what they must: their own session, password and second factor."""
LOOK_UPS_AT_ONCE: Final = 8
SAFE_METHODS: Final = frozenset({"GET", "HEAD", "OPTIONS"})
Public = Callable[[str, str], bool]
"""Whether (method, path) is open to strangers."""


class Door:
    """ASGI middleware: finds the actor by token or by cookie before a byte of the body is read, or answers 401.

    A browser's unsafe call needs the CSRF token of its session as well.
    """

    def __init__(
        self, app: ASGIApp, *, identify: Identify, is_public: Public, unavailable_errors: tuple[type[Exception], ...]
    ) -> None:
        self._app = app
        self._identify = identify
        self._is_public = is_public
        self._unavailable_errors = unavailable_errors
        # Threads of its own: cookies that are looked up must not take those that presses are stored on.
        self._threads = CapacityLimiter(LOOK_UPS_AT_ONCE)

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] == "lifespan" or (scope["type"] == "http" and self._is_public(scope["method"], scope["path"])):
            await self._app(scope, receive, send)
            return
        if scope["type"] != "http":
            await send({"type": "websocket.close", "code": 1008})
            return
        headers = Headers(scope=scope)
        try:
            await self._let_in(scope, headers)
        except Exception as error:
            if not isinstance(error, (problems.Problem, *self._unavailable_errors)):
                raise
            problem = problems.as_problem(error, self._unavailable_errors)
            await problems.response(problem, headers.get("accept-language"))(scope, receive, send)
            return
        await self._app(scope, receive, send)

    async def _let_in(self, scope: Scope, headers: Headers) -> None:
        state = scope.setdefault("state", {})
        token = bearer_token(headers.get("authorization"))
        if token is not None:
            # Those of the file without a thread or a database: gateways are let in while it is away.
            actor = self._identify.service(token) or await self._api_token(token)
            if actor is None:
                raise problems.unauthenticated()
            state["actor"] = actor
            return
        cookie = session_cookie(headers.get("cookie"))
        session = await self._session(cookie) if cookie else None
        if session is None:
            raise problems.unauthenticated()
        if scope["method"] not in SAFE_METHODS:
            sent = headers.get("x-csrf-token", "")
            if not hmac.compare_digest(sent.encode(), session.csrf_token.encode()):
                raise problems.csrf_mismatch()
        if session.must is not None and not (scope["path"] + "/").startswith(OWN + "/"):
            raise problems.duty_first(session.must)
        state["actor"], state["session"] = session.actor, session

    async def _api_token(self, token: str) -> Actor | None:
        if not token.startswith(TOKEN_PREFIX):
            return None
        return await to_thread.run_sync(self._identify.api_token, token, limiter=self._threads)

    async def _session(self, cookie: str) -> Session | None:
        return await to_thread.run_sync(self._identify.session, cookie, limiter=self._threads)


def bearer_token(authorization: str | None) -> str | None:
    """The token of an `Authorization: Bearer` header."""
    scheme, _, token = (authorization or "").partition(" ")
    return token.strip() if scheme.lower() == "bearer" and token.strip() else None


def session_cookie(cookie_header: str | None) -> str | None:
    """The value of the session's cookie."""
    return cookie_value(cookie_header, COOKIE)


def cookie_value(cookie_header: str | None, name: str) -> str | None:
    """The value of one cookie; None where there is none or the header is no list of cookies."""
    try:
        morsel = SimpleCookie(cookie_header or "").get(name)
    except CookieError:
        return None
    return morsel.value if morsel is not None and morsel.value else None


async def current_actor(request: Request) -> Actor:
    """Whoever the door let in."""
    actor = getattr(request.state, "actor", None)
    if not isinstance(actor, Actor):
        raise problems.unauthenticated()
    return actor


async def current_session(request: Request) -> Session:
    """The log-in of a person; programs have none."""
    session = getattr(request.state, "session", None)
    if not isinstance(session, Session):
        raise problems.unauthenticated()
    return session


CurrentActor = Annotated[Actor, Depends(current_actor)]
CurrentSession = Annotated[Session, Depends(current_session)]
