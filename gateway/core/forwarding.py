"""What follows from the backend's answer: settle, split, put off or hold. No event is dropped, none blocks the rest."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Sequence
from datetime import UTC, datetime, timedelta
from enum import StrEnum
from typing import Final, TypeVar

from contract.ingest import OutboundCommand
from contract.vocabulary import IngestOutcome
from gateway.core.ports import (
    Answer,
    Clock,
    Counters,
    Inspection,
    Item,
    Kind,
    Refused,
    Reply,
    Spool,
    Spooled,
    SpoolUnavailable,
    Uplink,
)

MAX_POST_BYTES: Final = 1_000_000
"""Payload bytes in one request: a batch of the largest messages must stay quick to send and to parse."""
FAILURES_IN_A_ROW: Final = 3
"""So many single items failing one after the other, or so many left without an answer, are the backend's fault."""
SPLIT_SECONDS: Final = 20.0
"""For one round of single items: a slow backend must not make the loop look stuck, which ends the lane (45 s)."""
REFUSED_BY_BACKEND: Final = "backend_refused"
END_OF_TIME: Final = datetime.max.replace(tzinfo=UTC)
FIRST_DELAY, LONGEST_DELAY = timedelta(seconds=1), timedelta(seconds=60)
FIRST_HOLD, LONGEST_HOLD = timedelta(seconds=60), timedelta(hours=1)
Sized = TypeVar("Sized")
_OUTCOMES: Final = frozenset(IngestOutcome)


class Verdict(StrEnum):
    """What to do with a batch after an answer."""

    SETTLE = "settle"  # the backend has it
    WAIT = "wait"  # the backend is away or hangs: nothing about the items is known
    AGAIN = "again"  # the whole batch once more, after a pause
    SPLIT = "split"  # one by one
    PUT_OFF = "put_off"  # this item again later, the others now
    AS_BYTES = "as_bytes"  # this event as raw bytes: then it is an unreadable event, which alarms
    HOLD = "hold"  # this event again much later, kept for inspection
    GIVE_UP = "give_up"  # kept for inspection only: never an event


def judge(answer: Answer, size: int, failed_before: bool, item: Item) -> Verdict:
    """The verdict on a batch of `size` items; `item` is its first, `failed_before`: the batch has been tried whole."""
    if answer is Answer.STORED:
        return Verdict.SETTLE
    if answer is Answer.AWAY:
        return Verdict.WAIT
    if size > 1:
        return Verdict.SPLIT if answer is Answer.REFUSED or failed_before else Verdict.AGAIN
    if answer is Answer.SILENT:
        return Verdict.WAIT
    if answer is Answer.FAILED:
        return Verdict.PUT_OFF
    if item.kind is not Kind.EVENT:
        return Verdict.GIVE_UP
    return Verdict.HOLD if item.reason else Verdict.AS_BYTES


def delay(attempts: int, first: timedelta, longest: timedelta) -> timedelta:
    """Doubling from `first`, at most `longest`; `attempts` counts from 0."""
    doubled: timedelta = first * float(2 ** min(attempts, 20))
    return min(doubled, longest)


def follows(item: Item) -> bool:
    """Whether it must not overtake what waits of its device: online and offline, an alarm and what clears it.

    A press never waits behind anything.
    """
    return item.kind is Kind.STATUS or item.clears


def portion(entries: Sequence[Sized], size: Callable[[Sized], int], most: int) -> list[Sized]:
    """The longest beginning with at most `most` entries and `MAX_POST_BYTES`, but at least one."""
    taken: list[Sized] = []
    total = 0
    for entry in entries[:most]:
        total += size(entry)
        if taken and total > MAX_POST_BYTES:
            break
        taken.append(entry)
    return taken


def count_outcomes(counters: Counters, kind: Kind, reply: Reply) -> None:
    """What the backend made of the items; only words of the contract become a label."""
    for said, number in Counter(outcome.outcome for outcome in reply.outcomes).items():
        word = said if said in _OUTCOMES else "unknown"
        counters.count("outcome", f"{kind}:{word}", number)


class Line:
    """Whether the backend answers, as last seen by whoever called it."""

    def __init__(self) -> None:
        self.up = True

    def note(self, answer: Answer) -> None:
        """Anything but silence is an answer."""
        self.up = answer not in (Answer.AWAY, Answer.SILENT)


class Progress(StrEnum):
    """What a round of the drainer came to: look again at once, when something is added, or after a pause."""

    MOVED = "moved"
    EMPTY = "empty"
    STUCK = "stuck"


