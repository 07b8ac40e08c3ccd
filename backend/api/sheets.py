"""How spreadsheets come in and go out over HTTP: the upload, the answer with an error per row, the download."""

from __future__ import annotations

from collections.abc import Callable
from typing import Annotated, Any, Final, Literal
from urllib.parse import quote

from fastapi import File, Header, Query, Response, UploadFile
from pydantic import Field

from backend.api.bodies import Answer
from backend.api.problems import Problem, prefers_chinese
from backend.api.vocabulary import LabelView
from backend.services.sheets.ports import MAX_BYTES, MAX_COLUMNS, MAX_ROWS, SheetFault, SheetFormat, SheetRefused
from backend.services.sheets.report import ImportReport, RowOutcome
from contract.vocabulary import Label

MAX_SHOWN: Final = 1000
"""Rows and problems in one answer; the counts count all of them."""
Upload = Annotated[UploadFile, File(description="CSV or XLSX, at most 5 MB and 20,000 rows")]
DryRun = Annotated[bool, Query(description="Only say what would be done")]
Format = Annotated[Literal["csv", "xlsx"], Query(alias="format")]
Language = Annotated[str | None, Header(alias="Accept-Language")]
_MEDIA: Final = {
    SheetFormat.CSV: "text/csv; charset=utf-8",
    SheetFormat.XLSX: "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet",
}


class CellChangeView(Answer):
    """What a cell changes; `column` is the column's code."""

    column: str
    before: str
    after: str


class RowView(Answer):
    """What a row does, or would do. `row` as the spreadsheet counts."""

    row: int
    outcome: RowOutcome
    id: str | None
    name: str
    changes: list[CellChangeView]


class SheetProblemView(Answer):
    """What is wrong at one place, and what to do. `row` null: with the headings."""

    row: int | None
    column: str | None
    value: str
    what: LabelView
    remedy: LabelView


class ImportView(Answer):
    """What an import did (`applied`) or would do. `rows` (without unchanged ones) and `problems`: the first 1,000."""

    dry_run: bool
    applied: bool
    created: int
    changed: int
    unchanged: int
    refused: int
    problem_count: int
    ignored_headings: list[str] = Field(description="Headings that are none of the columns; nothing of them was read")
    rows: list[RowView]
    problems: list[SheetProblemView]


def import_answer(call: Callable[[bytes], ImportReport], upload: UploadFile) -> ImportView:
    """The answer to an upload; a real import of a file with a mistake is 422 `import_refused` with the same members."""
    try:
        report = call(upload.file.read(MAX_BYTES + 1))
    except SheetRefused as refused:
        raise _no_sheet(refused) from None
    view = _view(report)
    if report.problems and not report.dry_run:
        count = len({problem.row for problem in report.problems})
        raise Problem(
            422,
            "import_refused",
            Label("未导入任何内容", "Nothing was imported"),
            Label(
                f"{count} 行有误，请按说明更正后重新导入。",
                f"{count} rows are wrong: correct them as told, import again.",
            ),
            extras=view.model_dump(mode="json", by_alias=True),
        )
    return view


def sheet_answer(content: bytes, format_: SheetFormat, name: str) -> Response:
    """A download; `name` without its ending."""
    file = quote(f"{name}.{format_}")
    headers = {"Content-Disposition": f"attachment; filename*=UTF-8''{file}", "Cache-Control": "no-store"}
    return Response(content, media_type=_MEDIA[format_], headers=headers)


def reads_chinese(language: str | None) -> bool:
    """In which language an export is written."""
    return prefers_chinese(language)


def label_view(label: Label) -> LabelView:
    """A text in both languages."""
    return LabelView(zh=label.zh, en=label.en)


def _view(report: ImportReport) -> ImportView:
    told = [row for row in report.rows if row.outcome is not RowOutcome.UNCHANGED]
    return ImportView(
        dry_run=report.dry_run,
        applied=report.applied,
        **{outcome.value: count for outcome, count in report.counts.items()},
        problem_count=len(report.problems),
        ignored_headings=list(report.ignored_headings),
        rows=[
            RowView(
                row=row.row,
                outcome=row.outcome,
                id=row.id,
                name=row.name,
                changes=[CellChangeView(column=one.column, before=one.before, after=one.after) for one in row.changes],
            )
            for row in told[:MAX_SHOWN]
        ],
        problems=[
            SheetProblemView(
                row=one.row,
                column=one.column,
                value=one.value,
                what=label_view(one.what),
                remedy=label_view(one.remedy),
            )
            for one in report.problems[:MAX_SHOWN]
        ],
    )


_FAULTS: Final = {
    SheetFault.EMPTY: Label("文件是空的。", "The file is empty."),
    SheetFault.TOO_LARGE: Label("文件超过 5 MB，请分成几份。", "The file is larger than 5 MB: split it."),
    SheetFault.TOO_MANY_ROWS: Label(
        f"超过 {MAX_ROWS} 行，请分成几份，并删去下方的空行。",
        f"More than {MAX_ROWS} rows: split the file, and delete empty rows below.",
    ),
    SheetFault.TOO_MANY_COLUMNS: Label(
        f"超过 {MAX_COLUMNS} 列，请删去右侧的空列。",
        f"More than {MAX_COLUMNS} columns: delete empty ones to the right.",
    ),
    SheetFault.UNPACKS_TOO_LARGE: Label(
        "工作簿解压后过大，请另存为 CSV。", "The workbook unpacks to too much: save it as CSV."
    ),
    SheetFault.OLD_OR_LOCKED: Label(
        "旧版 .xls 或有密码的工作簿，请另存为 .xlsx 或 CSV。",
        "An old .xls, or a workbook with a password: save as .xlsx or CSV.",
    ),
    SheetFault.NOT_A_SHEET: Label(
        "不是能读取的表格，请用表格软件另存为 .xlsx 或 CSV。",
        "Not a table that can be read: save it as .xlsx or CSV again.",
    ),
    SheetFault.UNKNOWN_ENCODING: Label(
        "文字编码无法识别，请另存为 UTF-8 CSV。", "Unknown encoding: save it as CSV UTF-8."
    ),
    SheetFault.HEADING_TWICE: Label(
        "标题行有两列同名，请改名或删去一列。", "Two columns have the same heading: remove one."
    ),
}


def _no_sheet(refused: SheetRefused) -> Problem:
    extras: dict[str, Any] = {"fault": str(refused.fault), "where": refused.where}
    return Problem(
        422, "unreadable_sheet", Label("文件无法读取", "The file cannot be read"), _FAULTS[refused.fault], extras=extras
    )
