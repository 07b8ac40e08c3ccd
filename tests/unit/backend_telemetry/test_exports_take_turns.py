"""Exports take turns, let go of their turn however they end, and never pass half a file for a whole one."""

from __future__ import annotations

import threading
from collections.abc import Iterator

import pytest

from backend.api.problems import Problem
from backend.api.telemetry_privacy import in_turn
from backend.services.telemetry.ports import TelemetryAway


def pieces() -> Iterator[bytes]:
    yield b"one"
    yield b"two"


def away() -> Iterator[bytes]:
    yield b"one"
    raise TelemetryAway("away")


@pytest.fixture
def turns() -> threading.BoundedSemaphore:
    return threading.BoundedSemaphore(1)


def is_free(turns: threading.BoundedSemaphore) -> bool:
    if not turns.acquire(blocking=False):
        return False
    turns.release()
    return True


def test_a_second_one_is_told_to_come_again(turns: threading.BoundedSemaphore) -> None:
    first = in_turn(turns, pieces)
    assert next(first) == b"one"
    with pytest.raises(Problem) as refused:
        next(in_turn(turns, pieces))
    assert (refused.value.status, refused.value.code) == (503, "exports_busy")
    assert list(first) == [b"two"]
    assert b"".join(in_turn(turns, pieces)) == b"onetwo"
    assert is_free(turns)


def test_a_reader_who_leaves_gives_up_the_turn(turns: threading.BoundedSemaphore) -> None:
    export = in_turn(turns, pieces)
    next(export)
    assert not is_free(turns)
    del export
    assert is_free(turns)


def test_a_store_that_goes_away_breaks_the_file_off(turns: threading.BoundedSemaphore) -> None:
    export = in_turn(turns, away)
    next(export)
    with pytest.raises(TelemetryAway):
        next(export)
    assert is_free(turns)
