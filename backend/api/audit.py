"""Every call of staff and programs is in the audit log: who, what, about whom, with which outcome; refusals too."""

from __future__ import annotations

import asyncio
from collections.abc import Callable
from concurrent.futures import Future
from typing import Final

import structlog
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from backend.api.security import SAFE_METHODS
from backend.domain.audit_log.entry import Entry, Value
from backend.services.audit_log.ports import Clock
from backend.services.identity.actor import Actor

log = structlog.get_logger()

PREFIX: Final = "/api/v1"
IMPERSONAL: Final = frozenset(
    {"/vocabulary", "/health", "/stream", "/session", "/openapi.json", "/escalation/policies"}
)
"""What says nothing about anybody is not worth an entry at each look."""
PATIENCE_SECONDS: Final = 2.0
"""What was done is answered then in any case: the person on the floor does not wait for the book-keeping."""
PutEntry = Callable[[Entry], "Future[None]"]


class AuditCalls:
    """ASGI middleware behind the door. What changed something is answered when its entry is durable."""

    def __init__(self, app: ASGIApp, *, put: PutEntry, clock: Clock) -> None:
        self._app = app
        self._put = put
        self._clock = clock

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] != "http" or not scope["path"].startswith(PREFIX + "/"):
            await self._app(scope, receive, send)
            return

        async def audited(message: Message) -> None:
            if message["type"] == "http.response.start":
                await self._record(scope, int(message["status"]))
            await send(message)

        await self._app(scope, receive, audited)

    async def _record(self, scope: Scope, status: int) -> None:
        actor = scope.get("state", {}).get("actor")
        entry = entry_of(scope, status, actor, self._clock) if isinstance(actor, Actor) else None
        if entry is None:
            return
        written = self._put(entry)
        if scope["method"] in SAFE_METHODS or status >= 400:
            return
        try:
            await asyncio.wait_for(asyncio.wrap_future(written), PATIENCE_SECONDS)
        except (TimeoutError, OSError) as error:
            log.warning("audit_entry_late", action=entry.action, subject=entry.subject, why=type(error).__name__)


def entry_of(scope: Scope, status: int, actor: Actor, clock: Clock) -> Entry | None:
    """What a call is in the audit log; None: nothing. Of the query only the names stand in it: values may be names."""
    method = str(scope["method"])
    route = scope.get("route")
    template = str(getattr(route, "path", "")).removeprefix(PREFIX) or "?"
    if status >= 500 or status == 422 or (method in SAFE_METHODS and status < 400 and template in IMPERSONAL):
        return None
    params: dict[str, str] = {key: str(value) for key, value in scope.get("path_params", {}).items()}
    subject = next((f"{key.removesuffix('_id')}:{value}" for key, value in params.items()), "")
    asked = sorted({part.partition(b"=")[0].decode("ascii", "replace") for part in scope["query_string"].split(b"&")})
    # Of another desk, and seen only because it was offered or somebody was asked to go.
    lent: dict[str, Value] = {"lent": True} if scope.get("state", {}).get("lent") else {}
    detail: dict[str, Value] = {"status": status, **params, **({"query": asked} if asked != [""] else {}), **lent}
    return Entry(clock.now(), actor.kind.value, actor.id, f"{method} {template}"[:160], subject[:160], detail)
