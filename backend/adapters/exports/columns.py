"""Which columns an export has, what stands in them, and which text a spreadsheet must not take for a formula."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Final
from zoneinfo import ZoneInfo

from backend.services.telemetry.export_telemetry import ExportRow
from contract.metrics import METRICS
from contract.times import format_time
from contract.vocabulary import Label

Cell = str | float | int | bool | datetime | None

_STATUS: Final = {
    "status.state": Label("设备状态", "Device state"),
    "status.firmware": Label("固件版本", "Firmware"),
    "status.boot": Label("启动次数", "Starts"),
    "status.battery": Label("设备状态：电量（%）", "Device state: battery (%)"),
    "status.rssi": Label("设备状态：信号（dBm）", "Device state: signal strength (dBm)"),
}
_FORMULA: Final = ("=", "+", "-", "@", "\t", "\r", "\n")
"""What a spreadsheet takes for the beginning of a formula (OWASP, CSV injection)."""


@dataclass(frozen=True, slots=True)
class Column:
    """`name` in JSON lines, `heading` in spreadsheets; `width` in characters. A datetime cell is local, naive time."""

    name: str
    heading: Label
    width: int
    cell: Callable[[ExportRow], Cell]

    @property
    def title(self) -> str:
        """The heading in both languages."""
        return f"{self.heading.zh} {self.heading.en}"


def columns(zone: ZoneInfo) -> tuple[Column, ...]:
    """The columns, in their order; local times are those of `zone`."""
    return (
        Column("device_id", Label("设备", "Device"), 22, lambda row: row.place.device_id),
        Column("room", Label("房间", "Room"), 12, lambda row: row.place.room),
        Column("metric", Label("指标代码", "Metric"), 18, lambda row: row.metric),
        Column("label", Label("指标", "Measured"), 26, _label),
        Column("value", Label("数值（小时行为平均）", "Value (of an hour: mean)"), 14, lambda row: row.value),
        Column("unit", Label("单位", "Unit"), 10, _unit),
        Column("local_time", Label(f"时间（{zone.key}）", f"Time ({zone.key})"), 20, lambda row: _local(row.at, zone)),
        Column("time", Label("时间（UTC）", "Time (UTC)"), 26, lambda row: _text(row.at)),
        Column("received", Label("接收时间（UTC）", "Received (UTC)"), 26, lambda row: _text(row.received_at)),
        Column("low", Label("最小", "Lowest"), 10, lambda row: row.low),
        Column("high", Label("最大", "Highest"), 10, lambda row: row.high),
        Column("count", Label("读数个数", "Readings"), 10, lambda row: row.count),
        Column("seconds", Label("时段（秒，0 为单次读数）", "Span (s; 0: one reading)"), 10, lambda row: row.seconds),
    )


def guarded(text: str) -> str:
    """The text as a spreadsheet shows it: never a formula."""
    return f"'{text}" if text.startswith(_FORMULA) else text


def _label(row: ExportRow) -> str:
    metric = METRICS.get(row.metric)
    label = metric.label if metric else _STATUS.get(row.metric)
    return f"{label.zh} {label.en}" if label else row.metric


def _unit(row: ExportRow) -> str:
    metric = METRICS.get(row.metric)
    return metric.unit if metric else ""


def _moment(seconds: float) -> datetime:
    return datetime.fromtimestamp(seconds, UTC)


def _local(seconds: float, zone: ZoneInfo) -> datetime:
    return _moment(seconds).astimezone(zone).replace(tzinfo=None)


def _text(seconds: float | None) -> str | None:
    return None if seconds is None else format_time(_moment(seconds))
