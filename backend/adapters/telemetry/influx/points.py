"""How the rows of an answer become points again: InfluxDB keeps the value and the time of receipt in two tables."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Final

from backend.adapters.telemetry.influx.answers import Row, micros
from backend.adapters.telemetry.influx.backlog import Values
from backend.adapters.telemetry.influx.line import FIELD_RECEIVED, FIELD_VALUE, TAG_DEVICE, TAG_METRIC
from backend.adapters.telemetry.units import moment
from backend.services.telemetry.ports import DeviceReading
from contract.metrics import METRICS

_BOOLEANS: Final = frozenset(metric.name for metric in METRICS.values() if metric.kind == "boolean")


def points(rows: Iterable[Row], device_id: str = "", metric: str = "") -> list[Values]:
    """By series and time. `device_id` and `metric` are those of rows that do not say."""
    values: dict[tuple[str, str, int], float] = {}
    received: dict[tuple[str, str, int], int] = {}
    for row in rows:
        key = (row.get(TAG_DEVICE, device_id), row.get(TAG_METRIC, metric), micros(row["_time"]))
        if row["_field"] == FIELD_VALUE:
            values[key] = float(row["_value"])
        elif row["_field"] == FIELD_RECEIVED:
            received[key] = int(row["_value"])
    # A point without a time of receipt is not of our making: it counts as received when it says that it was measured.
    return [(*key, values[key], received.get(key, key[2])) for key in sorted(values)]


def rank(point: Values) -> tuple[int, int]:
    """The order of `DeviceReading.rank`."""
    return min(point[2], point[4]), point[2]


def reading(point: Values) -> DeviceReading:
    """The point as the platform's reading."""
    device_id, metric, at, value, received = point
    return DeviceReading(device_id, metric, at / 1e6, bool(value) if metric in _BOOLEANS else value, moment(received))
