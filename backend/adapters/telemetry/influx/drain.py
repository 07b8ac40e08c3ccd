"""How what waits on disk gets to InfluxDB: in order, again until it is there, nothing good held up by a bad point."""

from __future__ import annotations

import random
import threading
import traceback
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import TYPE_CHECKING, Final

import structlog

from backend.adapters.telemetry.influx.backlog import Backlog, Refused, Waiting
from backend.adapters.telemetry.influx.horizons import Horizons
from backend.adapters.telemetry.influx.latest import Latest
from backend.adapters.telemetry.influx.line import NoLine, encode
from backend.adapters.telemetry.influx.rollups import Rollups
from backend.adapters.telemetry.influx.setup import Setup
from backend.adapters.telemetry.influx.trouble import ServerTrouble, Trouble
from backend.adapters.telemetry.influx.turn import Turn
from backend.adapters.telemetry.units import micros
from backend.services.telemetry.ports import TelemetryAway

if TYPE_CHECKING:
    from backend.adapters.telemetry.influx.server import InfluxServer

log = structlog.get_logger("backend.telemetry.influx")

BATCH: Final = 5000
"""Points a call: what InfluxDB's documentation advises."""
LATE: Final = timedelta(minutes=3)
"""A point that arrives later than this may miss the server's task, which looks back five minutes."""
IDLE_SECONDS: Final = 0.25
FIRST_PAUSE_SECONDS: Final = 0.25
LONGEST_PAUSE_SECONDS: Final = 30.0
LONGEST_ASKED_SECONDS: Final = 600.0
"""`Retry-After` is believed up to this."""
ERASED_EVERY: Final = 20
"""Batches between two looks at what was erased, while points wait without end."""
SETUP_SECONDS: Final = 600.0
"""How often buckets and tasks are looked at."""


@dataclass(slots=True)
class Undone:
    """Points that the server will never store: refused for what they are, or too old for its retention."""

    refused: list[Refused] = field(default_factory=list)
    expired: list[Waiting] = field(default_factory=list)


