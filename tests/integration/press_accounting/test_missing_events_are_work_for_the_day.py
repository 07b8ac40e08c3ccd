"""A gap in `seq` is looked at by day: one work order per device and day, and none where all came after all."""

from __future__ import annotations

from datetime import timedelta

import pytest

from backend.services.alarm.oddities import Odd
from tests.harness.accounting import Books
from tests.harness.alarm import Alarm

T = "T1"


@pytest.fixture(autouse=True)
def _enrolled(alarm: Alarm) -> None:
    alarm.enrol(T)


def check_in(books: Books, *seqs: int, boot: int = 1) -> None:
    for seq in seqs:
        books.alarm.send(books.item(T, seq=seq, boot=boot))


def later(books: Books, **span: float) -> int:
    """Time passes, and the tick looks."""
    books.alarm.clock.turn(timedelta(**span))
    return books.repair()


def test_one_order_a_device_and_day(books: Books) -> None:
    check_in(books, 1, 3)
    assert later(books, minutes=9) == 0
    assert later(books, minutes=2) == 1
    check_in(books, 5)
    assert later(books, minutes=20) == 0
    (order_id,) = books.desk.listed()
    order = books.desk.detail(order_id)
    assert order.kind.code == "repair"
    assert order.text is not None
    assert T in order.text
    assert "1: 2" in order.text
    assert books.missing() is None
    check_in(books, 7)
    assert later(books, days=1) == 0
    check_in(books, 9)
    assert later(books, minutes=11) == 1
    assert len(books.desk.listed()) == 2


def test_local_days_count(books: Books) -> None:
    """It is 11:12 there. At 07:50 and 08:01 of the next day it is the same day, though not by UTC."""
    books.alarm.clock.turn(timedelta(hours=20, minutes=38))
    check_in(books, 1, 3)
    later(books, minutes=11)
    check_in(books, 5)
    assert later(books, minutes=11) == 1
    assert len({row["day"] for row in books.findings()}) == 2
    assert len(books.desk.listed()) == 1


def test_what_comes_within_ten_minutes_is_nothing(books: Books) -> None:
    check_in(books, 1, 3, 2)
    assert later(books, minutes=11) == 1
    assert books.desk.listed() == []
    (finding,) = books.findings()
    assert (finding["due_at"], finding["order_id"]) == (None, None)
    check_in(books, 5)
    assert later(books, minutes=11) == 1
    assert len(books.desk.listed()) == 1


def test_a_counter_that_goes_back_within_a_boot_is_looked_at(books: Books) -> None:
    check_in(books, 1, 2, 3, 1, 2)
    assert later(books, minutes=11) == 1
    (order_id,) = books.desk.listed()
    assert "计数器" in (books.desk.detail(order_id).text or "")
    assert books.odd() == [Odd.NUMBER_REPEATED] * 2


def test_a_start_that_swallows_events_shows(books: Books) -> None:
    check_in(books, 1, 2)
    check_in(books, 3, boot=2)
    found = books.presses(T)
    assert found is not None
    assert [(boot.boot, boot.track.missing) for boot in found.account.boots] == [(1, ()), (2, ((1, 2),))]
    assert later(books, minutes=11) == 1
    assert len(books.desk.listed()) == 1


def test_a_device_without_numbers_bothers_nobody(books: Books) -> None:
    for _ in range(3):
        books.alarm.send(books.item(T, boot=None))
    assert later(books, hours=1) == 0
    found = books.presses(T)
    assert found is not None
    assert (found.account.seq.unnumbered, found.account.seq.sent, found.recent.events) == (3, 0, 3)
