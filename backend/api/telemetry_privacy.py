"""What a person may ask for: a copy of all readings, and that they are erased."""

from __future__ import annotations

import threading
from collections.abc import AsyncIterator, Callable, Iterator, Sequence
from dataclasses import dataclass
from enum import StrEnum
from typing import Any, Final

import structlog
from fastapi import APIRouter, Response
from fastapi.responses import StreamingResponse

from backend.api.bodies import Body
from backend.api.device_request import Key
from backend.api.ingest_telemetry import telemetry_away
from backend.api.problems import Problem
from backend.api.security import CurrentActor
from backend.api.telemetry import place_of, unknown_resident
from backend.api.telemetry_turns import Turns
from backend.api.telemetry_views import ErasedDevice, ErasureAnswer
from backend.services.telemetry.erase_person import ErasePerson, EraseRefusal, EraseRefused
from backend.services.telemetry.erasures import Erasure
from backend.services.telemetry.homes import Homes, Place
from backend.services.telemetry.ports import TelemetryAway
from contract.vocabulary import Label

log = structlog.get_logger()

EXPORTS_AT_ONCE: Final = 2
"""Each keeps a processor busy, at low priority."""
Export = Callable[[Sequence[Place], str], Iterator[bytes]]
"""The pieces of a file of these devices' telemetry; raises `TelemetryAway`, in the middle too."""


class Format(StrEnum):
    """What kind of file."""

    CSV = "csv"
    XLSX = "xlsx"
    JSONL = "jsonl"


MEDIA_TYPES: Final = {
    Format.CSV: "text/csv; charset=utf-8",
    Format.XLSX: "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet",
    Format.JSONL: "application/x-ndjson",
}


_FILE: Final[dict[int | str, dict[str, Any]]] = {
    200: {"content": {media: {"schema": {"type": "string", "format": "binary"}} for media in MEDIA_TYPES.values()}}
}
_ERASED: Final[dict[int | str, dict[str, Any]]] = {202: {"model": ErasureAnswer, "description": "Written down"}}


class EraseRequest(Body):
    """`shared` true: also where others live in the home, whose readings these are as well.

    `clock_checked` true: also where no device was heard for a day by the platform's clock, which somebody looked at.
    """

    shared: bool = False
    clock_checked: bool = False


@dataclass(frozen=True, slots=True)
class PrivacyCalls:
    """What the router needs."""

    homes: Homes
    export: Export
    erase: ErasePerson


def router(calls: PrivacyCalls) -> APIRouter:
    """The exports, and `/residents/{id}/telemetry/erase`."""
    api = APIRouter(tags=["telemetry"])
    # Apart from each other: erasures that take long must not break off a file, nor the other way round.
    exporting, erasing = Turns(), Turns()
    running = threading.BoundedSemaphore(EXPORTS_AT_ONCE)

    async def export(places: Sequence[Place], wanted: Format, name: str) -> StreamingResponse:
        chunks = in_turn(running, lambda: calls.export(places, wanted.value))
        try:
            # The first piece before the answer begins: a store that is away is said so, and not by half a file.
            first = await exporting(lambda: next(chunks, b""))
        except TelemetryAway:
            raise telemetry_away() from None
        headers = {
            "Content-Disposition": f'attachment; filename="{name}.{wanted}"',
            "Cache-Control": "no-store",
            "X-Content-Type-Options": "nosniff",
        }
        return StreamingResponse(_pieces(first, chunks, exporting), media_type=MEDIA_TYPES[wanted], headers=headers)

    @api.get("/devices/{device_id}/telemetry/export", response_class=StreamingResponse, responses=_FILE)
    async def export_device(device_id: str, actor: CurrentActor, format: Format = Format.CSV) -> StreamingResponse:
        """All that the device measured; hours where the readings have expired."""
        place = await exporting(lambda: place_of(calls.homes, device_id))
        log.info("telemetry_export", actor=actor.id, device_id=device_id, format=str(format))
        return await export([place], format, f"device-{device_id}")

    @api.get("/residents/{resident_id}/telemetry/export", response_class=StreamingResponse, responses=_FILE)
    async def export_person(resident_id: str, actor: CurrentActor, format: Format = Format.CSV) -> StreamingResponse:
        """All that the devices of the resident's home measured; in a shared home, with the others."""
        household = await exporting(lambda: calls.homes.household(resident_id))
        if household is None:
            raise unknown_resident()
        log.info("telemetry_export", actor=actor.id, resident_id=resident_id, format=str(format))
        return await export(household.places, format, f"resident-{resident_id}")

    @api.post("/residents/{resident_id}/telemetry/erase", responses=_ERASED)
    async def erase(
        resident_id: str, body: EraseRequest, actor: CurrentActor, response: Response, key: Key = None
    ) -> ErasureAnswer:
        """Erase all readings of the resident's home, for good. 202: the store is away, it comes later."""
        asked_by = f"{actor.kind}:{actor.id}"
        try:
            erased = await erasing(
                lambda: calls.erase(
                    resident_id, shared=body.shared, actor=asked_by, key=key, clock_checked=body.clock_checked
                )
            )
        except EraseRefused as refused:
            raise _refused(refused) from None
        answer = _answer(erased)
        response.status_code = 202 if answer.pending else 200
        return answer

    return api


def in_turn(turns: threading.BoundedSemaphore, make: Callable[[], Iterator[bytes]]) -> Iterator[bytes]:
    """The pieces of a file, its turn held from the first to the last; 503 where all are taken."""
    if not turns.acquire(blocking=False):
        raise Problem(
            503,
            "exports_busy",
            Label("正在导出其他数据，请稍后再试", "Other exports are running; try again"),
            headers={"Retry-After": "10"},
        )
    try:
        yield from make()
    finally:
        turns.release()


async def _pieces(first: bytes, chunks: Iterator[bytes], exporting: Turns) -> AsyncIterator[bytes]:
    piece: bytes | None = first
    while piece is not None:
        yield piece
        piece = await exporting(lambda: next(chunks, None))


def _answer(erased: list[Erasure]) -> ErasureAnswer:
    return ErasureAnswer(
        request_id=erased[0].request_id if erased else None,
        until=erased[0].until if erased else None,
        pending=any(erasure.deleted is None for erasure in erased),
        items=[ErasedDevice(device_id=erasure.device_id, deleted=erasure.deleted) for erasure in erased],
    )


def _refused(refused: EraseRefused) -> Problem:
    if refused.reason is EraseRefusal.UNKNOWN_RESIDENT:
        return unknown_resident()
    if refused.reason is EraseRefusal.KEY_REUSED:
        return Problem(409, "key_reused", Label("幂等键已用于另一请求", "The key was used for another request"))
    if refused.reason is EraseRefusal.CLOCK_AHEAD:
        return Problem(
            409,
            "clock_ahead",
            Label("平台时钟可能超前", "The platform's clock may run ahead"),
            Label(
                "一天多没有收到任何设备的消息。请核对时钟；若时钟无误，请带上 clock_checked=true。",
                "No device was heard for over a day. Check the clock; if it is right, ask with clock_checked=true.",
            ),
        )
    return Problem(
        409,
        "shared_home",
        Label("同住者的数据也会被删除", "Others live in this home, and their readings go as well"),
        Label("确认后请带上 shared=true。", "Ask for it with shared=true."),
        extras={"others": list(refused.others)},
    )
