"""An alert on paper, in both languages: what happened when, who was told how, who called, who looked."""

from __future__ import annotations

import io
import json
from collections.abc import Iterator, Mapping, Sequence
from datetime import datetime
from typing import Any, Final
from xml.sax.saxutils import escape
from zoneinfo import ZoneInfo

from reportlab.lib import colors  # type: ignore[import-untyped]
from reportlab.lib.pagesizes import A4  # type: ignore[import-untyped]
from reportlab.lib.styles import ParagraphStyle  # type: ignore[import-untyped]
from reportlab.lib.units import mm  # type: ignore[import-untyped]
from reportlab.pdfbase import pdfmetrics  # type: ignore[import-untyped]
from reportlab.pdfbase.cidfonts import UnicodeCIDFont  # type: ignore[import-untyped]
from reportlab.platypus import Flowable, Paragraph, SimpleDocTemplate, Spacer, Table  # type: ignore[import-untyped]

from backend.domain.alert.words import WORDS
from backend.services.evidence.ports import Rows
from contract.vocabulary import EVENT_TYPES, OUTCOME_CODES, SEVERITY_LABELS, Label

FONT: Final = "STSong-Light"
"""One of the fonts that every PDF reader brings along for simplified Chinese: no font file is needed here."""
BODY: Final = ParagraphStyle("body", fontName=FONT, fontSize=8.5, leading=11.5, wordWrap="CJK")
HEAD: Final = ParagraphStyle("head", parent=BODY, fontSize=12, leading=18, spaceBefore=8)
TITLE: Final = ParagraphStyle("title", parent=BODY, fontSize=16, leading=24)
MOST_LETTERS: Final = 600
"""Of one cell; all of it stands in alert.json."""
GRID: Final = (
    ("GRID", (0, 0), (-1, -1), 0.25, colors.grey),
    ("BACKGROUND", (0, 0), (-1, 0), colors.whitesmoke),
    ("VALIGN", (0, 0), (-1, -1), "TOP"),
)
Row = Mapping[str, Any]


class PdfPaper:
    """`Paper`. Times are local ones, with their offset."""

    def __init__(self, zone: ZoneInfo) -> None:
        self._zone = zone
        pdfmetrics.registerFont(UnicodeCIDFont(FONT))

    def pdf(self, alert_id: str, rows: Rows, made_at: datetime, made_by: str) -> bytes:
        out = io.BytesIO()
        page = SimpleDocTemplate(
            out, pagesize=A4, title=alert_id, leftMargin=15 * mm, rightMargin=15 * mm, topMargin=15 * mm
        )
        page.build(list(self._story(alert_id, rows, made_at, made_by)))
        return out.getvalue()

    def _story(self, alert_id: str, rows: Rows, made_at: datetime, made_by: str) -> Iterator[Flowable]:
        alert = rows["alerts"][0]
        yield Paragraph("报警证据 / Evidence of an alert", TITLE)
        yield _table([("项目 Item", "内容 Value"), *self._facts(alert_id, alert, rows, made_at, made_by)], (45, 135))
        yield from _section(
            "经过 / Timeline",
            ("时间 Time", "步骤 Step", "何人 Who", "说明 Detail"),
            [
                (self._at(row["at"]), _step(row["kind"]), _who(row), _detail(row["reason"], row["detail"]))
                for row in rows.get("alert_timeline", ())
            ],
            (38, 52, 32, 58),
        )
        yield from _section(
            "通知 / Notices",
            ("时间 Time", "接收人 To", "状态 State", "原因 Cause", "送达 Ended"),
            [
                (
                    self._at(row["created_at"]),
                    row["recipient_name"],
                    row["state"],
                    row["cause"] or "",
                    self._at(row["ended_at"]),
                )
                for row in rows.get("notices", ())
            ],
            (38, 40, 24, 40, 38),
        )
        yield from _section(
            "电话 / Calls",
            ("开始 Began", "对方 To", "何人 By", "结果 Result", "录音 Recording"),
            [
                (
                    self._at(row["began_at"]),
                    row["to_kind"],
                    row["actor_name"],
                    row["result"] or "",
                    row["recording_reference"] or "",
                )
                for row in rows.get("calls", ())
            ],
            (38, 30, 32, 40, 40),
        )
        yield from _section(
            "查阅与操作 / Audit log",
            ("序号 No.", "时间 Time", "何人 Who", "操作 Action"),
            [
                (str(row["position"]), self._at(row["at"]), row["actor_id"], row["action"])
                for row in rows.get("audit_log", ())
            ],
            (16, 38, 66, 60),
        )

    def _facts(
        self, alert_id: str, alert: Row, rows: Rows, made_at: datetime, made_by: str
    ) -> Iterator[tuple[str, str]]:
        yield "报警 Alert", alert_id
        yield "类型 Type", _label({code: kind.label for code, kind in EVENT_TYPES.items()}, alert["type"])
        yield (
            "严重程度 Severity",
            _label({str(code): found for code, found in SEVERITY_LABELS.items()}, alert["severity"]),
        )
        for home in rows.get("homes", ()):
            yield "住户 Home", f"{home['label']} / {home['address']}"
        yield "按下 Pressed", self._at(alert["pressed_at"])
        yield "收到 Received", self._at(alert["received_at"])
        yield "接警 Accepted", f"{self._at(alert['accepted_at'])} {alert['holder_name'] or ''}"
        yield "首次通话 First voice", self._at(alert["first_voice_at"])
        outcome = _label({code: found.label for code, found in OUTCOME_CODES.items()}, alert["outcome"] or "")
        yield "结案 Closed", f"{self._at(alert['closed_at'])} {outcome}"
        yield "制作 Made", f"{self._at(made_at.isoformat())} / {made_by}"

    def _at(self, moment: str | None) -> str:
        if not moment:
            return "—"
        return f"{datetime.fromisoformat(moment).astimezone(self._zone):%Y-%m-%d %H:%M:%S %z}"


def _section(
    title: str, heads: Sequence[str], lines: Sequence[Sequence[str]], widths: Sequence[int]
) -> Iterator[Flowable]:
    yield Paragraph(title, HEAD)
    if lines:
        yield _table([heads, *lines], widths)
    else:
        yield Paragraph("无 / None", BODY)
    yield Spacer(1, 2 * mm)


def _table(lines: Sequence[Sequence[str]], widths: Sequence[int]) -> Table:
    cells = [[Paragraph(escape(str(cell)[:MOST_LETTERS]), BODY) for cell in line] for line in lines]
    return Table(cells, [width * mm for width in widths], repeatRows=1, style=GRID)


def _step(kind: str) -> str:
    words = {str(known): label for known, label in WORDS.items()}
    return _label(words, kind)


def _label(words: Mapping[str, Label], code: str) -> str:
    found = words.get(code)
    return f"{found.zh} / {found.en}" if found is not None else code


def _plain(value: Any) -> str:
    return value if isinstance(value, str) else json.dumps(value, ensure_ascii=False)


def _who(row: Row) -> str:
    return str(row["actor_name"] or row["actor_kind"])


def _detail(reason: str | None, detail: Any) -> str:
    said = "; ".join(f"{key}: {_plain(value)}" for key, value in detail.items()) if isinstance(detail, dict) else ""
    return " ".join(part for part in (reason or "", said) if part)
