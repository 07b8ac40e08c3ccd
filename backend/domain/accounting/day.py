"""What one day says of a device: sent by its own numbers, received, answered, lost."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable
from dataclasses import dataclass, fields
from enum import StrEnum

from backend.domain.accounting.account import Account, Hearing, Numbers, hear
from backend.domain.accounting.spans import holds, size
from backend.domain.accounting.track import Fact, Track


class Answered(StrEnum):
    """How far the answer to an event got."""

    NOT_OWED = "not_owed"
    NO = "no"
    LEFT = "left"
    """A broker has taken it; the terminal has not said that it heard it."""
    CONFIRMED = "confirmed"


@dataclass(frozen=True, slots=True)
class DayEvent:
    """One event that came on the day."""

    numbers: Numbers
    answered: Answered


@dataclass(frozen=True, slots=True)
class Figures:
    """Of one counter on one day: `sent + found = received + lost`.

    `sent`: how far the device's own numbers went on; `received`: numbers that came. `lost`: missing at the end of the
    day and not at its beginning; `found`: the other way about. `repeated`, `unnumbered`, `odd`: events without a number
    of their own, without one at all, and with one that is too old or broken. `owed`: events that an answer is due to;
    `answered`: it left and the terminal confirmed it; `unconfirmed`: it left.
    """

    sent: int = 0
    received: int = 0
    lost: int = 0
    found: int = 0
    repeated: int = 0
    unnumbered: int = 0
    odd: int = 0
    owed: int = 0
    answered: int = 0
    unconfirmed: int = 0


@dataclass(frozen=True, slots=True)
class Day:
    """`sos`: the presses of the SOS key; `events`: all events, these included. `account`: as the day left it."""

    events: Figures
    sos: Figures
    account: Account


def day_of(before: Account, events: Iterable[DayEvent]) -> Day:
    """The day of a device whose account was `before` when it began. `events` in the order in which they were stored."""
    account = before
    by_seq: Counter[str] = Counter()
    by_sos: Counter[str] = Counter()
    seq_before = {boot.boot: boot.track for boot in before.boots}
    sos_before = {life.number: life.track for life in before.lives}
    for event in events:
        heard = hear(account, event.numbers)
        account = heard.account
        by_seq += _counted(heard.seq, seq_before) + _answers(event.answered)
        if heard.sos is not None:
            by_sos += _counted(heard.sos, sos_before) + _answers(event.answered)
    return Day(_figures(by_seq), _figures(by_sos), account)


def total(days: Iterable[Figures]) -> Figures:
    """All of them together."""
    sums: Counter[str] = Counter()
    for one in days:
        sums.update({field.name: getattr(one, field.name) for field in fields(one)})
    return _figures(sums)


def _figures(counts: Counter[str]) -> Figures:
    found_today = counts.pop("found_today", 0)
    counts["lost"] -= found_today
    return Figures(**counts)


def _counted(hearing: Hearing, before: dict[int, Track]) -> Counter[str]:
    lost = size(hearing.lost)
    match hearing.fact:
        case Fact.FOUND:
            track = before.get(hearing.key)
            missed = track is not None and holds(track.missing, hearing.number)
            return Counter({"received": 1, "found" if missed else "found_today": 1})
        case Fact.REPEATED:
            return Counter(repeated=1)
        case Fact.UNNUMBERED:
            return Counter(unnumbered=1)
        case Fact.OLD:
            return Counter(odd=1)
    broken = int(hearing.fact in (Fact.JUMPED, Fact.RESTARTED))
    return Counter(sent=1 + lost, received=1, lost=lost, odd=broken)


def _answers(answered: Answered) -> Counter[str]:
    if answered is Answered.NOT_OWED:
        return Counter()
    return Counter(owed=1, answered=int(answered is Answered.CONFIRMED), unconfirmed=int(answered is Answered.LEFT))
