"""Where the telemetry lane hands over readings, statuses and results: 202 means stored, item by item."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Final

import msgspec
from anyio import CapacityLimiter, to_thread
from fastapi import APIRouter, Request, Response

from backend.api.ingest_events import MAX_ITEMS, THREADS, json, unreadable_batch
from backend.api.problems import Problem
from backend.services.telemetry.ports import TelemetryAway
from backend.services.telemetry.record_results import RecordResults
from backend.services.telemetry.record_status import RecordStatus
from backend.services.telemetry.record_telemetry import RecordTelemetry
from contract.ingest import BatchAnswer, JsonBatch, JsonItem, Outcome
from contract.vocabulary import Label

Record = Callable[[Sequence[JsonItem]], list[Outcome]]
Counted = Callable[[str, str, str, int], None]
"""Hears kind, outcome and reason, and how many items had them, after they were stored."""
_decoder: Final = msgspec.json.Decoder(JsonBatch)


@dataclass(frozen=True, slots=True)
class TelemetryCalls:
    """What the router needs."""

    telemetry: RecordTelemetry
    status: RecordStatus
    results: RecordResults
    counted: Counted


def telemetry_away() -> Problem:
    """503: the telemetry store is away or busy. Nothing was stored; the gateway keeps the batch and comes again."""
    return Problem(
        503,
        "telemetry_away",
        Label("监测数据库暂不可用", "Telemetry store unavailable"),
        Label("未保存任何内容，请稍后重试。", "Nothing was stored; try again."),
        headers={"Retry-After": "1"},
    )


def router(calls: TelemetryCalls) -> APIRouter:
    """`/telemetry`, `/status` and `/results` of the ingest API; see `contract.ingest.JsonBatch` and `BatchAnswer`."""
    api = APIRouter(tags=["ingest"])
    # Of their own, so that a store that hangs takes none from the alerts; results are kept with these, apart.
    readings, results = CapacityLimiter(THREADS), CapacityLimiter(THREADS)

    async def take(request: Request, kind: str, record: Record, threads: CapacityLimiter) -> Response:
        try:
            batch = _decoder.decode(await request.body())
        except (msgspec.DecodeError, UnicodeDecodeError, RecursionError) as error:
            raise unreadable_batch(str(error)[:200]) from None
        if len(batch.items) > MAX_ITEMS:
            raise unreadable_batch(f"{len(batch.items)} items, at most {MAX_ITEMS}")
        try:
            outcomes = await to_thread.run_sync(record, batch.items, limiter=threads)
        except TelemetryAway:
            raise telemetry_away() from None
        for (word, reason), number in Counter((outcome.outcome, outcome.reason) for outcome in outcomes).items():
            calls.counted(kind, word, reason or "", number)
        return json(BatchAnswer(outcomes=outcomes), 202)

    @api.post("/telemetry", status_code=202)
    async def take_telemetry(request: Request) -> Response:
        """SenML packs; a bad record costs only itself."""
        return await take(request, "telemetry", calls.telemetry, readings)

    @api.post("/status", status_code=202)
    async def take_status(request: Request) -> Response:
        """What devices say of themselves, and their wills."""
        return await take(request, "status", calls.status, readings)

    @api.post("/results", status_code=202)
    async def take_results(request: Request) -> Response:
        """What devices say became of commands."""
        return await take(request, "result", calls.results, results)

    return api
