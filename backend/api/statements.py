"""What became of every press: the daily statement, and how one device stands."""

from __future__ import annotations

from dataclasses import asdict, dataclass
from datetime import date
from typing import Annotated, Final

from fastapi import APIRouter, Query

from backend.api.access import Sees
from backend.api.bodies import Answer, Moment
from backend.api.problems import Problem
from backend.domain.accounting.account import Account, Tally
from backend.domain.accounting.day import Figures
from backend.domain.accounting.findings import FindingKind
from backend.domain.accounting.spans import Spans, as_text, size
from backend.services.accounting.read_device import RECENT, ReadPresses
from backend.services.accounting.read_statement import ReadStatement
from backend.services.accounting.views import DevicePresses, Line, StatementState
from contract.vocabulary import Label

MOST_LINES: Final = 1000
EARLIEST: Final = date(2000, 1, 1)
FINDINGS: Final[dict[FindingKind, Label]] = {
    FindingKind.SOS_GAP: Label("紧急呼叫缺失", "SOS presses missing"),
    FindingKind.SEQ_GAP: Label("事件缺失", "Events missing"),
    FindingKind.NUMBERING: Label("序号重复或跳变", "Numbers repeat or jump"),
}


class FiguresView(Answer):
    """One counter's day: `sent + found = received + lost`; of `owed` answers so many were confirmed or only left."""

    sent: int
    received: int
    lost: int
    found: int
    repeated: int
    unnumbered: int
    odd: int
    owed: int
    answered: int
    unconfirmed: int


class LineView(Answer):
    """A device's day. `device_id` is empty in the district's line."""

    device_id: str
    sos: FiguresView
    events: FiguresView
    position: int | None
    hash: str | None


class StatementAnswer(Answer):
    """`total`: how many lines there are of those asked for. `district.hash` stands for all days up to here."""

    day: str
    state: StatementState
    district: LineView
    items: list[LineView]
    total: int


class TallyView(Answer):
    """Of one counter since it was first heard of; `missing` of `sent` never came."""

    sent: int
    received: int
    missing: int
    found: int
    repeated: int
    restarted: int
    jumped: int
    old: int
    unnumbered: int


class MissingView(Answer):
    """Numbers that have not come yet. `boot`: of which start of the device; null for presses, counted for life."""

    boot: int | None
    numbers: str
    count: int


class FindingView(Answer):
    """What was found on a (UTC) day. `alert_id`: the alert that says so; `order_id`: the work order."""

    kind: FindingKind
    label: dict[str, str]
    day: str
    count: int
    detail: str
    first_at: Moment
    last_at: Moment
    alert_id: str | None
    order_id: str | None


class PressesAnswer(Answer):
    """`stored`, `duplicated`, `late`: of the last `days`."""

    device_id: str
    sos: TallyView
    events: TallyView
    missing_presses: list[MissingView]
    missing_events: list[MissingView]
    days: int
    stored: int
    duplicated: int
    late: int
    findings: list[FindingView]


@dataclass(frozen=True, slots=True)
class StatementCalls:
    """What the router needs."""

    statement: ReadStatement
    presses: ReadPresses


def router(calls: StatementCalls) -> APIRouter:
    """`/statements` and `/devices/{id}/presses` of the staff API."""
    api = APIRouter(tags=["statements"])

    @api.get("/statements")
    def show_statement(
        sight: Sees,
        day: date,
        lost: bool = False,
        limit: Annotated[int, Query(ge=1, le=MOST_LINES)] = MOST_LINES,
        offset: Annotated[int, Query(ge=0, le=1_000_000)] = 0,
    ) -> StatementAnswer:
        """A day as sent, received, answered, lost. `lost`: only devices that lost something. Before a day is stated
        its figures are provisional."""
        if not EARLIEST <= day <= calls.statement.today():
            raise Problem(422, "bad_day", Label("请给出今天或以前的日期", "Give today, or a day before"))
        found = calls.statement(day, sight)
        lines = [line for line in found.lines if not lost or line.sos.lost or line.events.lost]
        return StatementAnswer(
            day=found.day,
            state=found.state,
            district=_line(found.district),
            items=[_line(line) for line in lines[offset : offset + limit]],
            total=len(lines),
        )

    @api.get("/devices/{device_id}/presses")
    def show_presses(device_id: str) -> PressesAnswer:
        """What its own numbers say it has sent: received, missing, doubled, late; and what was done about it."""
        found = calls.presses(device_id)
        if found is None:
            raise Problem(404, "unknown_device", Label("没有这台设备", "No such device"))
        return _presses(found)

    return api


def _line(line: Line) -> LineView:
    return LineView(
        device_id=line.device_id,
        sos=_figures(line.sos),
        events=_figures(line.events),
        position=line.position,
        hash=line.hash,
    )


def _figures(figures: Figures) -> FiguresView:
    return FiguresView(**asdict(figures))


def _tally(tally: Tally) -> TallyView:
    return TallyView(**asdict(tally), missing=tally.missing)


def _missing(boot: int | None, spans: Spans) -> MissingView:
    return MissingView(boot=boot, numbers=as_text(spans), count=size(spans))


def _presses(found: DevicePresses) -> PressesAnswer:
    account: Account = found.account
    return PressesAnswer(
        device_id=found.device_id,
        sos=_tally(account.sos),
        events=_tally(account.seq),
        missing_presses=[_missing(None, life.track.missing) for life in account.lives if life.track.missing],
        missing_events=[_missing(boot.boot, boot.track.missing) for boot in account.boots if boot.track.missing],
        days=RECENT.days,
        stored=found.recent.events,
        duplicated=found.recent.copies,
        late=found.recent.late,
        findings=[
            FindingView(**{**asdict(one), "label": {"zh-CN": FINDINGS[one.kind].zh, "en": FINDINGS[one.kind].en}})
            for one in found.findings
        ],
    )
