"""Which columns a file of work orders has; codes in both languages, moments in local time."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from datetime import datetime
from typing import Final
from zoneinfo import ZoneInfo

from backend.services.sheets.ports import Cell
from backend.services.work_order.views import Coded, WorkOrderLine

HEADINGS: Final = (
    "编号 id",
    "种类 kind",
    "状态 state",
    "优先级 priority",
    "来源 origin",
    "督办 supervised",
    "超时 overdue",
    "住户 home",
    "老人 resident",
    "内容 text",
    "机构 provider",
    "经办人 assignee",
    "登记时间 created",
    "本步期限 deadline",
    "结果 outcome",
    "回访时间 called back",
    "评价 rating",
    "结束时间 closed",
    "警情 alert",
)


def sheet_rows(orders: Iterable[WorkOrderLine], zone: ZoneInfo) -> Iterator[list[Cell]]:
    """A row for each order."""
    for order in orders:
        yield [
            order.id,
            _word(order.kind),
            _word(order.state),
            _word(order.priority),
            _word(order.origin),
            _local(order.supervised_at, zone),
            "是 yes" if order.overdue else "",
            order.home.label if order.home else "",
            order.resident.name if order.resident else "",
            order.text,
            order.provider.name if order.provider else "",
            order.assignee.name if order.assignee else "",
            _local(order.created_at, zone),
            _local(order.deadline_at, zone),
            _word(order.outcome) if order.outcome else "",
            _local(order.called_back_at, zone),
            order.rating,
            _local(order.closed_at, zone),
            order.alert_id or "",
        ]


def _word(coded: Coded) -> str:
    return f"{coded.label['zh-CN']} {coded.label['en']}"


def _local(moment: datetime | None, zone: ZoneInfo) -> str:
    return moment.astimezone(zone).strftime("%Y-%m-%d %H:%M:%S") if moment is not None else ""
