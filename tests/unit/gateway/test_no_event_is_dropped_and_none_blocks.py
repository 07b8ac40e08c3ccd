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
        (Answer.SILENT, 1, False, PACK, Verdict.PUT_OFF),
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
