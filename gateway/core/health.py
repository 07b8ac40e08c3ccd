"""Whether a lane is up, degraded or down, and the reasons by name."""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum


class State(StrEnum):
    """As in `contract.ingest.HealthReport`."""

    UP = "up"
    DEGRADED = "degraded"
    DOWN = "down"


class Trouble(StrEnum):
    """Reasons, as they stand in `detail` of a report; the first four mean `down`."""

    BROKER_AWAY = "broker_away"
    NO_ECHO = "no_echo"
    SPOOL_UNAVAILABLE = "spool_unavailable"
    LOOP_FAILING = "loop_failing"
    BACKEND_AWAY = "backend_away"
    SPOOLING = "spooling"
    HELD_ITEMS = "held_items"
    SESSION_LOST = "session_lost"
    BROKER_DROPPED = "broker_dropped"
    BROKER_FILLING = "broker_filling"
    SPOOL_SET_ASIDE = "spool_set_aside"
    MESSAGES_DECLINED = "messages_declined"
    METRICS_PORT_TAKEN = "metrics_port_taken"


DOWN = frozenset({Trouble.BROKER_AWAY, Trouble.NO_ECHO, Trouble.SPOOL_UNAVAILABLE, Trouble.LOOP_FAILING})


@dataclass(frozen=True, slots=True)
class Health:
    """The state with why, in a fixed order so that a change is a change."""

    state: State
    troubles: tuple[Trouble, ...]

    @property
    def detail(self) -> str:
        return ",".join(self.troubles)


def assess(troubles: set[Trouble]) -> Health:
    """The state that a set of troubles makes."""
    ordered = tuple(trouble for trouble in Trouble if trouble in troubles)
    if troubles & DOWN:
        return Health(State.DOWN, ordered)
    return Health(State.DEGRADED if troubles else State.UP, ordered)
