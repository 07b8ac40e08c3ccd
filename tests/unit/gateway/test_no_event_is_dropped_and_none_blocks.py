"""Drainer: order, retry, one by one, put off, as bytes, hold; only what is no event may be given up."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import timedelta

import pytest

from gateway.core.forwarding import (
    FIRST_DELAY,
    LONGEST_DELAY,
    Progress,
    Verdict,
    delay,
    judge,
)
from gateway.core.ports import Answer, Item, Kind
from tests.unit.gateway.conftest import Bench

EVENT = Item(Kind.EVENT, "T1", "2026-11-24T03:12:45.120Z", False, b"{}")
BYTES = Item(Kind.EVENT, "T1", "2026-11-24T03:12:45.120Z", False, b"{}", reason="not_json")
PACK = Item(Kind.TELEMETRY, "T1", "2026-11-24T03:12:45.120Z", False, b"[]")


@pytest.mark.parametrize(
    ("answer", "size", "failed_before", "item", "verdict"),
    [
        (Answer.STORED, 5, False, EVENT, Verdict.SETTLE),
        (Answer.AWAY, 1, True, EVENT, Verdict.WAIT),
        (Answer.AWAY, 5, True, EVENT, Verdict.WAIT),
        (Answer.FAILED, 5, False, EVENT, Verdict.AGAIN),
        (Answer.FAILED, 5, True, EVENT, Verdict.SPLIT),
        (Answer.SILENT, 5, True, EVENT, Verdict.SPLIT),
        (Answer.REFUSED, 5, False, EVENT, Verdict.SPLIT),
        (Answer.FAILED, 1, False, EVENT, Verdict.PUT_OFF),
        (Answer.SILENT, 1, False, EVENT, Verdict.WAIT),
        (Answer.SILENT, 1, True, PACK, Verdict.WAIT),
        (Answer.SILENT, 5, False, EVENT, Verdict.AGAIN),
        (Answer.REFUSED, 1, False, EVENT, Verdict.AS_BYTES),
        (Answer.REFUSED, 1, False, BYTES, Verdict.HOLD),
        (Answer.REFUSED, 1, False, PACK, Verdict.GIVE_UP),
    ],
)
def test_verdicts(answer: Answer, size: int, failed_before: bool, item: Item, verdict: Verdict) -> None:
    assert judge(answer, size, failed_before, item) is verdict


def test_delays_double_up_to_a_limit() -> None:
    spans = [delay(attempts, FIRST_DELAY, LONGEST_DELAY).total_seconds() for attempts in (0, 1, 2, 5, 6, 10_000)]
    assert spans == [1, 2, 4, 32, 60, 60]


def _spool(bench: Bench, *event_ids: str) -> None:
    bench.line.up = False
    bench.intake.take([bench.press(event_id) for event_id in event_ids])


def _breaks_on(text: bytes, answer: Answer) -> object:
    def decide(items: Sequence[Item]) -> Answer:
        return answer if any(text in item.payload and not item.reason for item in items) else Answer.STORED

    return decide


def test_poison_is_isolated_and_comes_again_later(bench: Bench) -> None:
    _spool(bench, "a", "poison", "b")
    bench.uplink.judge = _breaks_on(b"poison", Answer.FAILED)  # type: ignore[assignment]
    assert bench.drainer.round() is Progress.STUCK  # the whole once more
    assert bench.drainer.round() is Progress.MOVED
    assert len(bench.stored()) == 2
    assert bench.drainer.round() is Progress.EMPTY
    bench.uplink.judge = lambda _items: Answer.STORED
    bench.clock.turn(timedelta(seconds=1))
    assert bench.drainer.round() is Progress.MOVED
    assert b"poison" in bench.stored()[2]
    assert bench.spool.figures().rows == 0


def test_refused_event_goes_as_bytes_and_is_held_when_even_that_is_refused(bench: Bench) -> None:
    _spool(bench, "odd")
    bench.uplink.judge = lambda _items: Answer.REFUSED
    bench.drainer.round()
    bench.drainer.round()
    assert [post[0].reason for post in bench.uplink.posts] == [None, "backend_refused"]
    assert bench.drainer.round() is Progress.EMPTY
    assert bench.spool.figures().held == 1
    assert [kept.reason for kept in bench.inspection.kept] == ["backend_refused:scripted"]
    bench.clock.turn(timedelta(hours=1))
    bench.uplink.judge = lambda _items: Answer.STORED
    bench.drainer.round()
    assert bench.uplink.stored[0].reason == "backend_refused"


def test_backend_that_fails_at_everything_is_left_alone_after_three(bench: Bench) -> None:
    _spool(bench, *"abcdefgh")
    bench.uplink.judge = lambda _items: Answer.FAILED
    bench.drainer.round()
    assert bench.drainer.round() is Progress.STUCK
    assert len(bench.uplink.posts) == 1 + 1 + 3
    assert bench.spool.figures().rows == 8


def test_refused_pack_is_given_up_and_kept_for_inspection() -> None:
    bench = Bench(kind=Kind.TELEMETRY)
    bench.line.up = False
    bench.intake.take([bench.deliver("T1", '[{"n":"odd","v":1}]'), bench.deliver("T1", '[{"n":"fine","v":1}]')])
    bench.uplink.judge = _breaks_on(b"odd", Answer.REFUSED)  # type: ignore[assignment]
    assert bench.drainer.round() is Progress.MOVED
    assert bench.stored() == [b'[{"n":"fine","v":1}]']
    assert bench.spool.figures().rows == 0
    assert [kept.payload for kept in bench.inspection.kept] == [b'[{"n":"odd","v":1}]']


def test_line_is_up_again_when_the_drainer_gets_an_answer(bench: Bench) -> None:
    _spool(bench, "a")
    bench.drainer.round()
    assert bench.line.up


def test_press_is_not_put_off_for_a_backend_that_hung(bench: Bench) -> None:
    _spool(bench, "a")
    bench.uplink.judge = lambda _items: Answer.SILENT
    for _ in range(10):
        assert bench.drainer.round() is Progress.STUCK
    bench.uplink.judge = lambda _items: Answer.STORED
    assert bench.drainer.round() is Progress.MOVED
    assert bench.spool.figures().rows == 0


def test_batch_is_not_put_off_for_a_backend_that_hung(bench: Bench) -> None:
    _spool(bench, *"abcdefgh")
    bench.uplink.judge = lambda _items: Answer.SILENT
    for _ in range(10):
        assert bench.drainer.round() is Progress.STUCK
    assert bench.spool.figures().held == 0
    bench.uplink.judge = lambda _items: Answer.STORED
    while bench.drainer.round() is Progress.MOVED:
        pass
    assert bench.spool.figures().rows == 0


def test_event_that_hangs_the_backend_is_put_off_when_its_neighbour_is_stored(bench: Bench) -> None:
    _spool(bench, "poison", "a")
    bench.uplink.judge = _breaks_on(b"poison", Answer.SILENT)  # type: ignore[assignment]
    bench.drainer.round()
    assert bench.drainer.round() is Progress.MOVED
    assert [b'"a"' in payload for payload in bench.stored()] == [True]
    assert bench.spool.figures().held == 1
    assert bench.line.up
    assert bench.drainer.round() is Progress.EMPTY


def test_events_that_hang_the_backend_block_nothing_behind_them(bench: Bench) -> None:
    _spool(bench, *(f"poison-{number}" for number in range(4)), "a")
    bench.uplink.judge = _breaks_on(b"poison", Answer.SILENT)  # type: ignore[assignment]
    for _ in range(8):
        bench.drainer.round()
    assert [b'"a"' in payload for payload in bench.stored()] == [True]


@pytest.mark.parametrize("answer", [Answer.AWAY, Answer.SILENT])
def test_line_that_is_down_is_tried_though_all_that_waits_was_put_off(bench: Bench, answer: Answer) -> None:
    _spool(bench, "a")
    bench.uplink.judge = lambda _items: Answer.FAILED
    for _ in range(7):
        bench.drainer.round()
        bench.clock.turn(timedelta(seconds=60))
    bench.drainer.round()
    bench.uplink.judge = lambda _items: answer
    bench.intake.take([bench.press("a")])  # it collapses into the copy that waits
    assert not bench.line.up
    assert bench.drainer.round() is Progress.STUCK
    bench.uplink.judge = lambda _items: Answer.STORED
    assert bench.drainer.round() is Progress.MOVED
    assert bench.line.up
    assert bench.spool.figures().rows == 0


def test_disk_that_takes_no_note_of_a_poison_does_not_hold_its_neighbours(bench: Bench) -> None:
    _spool(bench, "poison", "a", "b")
    bench.uplink.judge = _breaks_on(b"poison", Answer.FAILED)  # type: ignore[assignment]
    bench.spool.full = True
    bench.drainer.round()
    assert bench.drainer.round() is Progress.MOVED
    assert len(bench.stored()) == 2


def test_split_batch_on_a_slow_backend_ends_before_the_loop_looks_stuck(bench: Bench) -> None:
    def slow(items: Sequence[Item]) -> Answer:
        bench.clock.turn(timedelta(seconds=1))
        return Answer.REFUSED if len(items) > 1 else Answer.STORED

    _spool(bench, *(f"e-{number}" for number in range(60)))
    bench.uplink.judge = slow
    began = bench.clock.monotonic()
    assert bench.drainer.round() is Progress.MOVED
    assert bench.clock.monotonic() - began < 45
    while bench.drainer.round() is Progress.MOVED:
        pass
    assert len(bench.stored()) == 60
