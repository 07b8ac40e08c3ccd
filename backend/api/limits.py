"""How long a body may be: 64 kB, 1 MB for lists of devices, 5 MB for spreadsheets, 16 MB for a gateway's batches."""

from __future__ import annotations

from typing import Final

from starlette.datastructures import Headers
from starlette.exceptions import HTTPException
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from backend.api import problems

BODY_BYTES: Final = 64 * 1024
BATCH_BYTES: Final = 16 * 1024 * 1024
LIST_BYTES: Final = 1024 * 1024
"""500 devices with their homes."""
SHEET_BYTES: Final = 5 * 1024 * 1024 + BODY_BYTES
"""A spreadsheet of 5 MB with what a form puts around it."""
SHEET_SUFFIX: Final = "/import"
"""Every call that takes a spreadsheet ends so."""
BATCH_PREFIX: Final = "/ingest/"
LISTS: Final = frozenset({"/api/v1/devices"})


def limit_for(path: str) -> int:
    """The most bytes that a body sent to `path` may have."""
    if path in LISTS:
        return LIST_BYTES
    if path.startswith("/api/") and path.endswith(SHEET_SUFFIX):
        return SHEET_BYTES
    return BATCH_BYTES if path.startswith(BATCH_PREFIX) else BODY_BYTES


class BodyLimit:
    """ASGI middleware: 413 before the body is read where its length is announced, else as soon as it is passed."""

    def __init__(self, app: ASGIApp) -> None:
        self._app = app

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] != "http":
            await self._app(scope, receive, send)
            return
        limit, headers = limit_for(scope["path"]), Headers(scope=scope)
        announced = headers.get("content-length", "")
        if announced.isdecimal() and int(announced) > limit:
            answer = problems.response(problems.too_large(limit), headers.get("accept-language"))
            await answer(scope, receive, send)
            return
        taken = 0

        async def counted() -> Message:
            nonlocal taken
            message = await receive()
            taken += len(message.get("body", b""))
            if taken > limit:
                # FastAPI lets this one through while it reads a body, and calls any other a malformed request.
                raise HTTPException(413)
            return message

        await self._app(scope, counted, send)
