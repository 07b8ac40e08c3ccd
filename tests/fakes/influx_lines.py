"""InfluxDB's line protocol, read strictly: what a server must refuse is refused, with the server's words."""

from __future__ import annotations

import re
from dataclasses import dataclass

Field = float | int | bool | str

_KEY = re.compile(r"(?:\\[,= ]|\\(?![,= \n])|[^,= \\\n])+")
_INTEGER = re.compile(r"[+-]?\d+i")
_FLOAT = re.compile(r"[+-]?(?:\d+\.?\d*|\.\d+)(?:[eE][+-]?\d+)?")
_STRING = re.compile(r'"((?:\\["\\]|[^"\\]|\\)*)"')
_BOOLEANS = dict.fromkeys(["t", "T", "true", "True", "TRUE"], True) | dict.fromkeys(
    ["f", "F", "false", "False", "FALSE"], False
)
EARLIEST, LATEST = -9_223_372_036_854_775_806, 9_223_372_036_854_775_806
_NANOS = {"ns": 1, "us": 1_000, "ms": 1_000_000, "s": 1_000_000_000}


class BadLineError(ValueError):
    """What the server would say of the line."""


@dataclass(frozen=True)
class Line:
    """One point: `at` in nanoseconds."""

    measurement: str
    tags: tuple[tuple[str, str], ...]
    fields: dict[str, Field]
    at: int


def parse_lines(text: str, precision: str) -> list[Line]:
    """All lines, or `BadLineError` for the first that is none."""
    return [parse_line(line, precision) for line in text.split("\n") if line.strip() and not line.startswith("#")]


def parse_line(line: str, precision: str) -> Line:
    """One line. A time is demanded: a point without one would be doubled by a repeat."""
    measurement, place = _key(line, 0)
    tags: list[tuple[str, str]] = []
    while _at(line, place) == ",":
        name, place = _key(line, place + 1)
        if _at(line, place) != "=":
            raise BadLineError(f"unable to parse '{line}': missing tag value")
        if _at(line, place + 1) in ("", ",", " "):
            raise BadLineError(f"unable to parse '{line}': missing tag value")
        value, place = _key(line, place + 1)
        tags.append((name, value))
    if _at(line, place) != " ":
        raise BadLineError(f"unable to parse '{line}': missing fields")
    if len(dict(tags)) != len(tags):
        raise BadLineError(f"unable to parse '{line}': duplicate tags")
    fields, place = _fields(line, place + 1)
    if _at(line, place) != " " or not re.fullmatch(r"-?\d+", line[place + 1 :]):
        raise BadLineError(f"unable to parse '{line}': bad timestamp")
    at = int(line[place + 1 :]) * _NANOS[precision]
    if not EARLIEST <= at <= LATEST:
        raise BadLineError(f"unable to parse '{line}': time outside range {EARLIEST} - {LATEST}")
    return Line(measurement, tuple(sorted(tags)), fields, at)


def _fields(line: str, place: int) -> tuple[dict[str, Field], int]:
    fields: dict[str, Field] = {}
    while True:
        name, place = _key(line, place)
        if _at(line, place) != "=":
            raise BadLineError(f"unable to parse '{line}': missing field value")
        fields[name], place = _value(line, place + 1)
        if _at(line, place) != ",":
            return fields, place
        place += 1


def _value(line: str, place: int) -> tuple[Field, int]:
    quoted = _STRING.match(line, place)
    if quoted:
        return re.sub(r'\\(["\\])', r"\1", quoted[1]), quoted.end()
    end = place
    while end < len(line) and line[end] not in ", ":
        end += 1
    text = line[place:end]
    if text in _BOOLEANS:
        return _BOOLEANS[text], end
    if _INTEGER.fullmatch(text) and -(2**63) <= int(text[:-1]) < 2**63:
        return int(text[:-1]), end
    if _FLOAT.fullmatch(text):
        return float(text), end
    raise BadLineError(f"unable to parse '{line}': invalid number")


def _key(line: str, place: int) -> tuple[str, int]:
    found = _KEY.match(line, place)
    if not found:
        raise BadLineError(f"unable to parse '{line}': missing key")
    return re.sub(r"\\([,= ])", r"\1", found[0]), found.end()


def _at(line: str, place: int) -> str:
    return line[place : place + 1]
