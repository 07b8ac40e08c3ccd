"""Who sends notices, and how many at once: an SOS finds free hands however many others wait or hang."""

from __future__ import annotations

import threading
from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import datetime
from typing import Final, Protocol

import structlog

from backend.domain.delivery.model import LEAST, Reason
from backend.services.notices.delivery_ports import NoticeQueue
from backend.services.notices.send import SendNotice

log = structlog.get_logger()

LOOK: Final = 32
"""So many due notices are looked at in one transaction where the first one has to wait: there may be many like it."""
STUCK_SECONDS: Final = 25.0
"""A hand that has been at one notice for longer is not counted any more (every channel ends far sooner)."""
MOST_TIMES: Final = 3
"""At most so many times a lane's hands, the stuck ones included."""


@dataclass(frozen=True, slots=True)
class Lane:
    """Hands for notices of priority 0 to `ceiling`, the most urgent first."""

    name: str
    ceiling: int
    hands: int


LANES: Final = (Lane("sos", 0, 8), Lane("alarm", 2, 8), Lane("rest", LEAST, 4))
"""Nothing but an SOS ever holds the first eight; an SOS takes the others as well where those are busy."""


class Clock(Protocol):
    """The time of day, and seconds of a clock that only runs forward."""

    def now(self) -> datetime: ...
    def monotonic(self) -> float: ...


@dataclass(slots=True)
class _Hands:
    """The threads of one lane that are at work, with the second since when each is at its notice."""

    lane: Lane
    busy: dict[str, float] = field(default_factory=dict)

    def free(self, now: float) -> int:
        working = sum(now - since <= STUCK_SECONDS for since in self.busy.values())
        return min(self.lane.hands - working, self.lane.hands * MOST_TIMES - len(self.busy))


class OutboxWorker:
    """A tick that puts free hands to work; each goes on until nothing is due for it.

    Threads begin when there is something to do and are daemons: a provider that hangs must not keep the program from
    ending. What such a thread held is sent again when its lease ends.
    """

    def __init__(
        self,
        queue: NoticeQueue,
        send: SendNotice,
        settle: Callable[[str, bool], Reason],
        clock: Clock,
        lanes: tuple[Lane, ...] = LANES,
    ) -> None:
        self._queue = queue
        self._send = send
        self._settle = settle
        self._clock = clock
        self._lanes = [_Hands(lane) for lane in lanes]
        self._lock = threading.Lock()
        self._stopping = threading.Event()
        self._numbers = 0
        self._is_worker = False

    def __call__(self) -> None:
        """Looks once and returns; what is due is under way. Any number of processes may run it."""
        self._is_worker = True
        if self._stopping.is_set():
            return
        for hands in self._lanes:
            with self._lock:
                free = hands.free(self._clock.monotonic())
            due = self._queue.due(hands.lane.ceiling, self._clock.now(), free) if free > 0 else 0
            for _ in range(due):
                self._start(hands)

    def wake(self) -> None:
        """As a bell, where this process has heard one: cheap enough for after each transaction with notices in it."""
        if self._is_worker:
            self()

    def stop(self) -> None:
        """Take no more notices. What is being sent ends by itself, or is sent again by another."""
        self._stopping.set()

    @property
    def busy(self) -> dict[str, int]:
        """How many hands of each lane are at work."""
        with self._lock:
            return {hands.lane.name: len(hands.busy) for hands in self._lanes}

    def _start(self, hands: _Hands) -> None:
        with self._lock:
            if hands.free(self._clock.monotonic()) <= 0:
                return
            self._numbers += 1
            name = f"outbox-{hands.lane.name}-{self._numbers}"
            hands.busy[name] = self._clock.monotonic()
        threading.Thread(target=self._work, args=(hands, name), name=name, daemon=True).start()

    def _work(self, hands: _Hands, name: str) -> None:
        try:
            while not self._stopping.is_set() and self._one(hands.lane):
                with self._lock:
                    hands.busy[name] = self._clock.monotonic()
        except Exception as error:  # the database is away: the next bell tries again
            log.error("outbox_failed", lane=hands.lane.name, error=type(error).__name__)
        finally:
            with self._lock:
                hands.busy.pop(name)

    def _one(self, lane: Lane) -> bool:
        """One notice, so that none waits under a lease for hands that are busy. False: nothing is due."""
        claim = self._queue.claim(lane.ceiling, 1, self._clock.now())
        if claim.looked and claim.ticket is None and not claim.settle:
            claim = self._queue.claim(lane.ceiling, LOOK, self._clock.now())
        for notice_id in claim.settle:
            self._settle(notice_id, notice_id in claim.unreadable)
        if claim.ticket is not None:
            self._send(claim.ticket)
        return claim.looked > 0
