"""Where the emergency lane hands its events over: 202 means committed, and carries the answers."""

from __future__ import annotations

from collections.abc import Callable
from typing import Final

import msgspec
from anyio import CapacityLimiter, to_thread
from fastapi import APIRouter, Request, Response

from backend.api.problems import Problem
from backend.services.alarm.ingest_events import IngestEvents
from contract.ingest import EventBatch, EventsAnswer
from contract.vocabulary import Label

MAX_ITEMS: Final = 500
THREADS: Final = 4
"""Threads of presses alone: a desk's calls, however many, never hold one back (rule 9). As many as its connections."""
Counted = Callable[[str, str], None]
"""Hears of each outcome with its reason, after the commit."""
_decoder: Final = msgspec.json.Decoder(EventBatch)


def unreadable_batch(detail: str) -> Problem:
    """422 for a whole body: nothing of it was stored, the gateway sends its items one by one."""
    return Problem(
        422,
        "unreadable_batch",
        Label("批次无法识别", "Unreadable batch"),
        Label(f"未保存任何内容：{detail}", f"Nothing was stored: {detail}"),
    )


def json(answer: msgspec.Struct, status: int) -> Response:
    """A message of the contract as an answer."""
    return Response(msgspec.json.encode(answer), status, media_type="application/json")


def router(ingest: IngestEvents, counted: Counted) -> APIRouter:
    """`POST /ingest/v1/events`."""
    threads = CapacityLimiter(THREADS)
    api = APIRouter(tags=["ingest"])

    @api.post("/events", status_code=202)
    async def take_events(request: Request) -> Response:
        """Store events, alarm, and answer; see `contract.ingest.EventBatch` and `EventsAnswer`."""
        try:
            batch = _decoder.decode(await request.body())
        except (msgspec.DecodeError, UnicodeDecodeError, RecursionError) as error:
            raise unreadable_batch(str(error)[:200]) from None
        if len(batch.items) > MAX_ITEMS:
            raise unreadable_batch(f"{len(batch.items)} items, at most {MAX_ITEMS}")
        answer: EventsAnswer = await to_thread.run_sync(ingest, batch.gateway[:64], batch.items, limiter=threads)
        for outcome in answer.outcomes:
            counted(outcome.outcome, outcome.reason or "")
        return json(answer, 202)

    return api
