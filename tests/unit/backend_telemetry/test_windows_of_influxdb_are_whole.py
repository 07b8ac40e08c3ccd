"""Windows put together from the four tables of an answer."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any, cast

from backend.adapters.telemetry.influx.answers import Row
from backend.adapters.telemetry.influx.reader import Reader
from backend.adapters.telemetry.influx.setup import Buckets
from backend.services.telemetry.ports import Window

MINUTE = 60_000_000


class Answering:
    """A server that gives the same answer to everything."""

    def __init__(self, *rows: tuple[str, int, float]) -> None:
        self._rows = rows

    def query(self, flux: str, parameters: Mapping[str, object], seconds: float | None = None) -> Iterator[Row]:
        for name, minute, value in self._rows:
            yield {
                "result": name,
                "_time": f"1970-01-01T00:{minute:02d}:00Z",
                "_value": repr(value),
                "metric": "heart_rate",
            }


def windows(*rows: tuple[str, int, float]) -> list[Window]:
    reader = Reader(cast(Any, Answering(*rows)), Buckets.of("care"))
    found = reader.rolled_windows("care-1m", ("T1", "heart_rate"), (0, 10 * MINUTE), MINUTE)
    return found.get("heart_rate", [])


def test_a_window_that_is_half_written_is_left_out() -> None:
    whole = [("low", 1, 1.0), ("high", 1, 3.0), ("sum", 1, 4.0), ("count", 1, 2.0)]
    for missing in range(4):
        assert windows(*whole[:missing], *whole[missing + 1 :]) == []
    assert windows(*whole, ("low", 2, 5.0)) == [Window(60.0, 1.0, 2.0, 3.0, 2)]


def test_a_mean_lies_between_the_lowest_and_the_highest() -> None:
    value = 0.1
    (window,) = windows(("low", 1, value), ("high", 1, value), ("sum", 1, value * 3), ("count", 1, 3.0))
    assert window.low == window.mean == window.high
