"""What follows from the backend's answer: settle, split, put off or hold. No event is dropped, none blocks the rest."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from datetime import timedelta
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
    Uplink,
)

MAX_POST_BYTES: Final = 1_000_000
"""Payload bytes in one request: a batch of the largest messages must stay quick to send and to parse."""
FAILURES_IN_A_ROW: Final = 3
"""So many single items failing one after the other are the backend's fault, not theirs."""
REFUSED_BY_BACKEND: Final = "backend_refused"
FIRST_DELAY, LONGEST_DELAY = timedelta(seconds=1), timedelta(seconds=60)
FIRST_HOLD, LONGEST_HOLD = timedelta(seconds=60), timedelta(hours=1)
Sized = TypeVar("Sized")


class Verdict(StrEnum):
    """What to do with a batch after an answer."""

    SETTLE = "settle"  # the backend has it
    WAIT = "wait"  # the backend is away: nothing about the items is known
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
    if answer is not Answer.REFUSED:
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
    for outcome in reply.outcomes:
        word = outcome.outcome if outcome.outcome in set(IngestOutcome) else "unknown"
        counters.count("outcome", f"{kind}:{word}")


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

    def round(self) -> Progress:
        """One batch. May raise `SpoolUnavailable`: the items are still there."""
        due = self._spool.waiting(self._kind, self._clock.now(), self._most)
        batch = portion(due, lambda entry: len(entry.item.payload), self._most)
        if not batch:
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

    def _one_by_one(self, batch: Sequence[Spooled]) -> Progress:
        failures, moved = 0, False
        for entry in batch:
            reply = self._post([entry])
            verdict = judge(reply.answer, 1, True, entry.item)
            if verdict is Verdict.WAIT:
                break
            self._apply(verdict, [entry], reply)
            failures = failures + 1 if verdict is Verdict.PUT_OFF else 0
            moved = moved or verdict is not Verdict.PUT_OFF
            if failures == FAILURES_IN_A_ROW:
                break
        return Progress.MOVED if moved else Progress.STUCK

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
