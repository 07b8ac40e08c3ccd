"""What a device's own numbers say it has sent: `seq` of each boot, and `sos_seq` of its whole life."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, field, replace
from typing import Final

from backend.domain.accounting.spans import Span, size
from backend.domain.accounting.track import Fact, Taken, Track, begin, reach_down_to_one, take

KEPT_BOOTS: Final = 16
"""A terminal that starts once a day is followed for two weeks."""
KEPT_LIVES: Final = 4


@dataclass(frozen=True, slots=True)
class Boot:
    """`seq` of one boot."""

    boot: int
    track: Track


@dataclass(frozen=True, slots=True)
class Life:
    """`sos_seq` from one loss of the counter to the next; usually a device has one life with many boots."""

    number: int
    first_boot: int
    last_boot: int
    track: Track


@dataclass(frozen=True, slots=True)
class Tally:
    """Of one counter, since it was first heard of. `received` of `sent` numbers came; the others are missing.

    `found`: came after they were missed. `repeated`, `restarted`, `jumped`, `old`, `unnumbered`: events so.
    """

    sent: int = 0
    received: int = 0
    found: int = 0
    repeated: int = 0
    restarted: int = 0
    jumped: int = 0
    old: int = 0
    unnumbered: int = 0

    @property
    def missing(self) -> int:
        """How many have not come, those written off included."""
        return self.sent - self.received


@dataclass(frozen=True, slots=True)
class Account:
    """All that is kept of a device. `boots` and `lives`: the oldest first; boots up to `boot_floor` are forgotten."""

    boots: tuple[Boot, ...] = ()
    lives: tuple[Life, ...] = ()
    boot_floor: int = -1
    seq: Tally = field(default_factory=Tally)
    sos: Tally = field(default_factory=Tally)


@dataclass(frozen=True, slots=True)
class Numbers:
    """What an event says of itself. `sos_seq` counts where `is_sos`, and only there."""

    boot: int | None
    seq: int | None
    sos_seq: int | None
    is_sos: bool = False


@dataclass(frozen=True, slots=True)
class Hearing:
    """What one number of an event did. `key`: the boot or the life; `lost`: what is missing since."""

    fact: Fact
    key: int = -1
    number: int = -1
    lost: tuple[Span, ...] = ()


@dataclass(frozen=True, slots=True)
class Heard:
    """An account after one event. `sos` is None where the event is no SOS."""

    account: Account
    seq: Hearing
    sos: Hearing | None


def hear(account: Account, numbers: Numbers) -> Heard:
    """One event more, which was not there before."""
    account, seq = _hear_seq(account, numbers)
    account = replace(account, seq=_counted(account.seq, seq))
    if not numbers.is_sos:
        return Heard(account, seq, None)
    account, sos = _hear_sos(account, numbers)
    return Heard(replace(account, sos=_counted(account.sos, sos)), seq, sos)


def hearing_order(numbers: Numbers) -> tuple[int, int, int]:
    """Sort key: events that come together are heard in the order in which they were sent."""
    return (_or_last(numbers.boot), _or_last(numbers.seq), _or_last(numbers.sos_seq))


def _or_last(number: int | None) -> int:
    return 2**63 if number is None else number


def _counted(tally: Tally, hearing: Hearing) -> Tally:
    lost = size(hearing.lost)
    match hearing.fact:
        case Fact.FOUND:
            return replace(tally, received=tally.received + 1, found=tally.found + 1)
        case Fact.REPEATED:
            return replace(tally, repeated=tally.repeated + 1)
        case Fact.OLD:
            return replace(tally, old=tally.old + 1)
        case Fact.UNNUMBERED:
            return replace(tally, unnumbered=tally.unnumbered + 1)
    after = replace(tally, sent=tally.sent + lost + 1, received=tally.received + 1)
    if hearing.fact is Fact.RESTARTED:
        return replace(after, restarted=after.restarted + 1)
    return replace(after, jumped=after.jumped + 1) if hearing.fact is Fact.JUMPED else after


def _hear_seq(account: Account, numbers: Numbers) -> tuple[Account, Hearing]:
    boot, seq = numbers.boot, numbers.seq
    if boot is None or seq is None:
        return account, Hearing(Fact.UNNUMBERED)
    if boot <= account.boot_floor:
        return account, Hearing(Fact.OLD, boot, seq)
    for place, known in enumerate(account.boots):
        if known.boot == boot:
            taken = take(known.track, seq)
            boots = (*account.boots[:place], Boot(boot, taken.track), *account.boots[place + 1 :])
            return replace(account, boots=boots), _hearing(taken, boot, seq)
    return _new_boot(account, boot, seq)


def _new_boot(account: Account, boot: int, seq: int) -> tuple[Account, Hearing]:
    before = tuple(known for known in account.boots if known.boot < boot)
    after = account.boots[len(before) :]
    listening = bool(before) or account.boot_floor >= 0
    taken = begin(seq, Fact.NEXT if account.boots else Fact.FIRST, from_one=listening)
    lost = [taken.lost] if taken.lost else []
    if after and not listening:
        # What was taken for the first that we heard of is not: it began while we were listening.
        track, also = reach_down_to_one(after[0].track)
        after = (replace(after[0], track=track), *after[1:])
        lost += [also] if also else []
    boots = (*before, Boot(boot, taken.track), *after)
    floor = boots[-KEPT_BOOTS - 1].boot if len(boots) > KEPT_BOOTS else account.boot_floor
    account = replace(account, boots=boots[-KEPT_BOOTS:], boot_floor=floor)
    return account, Hearing(_with_gap(taken.fact, lost), boot, seq, tuple(lost))


def _with_gap(fact: Fact, lost: Iterable[Span]) -> Fact:
    return Fact.GAP if fact is Fact.NEXT and any(lost) else fact


def _hearing(taken: Taken, key: int, number: int) -> Hearing:
    return Hearing(taken.fact, key, number, (taken.lost,) if taken.lost else ())


def _hear_sos(account: Account, numbers: Numbers) -> tuple[Account, Hearing]:
    """The counter goes on through a boot. Where a new boot begins lower, it was lost: another life."""
    number = numbers.sos_seq
    if number is None:
        return account, Hearing(Fact.UNNUMBERED)
    if not account.lives:
        boot = numbers.boot if numbers.boot is not None else 0
        taken = begin(number, Fact.FIRST, from_one=False)
        return _put(account, Life(1, boot, boot, taken.track), taken, number)
    newest = account.lives[-1]
    boot = numbers.boot if numbers.boot is not None else newest.last_boot
    if boot > newest.last_boot and number <= newest.track.highest:
        taken = begin(number, Fact.RESTARTED, from_one=True)
        return _put(account, Life(newest.number + 1, boot, boot, taken.track), taken, number)
    life = newest if boot >= newest.first_boot else _life_of(account.lives, boot, number)
    taken = take(life.track, number)
    first, last = min(life.first_boot, boot), max(life.last_boot, boot)
    return _put(account, replace(life, first_boot=first, last_boot=last, track=taken.track), taken, number)


def _life_of(lives: tuple[Life, ...], boot: int, number: int) -> Life:
    """The life that an event from before the newest one belongs to."""
    place = max((place for place, life in enumerate(lives) if life.first_boot <= boot), default=0)
    life = lives[place]
    between = boot > life.last_boot and number <= life.track.highest
    return lives[place + 1] if between and place + 1 < len(lives) else life


def _put(account: Account, life: Life, taken: Taken, number: int) -> tuple[Account, Hearing]:
    others = tuple(known for known in account.lives if known.number != life.number)
    lives = tuple(sorted((*others, life), key=lambda known: known.number))[-KEPT_LIVES:]
    return replace(account, lives=lives), _hearing(taken, life.number, number)
