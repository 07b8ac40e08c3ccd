"""Who asks how the platform fares gets what: the desk the components, a supervisor whether to restart or to wait."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Annotated, Literal

import msgspec
from fastapi import APIRouter, Request, Response
from fastapi.concurrency import run_in_threadpool
from pydantic import Field

from backend.api.bodies import Answer
from backend.api.ingest_events import json
from backend.api.problems import Problem
from backend.services.health.read_components import ReadComponents, as_json
from backend.services.health.readiness import Check
from backend.services.health.report_health import ReportHealth, ReportReason
from contract.ingest import HealthReport
from contract.times import format_time
from contract.vocabulary import Label

Now = Callable[[], str]


class ComponentView(Answer):
    """How a component fares. `since`: when its state began; `silent` has not reported for 15 s."""

    component: str
    state: Literal["up", "degraded", "down", "silent"]
    since: Annotated[str, Field(json_schema_extra={"format": "date-time"})]
    detail: str
    figures: dict[str, float]


class HealthView(Answer):
    """Every component, by name."""

    components: list[ComponentView]
    at: Annotated[str, Field(json_schema_extra={"format": "date-time"})]


@dataclass(frozen=True, slots=True)
class HealthCalls:
    """What the routers need. `checks` asks nobody: it judges what the watch found last."""

    read: ReadComponents
    report: ReportHealth
    checks: Callable[[], Sequence[Check]]


def _bad_report(reason: str) -> Problem:
    return Problem(
        422,
        "bad_report",
        Label("健康报告无法识别", "Unreadable health report"),
        Label(f"未保存：{reason}", f"Not kept: {reason}"),
        extras={"reason": reason},
    )


def staff_router(calls: HealthCalls) -> APIRouter:
    """`/health` of the staff API."""
    api = APIRouter(tags=["health"])

    @api.get("/health")
    def read_health() -> HealthView:
        """Every component and how it fares now."""
        views = [ComponentView(**as_json(component)) for component in calls.read()]
        return HealthView(components=views, at=format_time(calls.read.clock.now()))

    return api


def ingest_router(calls: HealthCalls) -> APIRouter:
    """`/health` of the ingest API: a component reports itself every 5 s and on change."""
    api = APIRouter(tags=["ingest"])

    @api.post("/health", status_code=204)
    async def report_health(request: Request) -> Response:
        """See `contract.ingest.HealthReport`."""
        try:
            report = msgspec.json.decode(await request.body(), type=HealthReport)
        except (msgspec.DecodeError, UnicodeDecodeError, RecursionError) as error:
            raise _bad_report(str(error)[:200]) from None
        reason = await run_in_threadpool(calls.report, report.component, report.state, report.detail, report.figures)
        if reason is not ReportReason.KEPT:
            raise _bad_report(reason)
        return Response(status_code=204)

    return api


class _CheckView(msgspec.Struct, frozen=True):
    check: str
    ok: bool
    label: dict[str, str]
    detail: dict[str, str]


class _Readiness(msgspec.Struct, frozen=True):
    ready: bool
    checks: list[_CheckView]


def probe_router(calls: HealthCalls) -> APIRouter:
    """`/healthz` (open to strangers: the process lives) and `/readyz` (each check in words; 503 when one fails).

    Neither touches the database, so asking often costs nothing. Restart by the first, alarm by the second.
    """
    api = APIRouter(tags=["health"])

    async def healthz() -> Response:
        return Response("ok\n", media_type="text/plain", headers={"Cache-Control": "no-store"})

    api.add_api_route("/healthz", healthz, methods=["GET", "HEAD"], include_in_schema=False)

    @api.get("/readyz", include_in_schema=False)
    async def readyz() -> Response:
        found = calls.checks()
        views = [_CheckView(check.code, check.ok, _texts(check.label), _texts(check.detail)) for check in found]
        ready = all(check.ok for check in found)
        return json(_Readiness(ready, views), 200 if ready else 503)

    return api


def _texts(label: Label) -> dict[str, str]:
    return {"zh-CN": label.zh, "en": label.en}
