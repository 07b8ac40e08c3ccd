"""Where a gateway lane fetches commands and says what became of them."""

from __future__ import annotations

import asyncio
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any, Final, TypeVar

import msgspec
from anyio import CapacityLimiter, to_thread
from fastapi import APIRouter, Request, Response

from backend.api.ingest_events import MAX_ITEMS, THREADS, json, unreadable_batch
from backend.services.alarm.hand_out_commands import ClaimCommands, RecordOutcomes
from contract.ingest import BatchAnswer, ClaimAnswer, ClaimRequest, CommandOutcomes
from contract.vocabulary import Lane

LOOK_EVERY_SECONDS: Final = 0.05
"""How soon a waiting gateway sees a new command: well within the second in which a resident is to hear of it."""
MOST_SECONDS: Final = 30.0
_Body = TypeVar("_Body", bound=msgspec.Struct)


@dataclass(frozen=True, slots=True)
class CommandCalls:
    """What the router needs. `has_due` is asked often and takes no lock; `stopping` ends a long poll at shutdown."""

    claim: ClaimCommands
    outcomes: RecordOutcomes
    has_due: Callable[[Lane], bool]
    stopping: Callable[[], bool]


def _decode(kind: type[_Body], body: bytes) -> _Body:
    try:
        return msgspec.json.decode(body, type=kind)
    except (msgspec.DecodeError, UnicodeDecodeError, RecursionError) as error:
        raise unreadable_batch(str(error)[:200]) from None


def router(calls: CommandCalls) -> APIRouter:
    """`/ingest/v1/commands`."""
    threads = CapacityLimiter(THREADS)
    api = APIRouter(prefix="/commands", tags=["ingest"])

    @api.post("/claim")
    async def claim(request: Request) -> Response:
        """Commands leased to this gateway: at once when there are any, else as soon as there is one."""
        asked = _decode(ClaimRequest, await request.body())
        if asked.lane not in set(Lane) or not 1 <= asked.max <= MAX_ITEMS:
            raise unreadable_batch(f"lane is one of {', '.join(Lane)}; max is 1..{MAX_ITEMS}")
        lane = Lane(asked.lane)
        looks = int(min(max(asked.wait_seconds, 0.0), MOST_SECONDS) / LOOK_EVERY_SECONDS)
        commands: list[Any] = []
        for look in range(looks + 1):
            if await to_thread.run_sync(calls.has_due, lane, limiter=threads):
                commands = await to_thread.run_sync(calls.claim, asked.gateway[:64], lane, asked.max, limiter=threads)
            # A gateway that has gone away must not be given a lease.
            if commands or look == looks or calls.stopping() or await request.is_disconnected():
                break
            await asyncio.sleep(LOOK_EVERY_SECONDS)
        return json(ClaimAnswer(commands=commands), 200)

    @api.post("/outcomes")
    async def outcomes(request: Request) -> Response:
        """`sent` (the broker has acknowledged it) or `failed`, fenced by the lease."""
        body = _decode(CommandOutcomes, await request.body())
        if len(body.items) > MAX_ITEMS:
            raise unreadable_batch(f"{len(body.items)} items, at most {MAX_ITEMS}")
        answered = await to_thread.run_sync(calls.outcomes, body.gateway[:64], body.items, limiter=threads)
        return json(BatchAnswer(outcomes=answered), 200)

    return api
