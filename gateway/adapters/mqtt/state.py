"""What is known of the connection and the broker behind it. Health reads it; only the connection's thread writes it."""

from __future__ import annotations

from dataclasses import dataclass

import structlog

from gateway.core.lanes import DROPPED_TOPIC, STORED_TOPIC
from gateway.core.ports import Clock, Counters

log = structlog.get_logger()


@dataclass
class LinkState:
    """Moments are monotonic seconds; None: it has not happened. `refusal`: why there is no connection."""

    clock: Clock
    counters: Counters
    ready: bool = False
    ready_at: float = 0.0
    echo_at: float = 0.0
    beat_at: float = 0.0
    session_lost_at: float | None = None
    declined_at: float | None = None
    dropped_at: float | None = None
    broker_dropped: int | None = None
    broker_stored: int = 0
    connects: int = 0
    refusal: str = ""

    def note_ready(self) -> None:
        """Subscribed: messages flow."""
        self.ready, self.ready_at, self.refusal = True, self.clock.monotonic(), ""
        self.connects += 1
        log.info("broker_ready", connects=self.connects)

    def note_refusal(self, why: str) -> None:
        """Said once until it changes."""
        if why != self.refusal:
            log.error("broker_not_reached", why=why)
        self.refusal = why

    def note_session_lost(self) -> None:
        """The broker no longer has our session, and with it whatever waited in it."""
        self.session_lost_at = self.clock.monotonic()
        self.counters.count("session_lost")
        log.error("session_lost")

    def note_declined(self, qos: int) -> None:
        """An inbox was full. What was QoS 1 comes again on the next connection."""
        self.counters.count("declined", f"qos{qos}")
        if qos and self.declined_at is None:
            self.declined_at = self.clock.monotonic()

    def note_figure(self, topic: str, payload: bytes) -> bool:
        """Whether `topic` is one of the broker's own figures."""
        if topic not in (DROPPED_TOPIC, STORED_TOPIC):
            return False
        if payload.isdigit():
            self._note_count(topic, int(payload))
        return True

    def _note_count(self, topic: str, figure: int) -> None:
        if topic == STORED_TOPIC:
            self.broker_stored = figure
            return
        before, self.broker_dropped = self.broker_dropped, figure
        if before is not None and figure > before:
            self.dropped_at = self.clock.monotonic()
            self.counters.count("broker_dropped", amount=figure - before)
            log.error("broker_dropped", messages=figure - before)
