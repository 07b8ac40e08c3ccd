"""What is odd about a message: each kind has a name, is counted without saying whose it was, and is written down."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from enum import StrEnum

import structlog
from prometheus_client import Counter
from prometheus_client.core import Metric
from prometheus_client.registry import Collector

log = structlog.get_logger()


class Odd(StrEnum):
    """The kinds; `docs/manual/press_accounting.md` says what becomes of each."""

    IDENTITY_CONFLICT = "identity_conflict"
    ID_REUSED = "id_reused"
    OLD_ID_REPLAYED = "old_id_replayed"
    RETAINED_COPY = "retained_copy"
    RETAINED_UNSEEN = "retained_unseen"
    CLOCK_AHEAD = "clock_ahead"
    CLOCK_BEHIND = "clock_behind"
    SOS_GAP = "sos_gap"
    SEQ_GAP = "seq_gap"
    FOUND_LATE = "found_late"
    NUMBER_REPEATED = "number_repeated"
    NUMBER_JUMPED = "number_jumped"
    NUMBER_OLD = "number_old"
    COUNTER_RESTARTED = "counter_restarted"
    UNNUMBERED = "unnumbered"
    NOT_ACCOUNTED = "not_accounted"
    FOREIGN_RESULT = "foreign_result"
    UNKNOWN_RESULT = "unknown_result"


@dataclass(frozen=True, slots=True)
class Oddity:
    """One of them. `subject`: the id of the event or command; `detail`: numbers, never words of a person."""

    kind: Odd
    device_id: str
    subject: str = ""
    detail: str = ""


Told = Callable[[Oddity], None]
"""Hears of each, after the commit: what was rolled back and comes again is counted once."""


def write_down(oddity: Oddity) -> None:
    """In the log, with ids."""
    log.info("press_oddity", kind=oddity.kind, device_id=oddity.device_id, subject=oddity.subject, detail=oddity.detail)


class OddFigures(Collector):
    """Counts of this process, and the log."""

    def __init__(self) -> None:
        self._counter = Counter(
            "care_backend_press_oddities",
            "Messages of devices that are replayed, forged, misnumbered or of a wrong clock, by kind",
            ("kind",),
            registry=None,
        )
        for kind in Odd:  # each is there from the start, so that its first one shows as a rise
            self._counter.labels(str(kind))

    def __call__(self, oddity: Oddity) -> None:
        """Count it and write it down."""
        self._counter.labels(str(oddity.kind)).inc()
        write_down(oddity)

    def collect(self) -> Iterator[Metric]:
        """By kind."""
        yield from self._counter.collect()
