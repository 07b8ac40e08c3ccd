"""What a lane reports of itself and how often, and when it must end so that it is started afresh."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Final

import structlog

from contract.ingest import HealthReport
from gateway.adapters.metrics import Metrics
from gateway.adapters.mqtt.link import MqttLink
from gateway.adapters.spool import SqliteSpool
from gateway.adapters.threads import Loop
from gateway.core.forwarding import Line
from gateway.core.health import Health, Trouble, assess
from gateway.core.ports import Answer, Clock, HealthUplink, SpoolFigures, SpoolUnavailable

LOOK_SECONDS: Final = 0.5
REMEMBER_SECONDS: Final = 60.0
"""How long something that happened once (a drop, a lost session) keeps the lane `degraded`."""
STUCK_SECONDS: Final = 45.0
"""No step of any loop may take so long: the longest deadline of a call is 10 s, and a split batch ends after three."""
FAILING_STEPS: Final = 3
"""So many exceptions in a row are no accident: what the loop is for does not happen."""
log = structlog.get_logger()


@dataclass(frozen=True, slots=True)
class Rhythm:
    """Seconds: between canaries, without an echo until the end, between reports. And the broker backlog that alarms."""

    canary_seconds: float
    canary_limit_seconds: float
    report_seconds: float
    broker_stored_alarm: int


class HealthDesk:
    """Looks twice a second, reports at intervals and on each change. `fail` is told when the lane must end."""

    def __init__(
        self,
        component: str,
        link: MqttLink,
        spool: SqliteSpool,
        lines: Sequence[Line],
        uplink: HealthUplink,
        metrics: Metrics,
        clock: Clock,
        rhythm: Rhythm,
        fail: Callable[[str], None],
    ) -> None:
        self.watched: list[Loop] = []
        self.lasting: set[Trouble] = set()
        """What stays wrong until the program is started again."""
        self._component = component
        self._link = link
        self._spool = spool
        self._lines = lines
        self._uplink = uplink
        self._metrics = metrics
        self._clock = clock
        self._rhythm = rhythm
        self._fail = fail
        self._reported: Health | None = None
        self._reported_at = self._canary_at = float("-inf")
        self._unwritable = False

    def look(self) -> float:
        """One look; the seconds until the next."""
        now = self._clock.monotonic()
        if now - self._canary_at >= self._rhythm.canary_seconds:
            self._canary_at = now
            self._link.send_canary(f"{now:.3f}")
        self._judge_life(now)
        figures = self._figures()
        health = assess(self._troubles(now, figures))
        if health != self._reported or now - self._reported_at >= self._rhythm.report_seconds:
            self._report(now, health, figures)
        return LOOK_SECONDS

    def note_spool_declined(self) -> None:
        """An append was refused; the next look at the spool decides whether it still is."""
        self._unwritable = True

    def note_spool_took(self) -> None:
        self._unwritable = False

    def _judge_life(self, now: float) -> None:
        """Rule 13. Without a connection there is no echo to wait for: then the link's own beat is what counts."""
        state = self._link.state
        limit = self._rhythm.canary_limit_seconds
        if state.ready and now - max(state.echo_at, state.ready_at) > limit:
            self._fail("no_echo")
        elif now - state.beat_at > limit:
            self._fail("connection_stuck")
        for loop in self.watched:
            if loop.silent_for() > STUCK_SECONDS:
                self._fail(f"{loop.name}_stuck")

    def _figures(self) -> SpoolFigures | None:
        try:
            return self._spool.figures()
        except SpoolUnavailable:
            return None

    def _troubles(self, now: float, figures: SpoolFigures | None) -> set[Trouble]:
        state = self._link.state
        return {trouble for trouble, holds in {
            Trouble.BROKER_AWAY: not state.ready,
            Trouble.NO_ECHO: state.ready and self._echo_age(now) > 2 * self._rhythm.canary_seconds,
            Trouble.SPOOL_UNAVAILABLE: figures is None or self._unwritable,
            Trouble.LOOP_FAILING: any(loop.failures >= FAILING_STEPS for loop in self.watched),
            Trouble.BACKEND_AWAY: not all(line.up for line in self._lines),
            Trouble.SPOOLING: figures is not None and figures.rows > figures.held,
            Trouble.HELD_ITEMS: figures is not None and figures.held > 0,
            Trouble.SESSION_LOST: self._recent(now, state.session_lost_at),
            Trouble.BROKER_DROPPED: self._recent(now, state.dropped_at),
            Trouble.BROKER_FILLING: state.broker_stored >= self._rhythm.broker_stored_alarm,
            Trouble.SPOOL_SET_ASIDE: self._spool.set_aside > 0,
            Trouble.MESSAGES_DECLINED: self._recent(now, state.declined_at),
        }.items() if holds} | self.lasting  # fmt: skip

    def _echo_age(self, now: float) -> float:
        return now - max(self._link.state.echo_at, self._link.state.ready_at)

    def _recent(self, now: float, at: float | None) -> bool:
        return at is not None and now - at < REMEMBER_SECONDS

    def _report(self, now: float, health: Health, figures: SpoolFigures | None) -> None:
        if self._reported is None or health != self._reported:
            log.info("health", state=health.state, detail=health.detail)
        shown = figures or SpoolFigures()
        state = self._link.state
        levels = {
            "broker_connected": float(state.ready),
            "spool_rows": float(shown.rows),
            "spool_bytes": float(shown.bytes),
            "held_items": float(shown.held),
            "backend_up": float(all(line.up for line in self._lines)),
            "broker_dropped": float(state.broker_dropped or 0),
            "broker_stored": float(state.broker_stored),
            "connects": float(state.connects),
        }
        if state.echo_at:  # before the first echo there is no age; /readyz asks for this figure by name
            levels["echo_age_seconds"] = round(now - state.echo_at, 3)
        for name, value in levels.items():
            self._metrics.level(name, value)
        self._reported, self._reported_at = health, now
        report = HealthReport(component=self._component, state=health.state, detail=health.detail, figures=levels)
        if self._uplink.health(report).answer is not Answer.STORED:
            # Soon again: a backend that is just back must not think for long that we are silent.
            self._reported_at = now - self._rhythm.report_seconds + min(1.0, self._rhythm.report_seconds)
