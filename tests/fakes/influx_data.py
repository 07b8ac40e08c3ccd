"""What our stand-in for InfluxDB stores, and what it answers to exactly the Flux texts that the adapter sends."""

from __future__ import annotations

import math
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass, field
from datetime import UTC, datetime
from typing import Any

from backend.adapters.telemetry.influx import queries
from tests.fakes.influx_lines import Field, Line

Series = tuple[str, tuple[tuple[str, str], ...], str]
"""Measurement, tags, field."""
Rows = list[dict[str, str]]
KINDS = {float: "float", int: "integer", bool: "boolean", str: "string"}
MINUTE = 60 * 10**9
HOUR = 60 * MINUTE


class NoSuchBucketError(Exception):
    """The query names a bucket that is not there."""


class BadQueryError(Exception):
    """The query is none of ours, or lacks a parameter."""


@dataclass
class Bucket:
    """Points by series and nanosecond: the same again replaces."""

    id: str
    name: str
    retention_seconds: int
    points: dict[Series, dict[int, Field]] = field(default_factory=dict)
    kinds: dict[tuple[str, str], type] = field(default_factory=dict)

    def conflict(self, line: Line) -> str | None:
        """Why the line cannot be stored: a field has one type in a measurement, for ever."""
        for name, value in line.fields.items():
            known = self.kinds.get((line.measurement, name), type(value))
            if known is not type(value):
                place = f'input field "{name}" on measurement "{line.measurement}"'
                return (
                    f"field type conflict: {place} is type {KINDS[type(value)]}, already exists as type {KINDS[known]}"
                )
        return None

    def put(self, line: Line) -> None:
        for name, value in line.fields.items():
            self.kinds[line.measurement, name] = type(value)
            self.points.setdefault((line.measurement, line.tags, name), {})[line.at] = value

    def delete(self, device_id: str, start: int, last: int) -> None:
        """Both ends included, as the server does it."""
        for (_, tags, _), of in self.points.items():
            if ("device_id", device_id) in tags:
                for at in [at for at in of if start <= at <= last]:
                    del of[at]

    def count(self, name: str = "value") -> int:
        """How many points have that field."""
        return sum(len(of) for (_, _, known), of in self.points.items() if known == name)


@dataclass(frozen=True)
class _Table:
    device: str
    metric: str
    field: str
    points: list[tuple[int, Any]]


