"""Which telemetry metrics exist, each with its one unit (RFC 8428 §12.1 and RFC 8798 names) and plausible range."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final

from contract.vocabulary import Label


@dataclass(frozen=True, slots=True)
class Metric:
    """One SenML name. `kind` is `number` (field `v`) or `boolean` (field `vb`).

    `unit` is the SenML unit, "" for none. Readings outside `low`..`high` are refused with a reason: they are
    sensor faults, not lives (limits: ISO 80601-2-61 for SpO2 and pulse, IEC 80601-2-30 for blood pressure,
    elsewhere the measuring range of common sensors).
    """

    name: str
    unit: str
    kind: str
    low: float
    high: float
    label: Label


def _number(name: str, unit: str, low: float, high: float, zh: str, en: str) -> Metric:
    return Metric(name, unit, "number", low, high, Label(zh, en))


def _boolean(name: str, zh: str, en: str) -> Metric:
    return Metric(name, "", "boolean", 0, 1, Label(zh, en))


_METRICS: Final = (
    _number("heart_rate", "beat/min", 0, 350, "心率", "Heart rate"),
    _number("spo2", "%", 0, 100, "血氧", "Oxygen saturation"),
    _number("bp_systolic", "mmHg", 0, 320, "收缩压", "Systolic blood pressure"),
    _number("bp_diastolic", "mmHg", 0, 250, "舒张压", "Diastolic blood pressure"),
    _number("respiration_rate", "/min", 0, 120, "呼吸率", "Respiration rate"),
    _number("body_temperature", "Cel", 20, 45, "体温", "Body temperature"),
    _number("glucose", "mmol/l", 0, 60, "血糖", "Blood glucose"),
    _number("weight", "kg", 0, 400, "体重", "Weight"),
    _number("steps", "count", 0, 200_000, "步数", "Steps"),
    _number("temperature", "Cel", -60, 120, "温度", "Temperature"),
    _number("humidity", "%RH", 0, 100, "湿度", "Humidity"),
    _number("co2", "ppm", 0, 50_000, "二氧化碳", "Carbon dioxide"),
    _number("illuminance", "lx", 0, 200_000, "照度", "Illuminance"),
    _number("power", "W", -100_000, 100_000, "功率", "Power"),
    _number("water_flow", "l/s", 0, 100, "水流", "Water flow"),
    _number("battery", "%EL", 0, 100, "电量", "Battery"),
    _number("rssi", "dBm", -200, 20, "信号", "Signal strength"),
    _boolean("motion", "活动", "Motion"),
    _boolean("contact", "门窗（闭合为真）", "Contact (true is closed)"),
    _boolean("bed_occupied", "在床", "Bed occupied"),
    _boolean("presence", "有人", "Presence"),
)
METRICS: Final[dict[str, Metric]] = {entry.name: entry for entry in _METRICS}
