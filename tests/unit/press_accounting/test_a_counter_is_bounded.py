"""However a counter misbehaves, what is kept of it is bounded, and what is written off stays lost."""

from __future__ import annotations

import pytest

from backend.domain.accounting.account import KEPT_BOOTS, KEPT_LIVES, Account, Numbers, hear
from backend.domain.accounting.chain import GENESIS, canonical, hash_of, link
from backend.domain.accounting.spans import as_text, size, without
from backend.domain.accounting.track import MOST_GAP, MOST_SPANS, Fact, Track, begin, take


def press(account: Account, sos_seq: int, boot: int = 1) -> Account:
    return hear(account, Numbers(boot, None, sos_seq, True)).account


def test_of_too_many_gaps_the_oldest_are_written_off() -> None:
    account = Account()
    for number in range(1, 2 * MOST_SPANS + 20, 2):
        account = press(account, number)
    (life,) = account.lives
    assert len(life.track.missing) == MOST_SPANS
    assert account.sos.missing > MOST_SPANS
    old = hear(account, Numbers(1, None, 2, True))
    assert old.sos is not None
    assert old.sos.fact is Fact.OLD
    assert old.account.sos.missing == account.sos.missing


def test_one_wide_gap_filled_here_and_there_is_bounded_too() -> None:
    account = press(press(Account(), 1), 2000)
    for number in range(3, 1000, 2):
        account = press(account, number)
    assert len(account.lives[0].track.missing) <= MOST_SPANS


def test_old_boots_and_lives_are_forgotten() -> None:
    account = Account()
    for boot in range(1, KEPT_BOOTS + 10):
        account = hear(account, Numbers(boot, 1, 1, True)).account
    assert (len(account.boots), len(account.lives)) == (KEPT_BOOTS, KEPT_LIVES)
    assert hear(account, Numbers(1, 2, None)).seq.fact is Fact.OLD


@pytest.mark.parametrize(("number", "fact"), [(MOST_GAP + 5, Fact.GAP), (MOST_GAP + 6, Fact.JUMPED)])
def test_a_step_too_far_is_a_broken_counter(number: int, fact: Fact) -> None:
    assert take(Track(1, 5), number).fact is fact


def test_a_counter_may_begin_at_nought_or_one() -> None:
    assert begin(0, Fact.NEXT, from_one=True).lost is None
    assert begin(1, Fact.NEXT, from_one=True).lost is None
    assert begin(3, Fact.NEXT, from_one=True).lost == (1, 2)
    assert take(Track(1, 3), 0) == take(Track(1, 3), 0)
    assert take(Track(1, 3), 0).lost is None


def test_a_press_without_a_boot_belongs_to_the_latest() -> None:
    account = press(press(Account(), 1, boot=1), 2, boot=2)
    account = hear(account, Numbers(None, None, 4, True)).account
    assert account.sos.missing == 1
    assert len(account.lives) == 1


def test_spans() -> None:
    assert without(((1, 3),), 2) == ((1, 1), (3, 3))
    assert without(((1, 1), (4, 6)), 1) == ((4, 6),)
    assert size(((1, 3), (7, 7))) == 4
    assert as_text(((1, 3), (7, 7))) == "1-3, 7"


def test_a_link_holds_its_place_and_what_came_before() -> None:
    first = link(1, "2026-11-24", "T1", {"b": 1, "a": "是"}, GENESIS)
    assert first.body == '{"a":"是","b":1,"day":"2026-11-24","device_id":"T1","position":1}'
    assert first.hash == hash_of(first.body, GENESIS) != hash_of(first.body, first.hash)
    assert canonical({"b": 1, "a": 2}) == canonical({"a": 2, "b": 1})
