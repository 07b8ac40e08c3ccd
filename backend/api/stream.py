"""The live stream on the wire: server-sent events, where it resumes, and when it ends."""

from __future__ import annotations

import asyncio
import re
from collections.abc import AsyncGenerator, Callable
from contextlib import aclosing
from dataclasses import dataclass
from typing import Annotated, Final

import structlog
from fastapi import APIRouter, Header, Query, Request
from fastapi.sse import format_sse_event
from starlette.responses import StreamingResponse
from starlette.types import Message as AsgiMessage
from starlette.types import Send

from backend.api.access import Sees
from backend.api.problems import Problem
from backend.api.security import bearer_token, session_cookie
from backend.domain.access.sight import Sight
from backend.services.live.hub import MOST_WATCHERS, Hub
from backend.services.live.lens import Heard
from backend.services.live.messages import Message
from backend.services.live.watch_changes import WatchChanges
from contract.vocabulary import Label

log = structlog.get_logger()

RETRY_MS: Final = 1000
SEND_SECONDS: Final = 15.0
"""A screen that takes nothing for so long is cut off; the kernel alone would hold it for hours."""
NOWHERE: Final = -1
"""A place that was never given out: the stream answers with `resync`."""
_PLACE: Final = re.compile(r"[0-9]{1,18}", re.ASCII)

StillOpen = Callable[[str | None, str | None], bool]
"""Whether (bearer token, session cookie) would be let in now; must not prolong the session. May block."""


@dataclass(frozen=True, slots=True)
class StreamCalls:
    """What the router needs."""

    watch: WatchChanges
    hub: Hub
    still_open: StillOpen
    lens: Callable[[Sight], Heard]
    send_seconds: float = SEND_SECONDS


class LiveResponse(StreamingResponse):
    """A stream that never waits for one screen for long, and lets go of it whatever happens."""

    media_type = "text/event-stream"

    def __init__(self, content: AsyncGenerator[bytes, None], send_seconds: float) -> None:
        self._chunks = content
        self._send_seconds = send_seconds
        headers = {"Cache-Control": "no-store", "X-Accel-Buffering": "no"}
        super().__init__(content, headers=headers)

    async def stream_response(self, send: Send) -> None:
        """Ends the response early where the screen does not take it."""

        async def send_in_time(message: AsgiMessage) -> None:
            async with asyncio.timeout(self._send_seconds):
                await send(message)

        async with aclosing(self._chunks):
            try:
                await super().stream_response(send_in_time)
            except TimeoutError:
                log.warning("stream_cut_off")


def place(header: str | None, query: str | None) -> int | None:
    """Where to resume: the browser's header before the address, which stays the same when it reconnects.

    None: from now on. What is no place becomes `NOWHERE`.
    """
    text = header or query
    if not text:
        return None
    return int(text) if _PLACE.fullmatch(text) else NOWHERE


def encode(message: Message) -> bytes:
    """A message as a server-sent event."""
    place_text = None if message.stream_id is None else str(message.stream_id)
    return format_sse_event(data_str=message.data, event=message.kind, id=place_text)


async def _events(calls: StreamCalls, after: int | None, request: Request, sight: Sight) -> AsyncGenerator[bytes, None]:
    token = bearer_token(request.headers.get("authorization"))
    cookie = None if token else session_cookie(request.headers.get("cookie"))
    yield format_sse_event(retry=RETRY_MS)
    try:
        async with aclosing(
            calls.watch(after, lambda: calls.still_open(token, cookie), lambda: calls.lens(sight))
        ) as heard:
            async for message in heard:
                yield encode(message)
    except Exception as error:  # the answer has begun: all that can be said is its end, after which the screen resumes
        log.warning("stream_broken_off", error=type(error).__name__)


def router(calls: StreamCalls) -> APIRouter:
    """`/stream` of the staff API."""
    api = APIRouter(tags=["live"])

    # FastAPI reads the status code of a response class from its constructor, and this one's has none.
    @api.get("/stream", response_class=LiveResponse, status_code=200)
    async def stream(
        request: Request,
        sight: Sees,
        last_event_id: Annotated[str | None, Header()] = None,
        after: Annotated[str | None, Query(max_length=32)] = None,
    ) -> LiveResponse:
        """`alert`, `health`, `ping` (every 5 s) and `resync` (load the list again), in commit order.

        Only what the desk sees; a `resync` also where an alert that it saw is its own no more.
        """
        if calls.hub.watchers >= MOST_WATCHERS:
            raise _too_many()
        return LiveResponse(_events(calls, place(last_event_id, after), request, sight), calls.send_seconds)

    return api


def _too_many() -> Problem:
    return Problem(
        503,
        "too_many_streams",
        Label("在线屏幕过多", "Too many screens"),
        Label("请稍后重试。", "Try again later."),
        headers={"Retry-After": "5"},
    )
