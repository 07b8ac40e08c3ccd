"""How fast people were answered: figures by centre, operator, month or type, and the rows behind each figure."""

from __future__ import annotations

from dataclasses import asdict, dataclass
from datetime import datetime, timedelta
from typing import Annotated, Final, Literal
from zoneinfo import ZoneInfo

from fastapi import APIRouter, Depends, Query, Response
from pydantic import AwareDatetime

from backend.api.access import Sees
from backend.api.bodies import Answer
from backend.api.problems import Problem
from backend.domain.access.sight import Sight
from backend.domain.kpi.figures import ANCHORS, By, Handled, figures, key_of
from backend.services.alarm.views import Moment
from backend.services.kpi.ports import Data, HandledReader
from backend.services.sheets.ports import SheetFormat, WriteSheet
from contract.times import format_time
from contract.vocabulary import Label

MOST_DAYS: Final = 400
MOST_ALERTS: Final = 100_000
HEADINGS: Final = (
    "alert 警情",
    "type 类型",
    "severity 级别",
    "centre id 中心编号",
    "centre 中心",
    "operator id 坐席编号",
    "operator 坐席",
    "received 收到",
    "accepted s 接警秒",
    "voice s 通话秒",
    "sent s 派人秒",
    "arrived s 到场秒",
    "outcome 结果",
    "late 迟到",
    "called back 已回访",
)


class SpeedView(Answer):
    """Shares by seconds, null where there is nothing to share; `met`: whether the anchor is met, where there is one."""

    count: int
    happened: int
    within: dict[int, float | None]
    p50: float | None
    p90: float | None
    longest: float | None
    met: dict[int, bool]


class FiguresView(Answer):
    """One group, by the id of centre or operator; `label`: what it is called; `few`: fewer than ten alerts.

    `called_back`: of the alerts whose work is finished, the share in which the resident was called back; null: none.
    """

    key: str
    label: str
    count: int
    late: int
    few: bool
    accepted: SpeedView
    voice: SpeedView
    arrival: SpeedView
    outcomes: dict[str, int]
    types: dict[str, int]
    called_back: float | None


class KpiAnswer(Answer):
    """`anchors`: the share to be reached, by seconds."""

    begin: Moment
    end: Moment
    by: By
    anchors: dict[int, float]
    groups: list[FiguresView]


class KpiRow(Answer):
    """An alert behind a figure; spans in seconds from receipt."""

    id: str
    type: str
    severity: str
    centre_id: str
    centre: str
    operator_id: str
    operator: str
    received_at: Moment
    accepted_seconds: float | None
    voice_seconds: float | None
    sent_seconds: float | None
    arrived_seconds: float | None
    outcome: str | None
    late: bool
    called_back: bool | None


class KpiRows(Answer):
    """Every alert of a group; `total` equals the group's count."""

    items: list[KpiRow]
    total: int


@dataclass(frozen=True, slots=True)
class KpiCalls:
    """What the router needs."""

    reader: HandledReader
    zone: ZoneInfo
    write_sheet: WriteSheet


@dataclass(frozen=True, slots=True)
class Span:
    """The span that is asked about, checked."""

    begin: datetime
    end: datetime


def _span(
    begin: Annotated[AwareDatetime, Query(alias="from")], end: Annotated[AwareDatetime, Query(alias="to")]
) -> Span:
    if not begin < end <= begin + timedelta(days=MOST_DAYS):
        raise Problem(
            422,
            "bad_span",
            Label("时间范围不对", "Not such a span"),
            Label(f"from 须早于 to，且最多 {MOST_DAYS} 天。", f"from before to, and at most {MOST_DAYS} days."),
        )
    return Span(begin, end)


Asked = Annotated[Span, Depends(_span)]


def router(calls: KpiCalls) -> APIRouter:
    """`/kpis` of the staff API."""
    api = APIRouter(prefix="/kpis", tags=["kpis"])

    @api.get("")
    def show_kpis(span: Asked, sight: Sees, by: By = By.ALL, data: Data = Data.REAL) -> KpiAnswer:
        """Shares and quantiles; what never happened is not in time. Tests and synthetic devices are left out.

        `data`: `demo` for the demo district, which is left out otherwise.
        """
        rows = _rows(calls, span, data, sight)
        groups = [FiguresView.model_validate(asdict(each)) for each in figures(rows, by, calls.zone)]
        return KpiAnswer(begin=span.begin, end=span.end, by=by, anchors=dict(ANCHORS), groups=groups)

    @api.get("/alerts")
    def list_kpi_alerts(span: Asked, sight: Sees, by: By = By.ALL, key: str = "", data: Data = Data.REAL) -> KpiRows:
        """The alerts of one group: every figure equals its rows."""
        found = [_row(row) for row in _rows(calls, span, data, sight) if key_of(row, by, calls.zone) == key]
        return KpiRows(items=found, total=len(found))

    @api.get("/export")
    def export_kpis(
        span: Asked,
        sight: Sees,
        format_: Annotated[Literal["csv", "xlsx"], Query(alias="format")],
        data: Data = Data.REAL,
    ) -> Response:
        """The rows as a spreadsheet; CSV opens in Chinese."""
        rows = [_cells(_row(row)) for row in _rows(calls, span, data, sight)]
        body = calls.write_sheet(SheetFormat(format_), "kpi", HEADINGS, rows)
        kind = "text/csv; charset=utf-8" if format_ == "csv" else XLSX
        return Response(body, media_type=kind, headers={"Content-Disposition": f'attachment; filename="kpi.{format_}"'})

    return api


XLSX: Final = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"


def _rows(calls: KpiCalls, span: Span, data: Data, sight: Sight) -> list[Handled]:
    found = calls.reader.handled(span.begin, span.end, MOST_ALERTS + 1, data, sight)
    if len(found) > MOST_ALERTS:
        raise Problem(
            422,
            "too_many_alerts",
            Label("警情太多", "Too many alerts"),
            Label("请缩短时间范围。", "Ask for a shorter span."),
        )
    return list(found)


def _row(row: Handled) -> KpiRow:
    def seconds(at: datetime | None) -> float | None:
        return None if at is None else max(0.0, (at - row.received_at).total_seconds())

    return KpiRow(
        id=row.id,
        type=row.type,
        severity=row.severity,
        centre_id=row.centre_id,
        centre=row.centre,
        operator_id=row.operator_id,
        operator=row.operator,
        received_at=row.received_at,
        accepted_seconds=seconds(row.accepted_at),
        voice_seconds=seconds(row.first_voice_at),
        sent_seconds=seconds(row.sent_at),
        arrived_seconds=seconds(row.arrived_at),
        outcome=row.outcome,
        late=row.late,
        called_back=row.called_back,
    )


def _cells(row: KpiRow) -> tuple[str | float | None, ...]:
    return (
        row.id,
        row.type,
        row.severity,
        row.centre_id,
        row.centre,
        row.operator_id,
        row.operator,
        format_time(row.received_at),
        row.accepted_seconds,
        row.voice_seconds,
        row.sent_seconds,
        row.arrived_seconds,
        row.outcome,
        "1" if row.late else "",
        {True: "1", False: "0", None: None}[row.called_back],
    )
