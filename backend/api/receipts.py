"""Where providers bring their delivery reports: open to strangers who know the secret of the address."""

from __future__ import annotations

import hmac
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Any, Final

from anyio import CapacityLimiter, sleep, to_thread
from fastapi import APIRouter, Request
from fastapi.responses import JSONResponse

from backend.api.problems import Problem
from backend.domain.escalation.targets import Channel
from backend.services.notices.receipt_ports import Provider, ReceiptDoor, Report
from backend.services.notices.record import Received, RecordReceipt
from contract.vocabulary import Label

AT_ONCE: Final = 4
"""Threads for receipts: however many come at once, presses and desks keep theirs."""
EARLY_SECONDS: Final = 1.0
"""A receipt may be quicker than the commit that says that the provider took the message; it is not sent again."""


@dataclass(frozen=True, slots=True)
class ReceiptCalls:
    """What the router needs. `read`: by provider, how its document is read; ValueError for one that is none."""

    record: RecordReceipt
    doors: Sequence[ReceiptDoor]
    read: Callable[[Provider, bytes], list[Report]]
    received: Callable[[str, Received], None]


def router(calls: ReceiptCalls) -> APIRouter:
    """`/receipts`."""
    api = APIRouter(tags=["receipts"])
    threads = CapacityLimiter(AT_ONCE)

    @api.post("/receipts/{provider}/{secret}", include_in_schema=False)
    async def take_receipts(provider: Provider, secret: str, request: Request) -> JSONResponse:
        """Any number of reports, any number of times. What cannot be read is answered 400, so that somebody sees it."""
        channels = _channels(calls.doors, provider, secret)
        if not channels:
            raise Problem(404, "not_found", Label("不存在", "Not found"))
        body = await request.body()
        try:
            reports = calls.read(provider, body)
        except ValueError:
            raise Problem(400, "bad_request", Label("回执无法识别", "Not a report")) from None
        early = await to_thread.run_sync(_record, calls, provider, channels, reports, limiter=threads)
        if early:
            await sleep(EARLY_SECONDS)
            early = await to_thread.run_sync(_record, calls, provider, channels, early, limiter=threads)
        for _ in early:
            calls.received(provider, Received.UNKNOWN)
        return JSONResponse(_thanks(provider))

    return api


def _record(
    calls: ReceiptCalls, provider: Provider, channels: frozenset[Channel], reports: Sequence[Report]
) -> list[Report]:
    """Those whose id nobody knows."""
    unknown = []
    for report in reports:
        result = calls.record(channels, report.provider_id, report.arrived, report.cause)
        if result is Received.UNKNOWN:
            unknown.append(report)
        else:
            calls.received(provider, result)
    return unknown


def _channels(doors: Sequence[ReceiptDoor], provider: Provider, secret: str) -> frozenset[Channel]:
    return frozenset(
        door.channel
        for door in doors
        if door.provider == provider and hmac.compare_digest(door.secret.encode(), secret.encode())
    )


def _thanks(provider: Provider) -> dict[str, Any]:
    """As each provider wants it; anything else makes it send the report again."""
    if provider == "alibaba":
        return {"code": 0, "msg": "成功"}
    if provider == "tencent":
        return {"result": 0, "errmsg": "OK"}
    return {"ok": True}
