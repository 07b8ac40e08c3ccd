"""Opening hours as people write them in a spreadsheet, in Chinese and in English, both ways."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Sequence
from itertools import groupby
from typing import Final

from backend.domain.organisation.hours import (
    ALL_DAY,
    DAYS,
    Hours,
    HoursFault,
    HoursRefused,
    Span,
    clock_text,
    make_hours,
    make_span,
)

_ALWAYS: Final = frozenset({"always", "24/7", "24h", "全天", "全天候", "24小时", "全天开放", "all day"})
_CLOSED: Final = frozenset({"closed", "never", "休息", "不开放", "关闭"})
_ENGLISH: Final = ("Mon", "Tue", "Wed", "Thu", "Fri", "Sat", "Sun")
_CHINESE: Final = "一二三四五六日"
_GROUPS: Final = {
    "daily": range(7),
    "every day": range(7),
    "每天": range(7),
    "每日": range(7),
    "weekdays": range(5),
    "工作日": range(5),
    "weekends": range(5, 7),
    "周末": range(5, 7),
}
_LONG: Final = ("monday", "tuesday", "wednesday", "thursday", "friday", "saturday", "sunday")
_DAY_NUMBERS: Final = {
    **{name: number for number, name in enumerate(DAYS)},
    **{name: number for number, name in enumerate(_LONG)},
    **{f"{week}{day}": number for number, day in enumerate(_CHINESE) for week in ("周", "星期", "礼拜")},
    **{f"{week}天": 6 for week in ("周", "星期", "礼拜")},
}
_SPANS_BEGIN: Final = re.compile(r"[0-9]{1,2}:|全天|all day|24h|24小时|closed|休息|不开放|关闭")
_SPAN: Final = re.compile(r"([0-9]{1,2}:[0-9]{2})\s*-\s*([0-9]{1,2}:[0-9]{2})", re.ASCII)
_SEPARATORS: Final = re.compile(r"[,、\s]+|\band\b|和")
_DASHES: Final = re.compile(r"\s*(?:-|–|—|−|~|至|到|\bto\b|\buntil\b)\s*")
MAX_LENGTH: Final = 500


def parse_hours(text: str) -> Hours | None:
    """`Mon-Fri 08:00-17:00; Sat 08:00-12:00`, `周一至周五 08:00-17:00`, `全天`: the hours; None is always open.

    Parts are separated by `;` or line breaks, spans of a day by `,`. Times without a day hold for every day, days that
    are not named are closed. Raises `HoursRefused` with the piece that is not understood; an empty text is refused.
    """
    plain = unicodedata.normalize("NFKC", text).strip().lower()
    if plain in _ALWAYS:
        return None
    if len(plain) > MAX_LENGTH:
        raise HoursRefused(HoursFault.TOO_MANY, plain[:40])
    if plain in _CLOSED:
        return make_hours({})
    days: dict[int, list[Span]] = {}
    parts = [part.strip() for part in re.split(r"[;\n]", _DASHES.sub("-", plain)) if part.strip()]
    for part in parts:
        _add(part, days)
    if not parts:
        raise HoursRefused(HoursFault.NOT_A_SPAN, text[:40])
    return make_hours(days)


def _add(part: str, days: dict[int, list[Span]]) -> None:
    begin = _SPANS_BEGIN.search(part)
    if begin is None:
        raise HoursRefused(HoursFault.NOT_A_SPAN, part[:40])
    spans = _parse_spans(part[begin.start() :])
    for day in _parse_days(part[: begin.start()]):
        days.setdefault(day, []).extend(spans)


def _parse_spans(text: str) -> list[Span]:
    if text in _CLOSED:
        return []
    if text in _ALWAYS:
        return [ALL_DAY]
    spans = [make_span(match[1], match[2]) for match in _SPAN.finditer(text)]
    left = _SEPARATORS.sub("", _SPAN.sub(",", text))
    if left or not spans:
        raise HoursRefused(HoursFault.NOT_A_SPAN, text[:40])
    return spans


def _parse_days(text: str) -> Sequence[int]:
    plain = text.strip(" :,、")
    if not plain:
        return range(7)
    if plain in _GROUPS:
        return _GROUPS[plain]
    found: list[int] = []
    for piece in filter(None, _SEPARATORS.split(plain)):
        first, _, last = piece.partition("-")
        start, end = _day(first), _day(last or first)
        # Sat-Mon goes over the end of the week.
        found += [(start + offset) % 7 for offset in range((end - start) % 7 + 1)]
    if len(set(found)) != len(found):
        raise HoursRefused(HoursFault.NOT_A_DAY, plain[:40])
    return found


def _day(name: str) -> int:
    number = _DAY_NUMBERS.get(name.strip().rstrip("."))
    if number is None:
        raise HoursRefused(HoursFault.NOT_A_DAY, name[:40])
    return number


def format_hours(hours: Hours | None, *, chinese: bool) -> str:
    """The text that `parse_hours` understands as the same hours."""
    if hours is None:
        return "全天" if chinese else "always"
    parts = []
    for spans, run in groupby(range(7), key=lambda day: hours.days[day]):
        numbers = list(run)
        if spans:
            parts.append(f"{_format_days(numbers, chinese)} {','.join(map(_format_span, spans))}")
    return "; ".join(parts) or ("不开放" if chinese else "closed")


def _format_days(numbers: Sequence[int], chinese: bool) -> str:
    first, last = numbers[0], numbers[-1]
    if chinese:
        return f"周{_CHINESE[first]}" if first == last else f"周{_CHINESE[first]}至周{_CHINESE[last]}"
    return _ENGLISH[first] if first == last else f"{_ENGLISH[first]}-{_ENGLISH[last]}"


def _format_span(span: Span) -> str:
    return f"{clock_text(span.opens)}-{clock_text(span.closes)}"
