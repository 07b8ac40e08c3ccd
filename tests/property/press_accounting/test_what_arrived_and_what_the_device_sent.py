"""Whatever is lost, doubled or reordered, and however often the device starts: the account is the truth."""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass
from itertools import pairwise

from hypothesis import given, settings
from hypothesis import strategies as st

from backend.domain.accounting.account import Account, Numbers, hear, hearing_order
from backend.domain.accounting.day import Answered, DayEvent, Figures, day_of
from backend.domain.accounting.spans import Spans
from backend.domain.accounting.track import Fact


@dataclass(frozen=True)
class Sent:
    """What a device sent: in order, and in the order in which it arrived (indexes, some never, some twice)."""

    events: list[Numbers]
    arrived: list[int]


@st.composite
def devices(draw: st.DrawFn) -> Sent:
    """A device that keeps the contract, on a bad line."""
    events: list[Numbers] = []
    boot, sos = draw(st.integers(0, 3)), draw(st.integers(0, 9))
    for _ in range(draw(st.integers(1, 5))):
        for seq in range(1, draw(st.integers(0, 6)) + 1):
            is_sos = draw(st.booleans())
            sos += is_sos
            events.append(Numbers(boot, seq, sos if is_sos else None, is_sos))
        boot += draw(st.integers(1, 2))
    indexes = st.lists(st.sampled_from(range(len(events))), max_size=2 * len(events)) if events else st.just([])
    return Sent(events, draw(indexes))


def numbers_of(spans: Spans) -> list[int]:
    return [number for first, last in spans for number in range(first, last + 1)]


def account_of(sent: Sent, batches: list[list[int]]) -> Account:
    """As ingest does it: a copy is no news, and what comes together is heard in its order."""
    account, known = Account(), set[int]()
    for batch in batches:
        new = [sent.events[index] for index in dict.fromkeys(batch) if index not in known]
        known |= set(batch)
        for numbers in sorted(new, key=hearing_order):
            account = hear(account, numbers).account
    return account


@settings(max_examples=400, deadline=None)
@given(devices(), st.data())
def test_missing_is_exactly_what_was_sent_and_never_came(sent: Sent, data: st.DataObject) -> None:
    cuts = sorted(data.draw(st.lists(st.integers(0, len(sent.arrived)), max_size=4)))
    edges = [0, *cuts, len(sent.arrived)]
    batches = [sent.arrived[begin:end] for begin, end in pairwise(edges)]
    account = account_of(sent, batches)

    arrived = [sent.events[index] for index in set(sent.arrived)]
    lowest = min((numbers.boot or 0 for numbers in arrived), default=0)
    for boot in {numbers.boot for numbers in arrived}:
        came = {numbers.seq or 0 for numbers in arrived if numbers.boot == boot}
        first = min(came) if boot == lowest else 1
        (track,) = [known.track for known in account.boots if known.boot == boot]
        assert numbers_of(track.missing) == sorted(set(range(first, max(came) + 1)) - came)
    pressed = {numbers.sos_seq or 0 for numbers in arrived if numbers.is_sos}
    if pressed:
        (life,) = account.lives
        assert numbers_of(life.track.missing) == sorted(set(range(min(pressed), max(pressed) + 1)) - pressed)
    assert account.sos.received == len(pressed)
    assert account.sos.missing == sum(len(numbers_of(life.track.missing)) for life in account.lives)
    assert account.seq.missing == sum(len(numbers_of(known.track.missing)) for known in account.boots)
    assert (account.sos.repeated, account.sos.old, account.seq.repeated, account.seq.old) == (0, 0, 0, 0)


@settings(max_examples=200, deadline=None)
@given(devices(), st.integers(0, 40))
def test_two_days_add_up_to_the_account(sent: Sent, cut: int) -> None:
    arrivals = [DayEvent(sent.events[index], Answered.CONFIRMED) for index in dict.fromkeys(sent.arrived)]
    first = day_of(Account(), arrivals[:cut])
    second = day_of(first.account, arrivals[cut:])
    assert second.account == day_of(Account(), arrivals).account

    for figures in (first.sos, first.events, second.sos, second.events):
        assert figures.sent + figures.found == figures.received + figures.lost
        assert min(vars_of(figures).values()) >= 0
    account = second.account
    assert first.sos.sent + second.sos.sent == account.sos.sent
    assert first.sos.received + second.sos.received == account.sos.received
    assert first.events.lost + second.events.lost - second.events.found == account.seq.missing
    assert first.events.answered + second.events.answered == len(arrivals)


def vars_of(figures: Figures) -> dict[str, int]:
    return {name: getattr(figures, name) for name in Figures.__slots__}


@settings(max_examples=200, deadline=None)
@given(st.lists(st.integers(0, 4), min_size=1, max_size=6), st.data())
def test_a_counter_that_is_lost_at_a_start_counts_from_one_again(lives: list[int], data: st.DataObject) -> None:
    """Each boot begins at 1; of each its first press comes, so that the loss of the counter shows."""
    account, truth = Account(), Counter[int]()
    for boot, more in enumerate(lives, start=1):
        pressed = range(1, 2 + more)
        came = list(dict.fromkeys([1, *data.draw(st.lists(st.sampled_from(pressed)))]))
        for number in came:
            account = hear(account, Numbers(boot, None, number, True)).account
        truth.update({"sent": max(came), "received": len(came)})
    assert (account.sos.sent, account.sos.received) == (truth["sent"], truth["received"])


@settings(max_examples=300, deadline=None)
@given(
    st.lists(
        st.builds(
            Numbers,
            st.none() | st.integers(0, 3) | st.integers(0, 2**63 - 1),
            st.none() | st.integers(0, 9) | st.integers(0, 2**63 - 1),
            st.none() | st.integers(0, 9) | st.integers(0, 2**63 - 1),
            st.booleans(),
        ),
        max_size=60,
    )
)
def test_garbage_has_an_outcome_and_a_bound(garbage: list[Numbers]) -> None:
    account = Account()
    for numbers in garbage:
        heard = hear(account, numbers)
        account = heard.account
        assert heard.seq.fact in Fact
        assert sum(last - first + 1 for first, last in heard.seq.lost) <= 20_000
    tally = account.seq
    counted = tally.received + tally.repeated + tally.old + tally.unnumbered
    assert counted == len(garbage)
    assert len(account.boots) <= 16
    assert len(account.lives) <= 4