class Store:
    """Buckets by name."""

    def __init__(self) -> None:
        self.buckets: dict[str, Bucket] = {}
        self._answers: dict[str, Callable[[dict[str, Any]], list[Rows]]] = {
            queries.POINTS: self._points,
            queries.DEVICE_POINTS: self._device_points,
            queries.SERIES: self._series,
            queries.COUNT: self._count,
            queries.NEWEST: self._newest,
            queries.RAW_WINDOWS: self._raw_windows,
            queries.ROLLED_WINDOWS: self._rolled_windows,
            queries.DEVICE_RAW_WINDOWS: self._raw_windows,
            queries.DEVICE_ROLLED_WINDOWS: self._rolled_windows,
            queries.ROLL_UP_DEVICE: self._roll_up,
            queries.ROLL_UP_ALL: self._roll_up,
        }

    def answer(self, flux: str, parameters: dict[str, Any]) -> list[Rows]:
        """The tables, each a list of rows of one form."""
        if flux not in self._answers:
            raise BadQueryError("error in query: no text of the adapter's")
        try:
            return [table for table in self._answers[flux](parameters) if table]
        except KeyError as missing:
            raise BadQueryError(f"undefined identifier {missing.args[0]}") from missing

    def bucket(self, name: str) -> Bucket:
        if name not in self.buckets:
            raise NoSuchBucketError(name)
        return self.buckets[name]

    def _tables(self, parameters: dict[str, Any], *fields: str) -> Iterator[_Table]:
        start, stop = parameters["_start"], parameters["_stop"]
        if start >= stop:
            raise BadQueryError('error calling function "range": cannot query an empty range')
        wanted = {name: parameters[f"_{name}"] for name in ("device", "metric") if f"_{name}" in parameters}
        for (_, tags, name), of in sorted(self.bucket(parameters["_bucket"]).points.items()):
            device, metric = dict(tags)["device_id"], dict(tags)["metric"]
            if {"device": device, "metric": metric}.items() >= wanted.items() and (not fields or name in fields):
                points = sorted((at, value) for at, value in of.items() if start <= at < stop)
                if points:
                    yield _Table(device, metric, name, points)

    def _points(self, parameters: dict[str, Any]) -> list[Rows]:
        most = int(parameters["_most"])
        _need(parameters, "_device", "_metric")
        return [
            [{"_time": _time(at), "_value": _text(value), "_field": table.field} for at, value in table.points[:most]]
            for table in self._tables(parameters)
        ]

    def _device_points(self, parameters: dict[str, Any]) -> list[Rows]:
        _need(parameters, "_device")
        return [
            [
                {"_time": _time(at), "_value": _text(value), "_field": table.field, "metric": table.metric}
                for at, value in table.points
            ]
            for table in self._tables(parameters)
        ]

    def _series(self, parameters: dict[str, Any]) -> list[Rows]:
        _need(parameters, "_device")
        return [
            [{"_time": _time(table.points[0][0]), "metric": table.metric}]
            for table in self._tables(parameters, "value")
        ]

    def _count(self, parameters: dict[str, Any]) -> list[Rows]:
        _need(parameters, "_device")
        return [
            [{"_value": str(len(table.points)), "metric": table.metric}] for table in self._tables(parameters, "value")
        ]

    def _newest(self, parameters: dict[str, Any]) -> list[Rows]:
        return [
            [
                {
                    "_time": _time(table.points[-1][0]),
                    "_value": _text(table.points[-1][1]),
                    "_field": table.field,
                    "device_id": table.device,
                    "metric": table.metric,
                }
            ]
            for table in self._tables(parameters)
        ]

    def _raw_windows(self, parameters: dict[str, Any]) -> list[Rows]:
        _need(parameters, "_device", "_every")
        of = {"low": min, "high": max, "sum": math.fsum, "count": len}
        return [
            _windows(table, parameters, fold, name)
            for table in self._tables(parameters, "value")
            for name, fold in of.items()
        ]

    def _rolled_windows(self, parameters: dict[str, Any]) -> list[Rows]:
        _need(parameters, "_device", "_every")
        of = {"low": min, "high": max, "sum": math.fsum, "count": sum}
        return [_windows(table, parameters, of[table.field], table.field) for table in self._tables(parameters, *of)]

    def _roll_up(self, parameters: dict[str, Any]) -> list[Rows]:
        tables = list(self._tables(parameters, "value"))
        of = {"low": min, "high": max, "sum": math.fsum, "count": len}
        for target, every in (("_minutes_bucket", MINUTE), ("_hours_bucket", HOUR)):
            bucket = self.bucket(parameters[target])
            for table in tables:
                for at, values in _folded(table.points, every, parameters["_start"]):
                    folded: dict[str, Field] = {name: fold(values) for name, fold in of.items()}
                    tags = (("device_id", table.device), ("metric", table.metric))
                    bucket.put(Line("reading", tags, folded, at))
        return [[{"result": "m-low", "_value": str(len(tables))}]] if tables else []


def _windows(table: _Table, parameters: dict[str, Any], fold: Any, name: str) -> Rows:
    return [
        {"result": name, "_time": _time(at), "_value": _text(fold(values)), "metric": table.metric}
        for at, values in _folded(table.points, parameters["_every"], parameters["_start"])
    ]


def _folded(points: Iterable[tuple[int, Any]], every: int, start: int) -> Iterator[tuple[int, list[Any]]]:
    windows: dict[int, list[Any]] = {}
    for at, value in points:
        windows.setdefault(max(at // every * every, start), []).append(value)
    yield from sorted(windows.items())


def _need(parameters: dict[str, Any], *names: str) -> None:
    for name in names:
        parameters[name]


def _time(nanos: int) -> str:
    seconds, rest = divmod(nanos, 10**9)
    text = datetime.fromtimestamp(seconds, UTC).strftime("%Y-%m-%dT%H:%M:%S")
    return text + (f".{rest:09d}".rstrip("0") if rest else "") + "Z"


def _text(value: Field) -> str:
    """As Go prints it: `70` for the float 70."""
    if isinstance(value, float):
        return str(int(value)) if value.is_integer() and abs(value) < 1e21 else repr(value)
    return str(value)