class Drain:
    """One thread a process; the one whose turn it is sends."""

    def __init__(
        self,
        backlog: Backlog,
        server: InfluxServer,
        setup: Setup,
        rollups: Rollups,
        latest: Latest,
        turn: Turn,
        now: Callable[[], datetime],
        monotonic: Callable[[], float],
    ) -> None:
        self._backlog = backlog
        self._server = server
        self._setup = setup
        self._rollups = rollups
        self._latest = latest
        self._turn = turn
        self._now = now
        self._monotonic = monotonic
        self._stopping = threading.Event()
        self._wake = threading.Event()
        self._progress = threading.Condition()
        self._thread: threading.Thread | None = None
        self._set_up_at: float | None = None
        self._trouble: str | None = None
        self._failures = 0
        self._batches = 0

    @property
    def trouble(self) -> str | None:
        """Why nothing flows, or None."""
        return self._trouble

    def start(self) -> None:
        """Begin to send."""
        self._thread = threading.Thread(target=self._run, name="influx-drain", daemon=True)
        self._thread.start()

    def stop(self, seconds: float) -> None:
        """Send no more; what waits stays on disk."""
        self._stopping.set()
        self._wake.set()
        if self._thread is not None:
            self._thread.join(seconds)

    def wait_until_sent(self, seconds: float) -> bool:
        """Whether all that waits now is sent, within so many seconds; at once False while nothing flows."""
        last_id = self._backlog.last_id()
        deadline = self._monotonic() + seconds
        while not self._backlog.is_sent(last_id):
            left = deadline - self._monotonic()
            if left <= 0 or self._trouble is not None or self._stopping.is_set():
                return False
            self.nudge()
            with self._progress:
                # Another process may be sending: then nobody notifies here.
                self._progress.wait(min(left, 0.02))
        return True

    def nudge(self) -> None:
        """Something waits."""
        self._wake.set()

    def _run(self) -> None:
        while not self._stopping.is_set():
            self._wake.clear()
            pause = self._step()
            if self._trouble is None:
                self._wake.wait(pause)
            else:
                self._stopping.wait(pause)

    def _step(self) -> float:
        """One batch or one look; says how long to wait until the next, in seconds."""
        try:
            with self._turn.taken(0) as mine:
                if not mine:
                    return IDLE_SECONDS
                more = self._work()
        except ServerTrouble as trouble:
            return self._failed(trouble.reason, str(trouble), trouble.retry_after)
        except (TelemetryAway, OSError) as error:
            return self._failed("disk", str(error), None)
        except Exception as error:
            # What nobody thought of must not end the thread: the points would wait for ever.
            # Not its words: they may quote a value.
            place = traceback.extract_tb(error.__traceback__)[-1]
            log.error("influx_drain_broke", error=type(error).__name__, file=place.name, line=place.lineno)
            return self._failed("unexpected", type(error).__name__, None)
        finally:
            with self._progress:
                self._progress.notify_all()
        self._flows()
        return 0.0 if more else IDLE_SECONDS

    def _work(self) -> bool:
        """Send the oldest batch, or look after the roll-ups; whether there may be more to do at once."""
        if self._set_up_at is None or self._monotonic() - self._set_up_at >= SETUP_SECONDS:
            self._setup()
            self._set_up_at = self._monotonic()
        points = self._backlog.oldest(BATCH)
        if points:
            self._send(points)
            self._batches += 1
            if self._batches % ERASED_EVERY == 0:
                self._rollups.look_after_erased(self._now())
            return True
        self._latest.fill(self._now())
        return self._rollups.look_after(self._now())

    def _send(self, points: Sequence[Waiting]) -> None:
        now = self._now()
        # What is too old is sent all the same: that this host's clock finds it so is no reason to throw it away.
        lines, refused = _lines(points)
        undone = Undone(refused)
        self._deliver(lines, undone)
        # A process that dies here sends the same points again, and they are the same points.
        self._backlog.settle(points, undone.refused, undone.expired, micros(now - LATE))
        if refused:
            log.warning("influx_points_refused", points=len(refused), reason=refused[0].reason.partition(" ")[0])
        if undone.expired:
            log.warning("influx_points_expired", points=len(undone.expired))
        if lines:
            self._rollups.in_contact(now)

    def _deliver(self, lines: Sequence[tuple[Waiting, str]], undone: Undone) -> None:
        """Adds to `undone` the points that will never be stored; all others are, when this returns."""
        if not lines:
            return
        try:
            self._server.write(self._setup.buckets.raw, [line for _, line in lines])
        except ServerTrouble as trouble:
            if trouble.reason not in (Trouble.BAD_POINTS, Trouble.TOO_LARGE):
                raise
            if trouble.expired == len(lines):
                self._doubt([point for point, _ in lines])
                undone.expired += [point for point, _ in lines]
                return
            if len(lines) == 1:
                undone.refused.append(Refused(lines[0][0], trouble.detail))
                return
        else:
            return
        if self._stopping.is_set():
            raise ServerTrouble(Trouble.AWAY, "stopping")
        # The answer does not say reliably which points are bad: halve until it is one.
        middle = len(lines) // 2
        self._deliver(lines[:middle], undone)
        self._deliver(lines[middle:], undone)

    def _doubt(self, expired: Sequence[Waiting]) -> None:
        """What a wrong clock of the server's finds too old must wait until that clock is right."""
        horizons = Horizons.kept(self._backlog)
        if any(horizons.doubts(point.values[2], self._setup.retention) for point in expired):
            raise ServerTrouble(Trouble.CLOCK, "finds points too old that are not")

    def _failed(self, reason: str, detail: str, retry_after: float | None) -> float:
        if reason == Trouble.MISSING:
            self._set_up_at = None
        if self._trouble != reason:
            log.warning("influx_lost", reason=reason, detail=detail[:300])
        self._trouble = reason
        self._failures += 1
        if retry_after is not None:
            return min(max(retry_after, FIRST_PAUSE_SECONDS), LONGEST_ASKED_SECONDS)
        pause: float = min(FIRST_PAUSE_SECONDS * 2 ** min(self._failures - 1, 10), LONGEST_PAUSE_SECONDS)
        return pause * random.uniform(0.75, 1.0)

    def _flows(self) -> None:
        if self._trouble is not None:
            log.info("influx_back", was=self._trouble)
        self._trouble = None
        self._failures = 0


def _lines(points: Sequence[Waiting]) -> tuple[list[tuple[Waiting, str]], list[Refused]]:
    lines: list[tuple[Waiting, str]] = []
    refused: list[Refused] = []
    for point in points:
        try:
            lines.append((point, encode(*point.values)))
        except NoLine as reason:
            refused.append(Refused(point, f"no_line {reason}"))
    return lines, refused
