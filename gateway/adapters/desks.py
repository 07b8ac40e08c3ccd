"""What the loops of a lane do in one step: take in, drain, claim commands, report their outcomes."""

from __future__ import annotations

import random
import threading
from collections import deque
from collections.abc import Callable
from typing import Final

import structlog

from contract.ingest import CommandOutcome
from gateway.adapters.inbox import Inbox
from gateway.core.commands import CommandDesk
from gateway.core.forwarding import Drainer, Progress
from gateway.core.intake import Intake
from gateway.core.ports import Answer, Clock, CommandUplink, Delivery, SpoolUnavailable

PATIENCE_SECONDS: Final = 1.0
UNSAFE_PAUSE_SECONDS: Final = 0.5
"""Between two tries where neither the backend nor the disk takes a message."""
MOST_UNSAFE: Final = 5000
"""Beyond that the inbox fills up, and then the broker keeps what comes."""
STUCK_PAUSES: Final = (0.1, 0.2, 0.5, 1.0)
EMPTY_PAUSE_SECONDS: Final = 1.0
REPORT_SECONDS: Final = 3.0
MOST_OUTCOMES: Final = 100
MOST_WAITING_OUTCOMES: Final = 10_000
CLAIM_LIMIT: Final = 50
log = structlog.get_logger()


class IntakeDesk:
    """Gathers deliveries, and keeps those that are safe nowhere until they are."""

    def __init__(self, inbox: Inbox, intake: Intake, safe: Callable[[], None], unsafe: Callable[[], None]) -> None:
        self._inbox = inbox
        self._intake = intake
        self._unsafe: list[Delivery] = []
        self._say_safe = safe
        self._say_unsafe = unsafe

    def step(self) -> float:
        """Unsafe ones are tried for as long as it takes, without a PUBACK; fresh ones do not wait for them."""
        had = bool(self._unsafe)
        if len(self._unsafe) < MOST_UNSAFE:
            self._unsafe = self._unsafe + self._inbox.gather(0.0 if had else PATIENCE_SECONDS)
        if not self._unsafe:
            return 0.0
        self._unsafe = self._intake.take(self._unsafe)  # should it raise, all of them are still here
        if self._unsafe:
            self._say_unsafe()
            return UNSAFE_PAUSE_SECONDS
        if had:
            self._say_safe()
        return 0.0


class DrainDesk:
    """Drains while it moves, pauses longer and longer while it does not."""

    def __init__(self, drainer: Drainer) -> None:
        self._drainer = drainer
        self._stuck = 0

    def step(self) -> float:
        try:
            progress = self._drainer.round()
        except SpoolUnavailable:
            progress = Progress.STUCK
        if progress is not Progress.STUCK:
            self._stuck = 0
            return 0.0 if progress is Progress.MOVED else EMPTY_PAUSE_SECONDS
        pause = STUCK_PAUSES[min(self._stuck, len(STUCK_PAUSES) - 1)]
        self._stuck += 1
        return pause * random.uniform(0.5, 1.0)


class ClaimDesk:
    """Fetches commands for this lane by long poll, while there is a broker to publish them."""

    def __init__(
        self,
        lane: str,
        uplink: CommandUplink,
        commands: CommandDesk,
        clock: Clock,
        ready: Callable[[], bool],
        wait_seconds: float,
    ) -> None:
        self._lane = lane
        self._uplink = uplink
        self._commands = commands
        self._clock = clock
        self._ready = ready
        self._wait = wait_seconds
        self._failing = False

    def step(self) -> float:
        if not self._ready():
            return 0.2  # a command leased now could only fail
        began = self._clock.monotonic()
        reply = self._uplink.claim(self._lane, CLAIM_LIMIT, self._wait)
        failed = reply.answer is not Answer.STORED
        if failed != self._failing:
            log.warning("claim_failing" if failed else "claim_works_again", why=reply.detail)
        self._failing = failed
        if failed:
            return random.uniform(0.2, 1.0)
        self._commands.hand_out(reply.commands)
        # A backend that does not wait must not be asked in a tight circle.
        quick = not reply.commands and self._clock.monotonic() - began < 0.1
        return 0.25 if quick else 0.0


class OutcomeDesk:
    """Tells the backend what became of commands. Where it is not told in time, the lease ends and it sends again."""

    def __init__(self, uplink: CommandUplink) -> None:
        self._uplink = uplink
        self._waiting: deque[CommandOutcome] = deque(maxlen=MOST_WAITING_OUTCOMES)
        self._lock = threading.Lock()
        self.ring: Callable[[], None] = lambda: None

    def say(self, outcome: CommandOutcome) -> None:
        """From any thread, at once."""
        with self._lock:
            self._waiting.append(outcome)
        self.ring()

    def step(self) -> float:
        return self._tell(REPORT_SECONDS)

    def finish(self, clock: Clock, seconds: float) -> None:
        """The last outcomes, once nothing is published any more. What is not told in time is left to its lease."""
        until = clock.monotonic() + seconds
        while self._waiting and (left := until - clock.monotonic()) > 0:
            if self._tell(left / 2):  # half of it to connect, half for the answer
                return

    def _tell(self, seconds: float) -> float:
        with self._lock:
            batch = [self._waiting.popleft() for _ in range(min(len(self._waiting), MOST_OUTCOMES))]
        if not batch:
            return EMPTY_PAUSE_SECONDS
        answer = self._uplink.report(batch, seconds).answer
        if answer in (Answer.AWAY, Answer.SILENT, Answer.FAILED):
            with self._lock:
                self._waiting.extendleft(reversed(batch[: MOST_WAITING_OUTCOMES - len(self._waiting)]))
            return 0.5
        return 0.0