class Drainer:
    """Hands over what waits on disk, emergencies first. One thread calls `round`."""

    def __init__(
        self,
        kind: Kind,
        uplink: Uplink,
        spool: Spool,
        inspection: Inspection,
        line: Line,
        clock: Clock,
        counters: Counters,
        hand_out: Callable[[Sequence[OutboundCommand]], None],
        most: int,
    ) -> None:
        self._kind = kind
        self._uplink = uplink
        self._spool = spool
        self._inspection = inspection
        self._line = line
        self._clock = clock
        self._counters = counters
        self._hand_out = hand_out
        self._most = most
        self._failed_before = False
        self._fruitless = 0
        """Splits one after the other of which nothing came: the next begins further on."""

    def round(self) -> Progress:
        """One batch. May raise `SpoolUnavailable`: the items are still there."""
        batch = portion(self._due(), lambda entry: len(entry.item.payload), self._most)
        if not batch:
            self._spool.settle(())  # rows that a full disk kept
            return Progress.EMPTY
        reply = self._post(batch)
        verdict = judge(reply.answer, len(batch), self._failed_before, batch[0].item)
        self._failed_before = verdict is Verdict.AGAIN
        if verdict is Verdict.SPLIT:
            return self._one_by_one(batch)
        if verdict in (Verdict.WAIT, Verdict.AGAIN):
            return Progress.STUCK
        self._apply(verdict, batch, reply)
        return Progress.STUCK if verdict is Verdict.PUT_OFF else Progress.MOVED

    def _due(self) -> list[Spooled]:
        """What may go now. While the line is down something is always due: nobody else asks whether it is up again."""
        due = self._spool.waiting(self._kind, self._clock.now(), self._most)
        return due if due or self._line.up else self._spool.waiting(self._kind, END_OF_TIME, 1)

    def _one_by_one(self, batch: Sequence[Spooled]) -> Progress:
        first = self._fruitless * FAILURES_IN_A_ROW % len(batch)
        silent: list[Spooled] = []
        failures, stored, moved = 0, False, False
        until = self._clock.monotonic() + SPLIT_SECONDS
        for entry in [*batch[first:], *batch[:first]]:
            reply = self._post([entry])
            verdict = judge(reply.answer, 1, True, entry.item)
            if reply.answer is Answer.AWAY:
                break
            if verdict is Verdict.WAIT:
                silent.append(entry)
            else:
                verdict = self._carry_out(verdict, entry, reply)
            failures = failures + 1 if verdict is Verdict.PUT_OFF else 0
            stored = stored or reply.answer is Answer.STORED
            moved = moved or verdict not in (Verdict.PUT_OFF, Verdict.WAIT)
            if FAILURES_IN_A_ROW in (failures, len(silent)) or self._clock.monotonic() > until:
                break
        self._fruitless = 0 if moved else self._fruitless + 1
        if stored and silent:
            self._blame(silent)
        return Progress.MOVED if moved else Progress.STUCK

    def _carry_out(self, verdict: Verdict, entry: Spooled, reply: Reply) -> Verdict:
        """What came of the verdict: a full disk cannot even note that an item is put off, and it comes again."""
        try:
            self._apply(verdict, [entry], reply)
        except SpoolUnavailable:
            return Verdict.PUT_OFF
        return verdict

    def _blame(self, silent: Sequence[Spooled]) -> None:
        """A neighbour was stored, so the silence is theirs: they come again later, and the line is up."""
        self._line.note(Answer.STORED)
        for entry in silent:
            self._carry_out(Verdict.PUT_OFF, entry, Reply(Answer.SILENT))

    def _post(self, batch: Sequence[Spooled]) -> Reply:
        reply = self._uplink.post(self._kind, [entry.item for entry in batch])
        self._line.note(reply.answer)
        count_outcomes(self._counters, self._kind, reply)
        return reply

    def _apply(self, verdict: Verdict, batch: Sequence[Spooled], reply: Reply) -> None:
        entry, now = batch[0], self._clock.now()
        self._counters.count("handed_over", f"{self._kind}:{verdict}", len(batch))
        if verdict is Verdict.SETTLE:
            # Answers first: if we die between the two, the backend sees a copy and answers it again.
            self._hand_out(reply.commands)
            self._spool.settle([one.id for one in batch])
        elif verdict is Verdict.PUT_OFF:
            self._spool.defer(entry, now + delay(entry.attempts, FIRST_DELAY, LONGEST_DELAY))
        elif verdict is Verdict.AS_BYTES:
            self._spool.defer(entry, now, REFUSED_BY_BACKEND)
        elif verdict is Verdict.HOLD:
            self._spool.defer(entry, now + delay(entry.attempts, FIRST_HOLD, LONGEST_HOLD))
            self._keep(entry.item, reply)
        else:
            self._keep(entry.item, reply)
            self._spool.settle([entry.id])

    def _keep(self, item: Item, reply: Reply) -> None:
        topic = f"{item.device_id}/{item.kind}"
        self._inspection.keep([Refused(topic, item.payload, f"{REFUSED_BY_BACKEND}:{reply.detail}", item.received_at)])
