"""What a round of the auditor came to, and since when rounds have gone well: for outside, the desk and the metrics."""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass, field
from datetime import datetime

import structlog

from backend.domain.audit.findings import Finding

log = structlog.get_logger()


@dataclass(frozen=True, slots=True)
class Round:
    """`proved`: open alerts whose next step is sound. `found`: those raised. `failed`: what could not be looked at,
    raised or mended; `left`: what is wrong and waits for the next round."""

    at: datetime
    proved: int
    found: int
    failed: int
    left: int

    @property
    def whole(self) -> bool:
        """Whether every open alert was proved or raised."""
        return not self.failed and not self.left


@dataclass(slots=True)
class Tally:
    """Counts over this process's rounds. `last_whole`: when a round last left nothing unlooked at."""

    rounds: int = 0
    last: Round | None = None
    last_whole: datetime | None = None
    findings: Counter[Finding] = field(default_factory=Counter)
    failures: int = 0
    proved: int = 0
    left: int = 0
    _at: datetime | None = None
    _found: int = 0
    _failed: int = 0
    _broken: dict[str, str] = field(default_factory=dict)
    _now_broken: dict[str, str] = field(default_factory=dict)

    def begin(self, now: datetime) -> None:
        """A new round."""
        self._at = now
        self.proved = self.left = self._found = self._failed = 0

    def found(self, finding: Finding) -> None:
        """One finding was raised."""
        self._found += 1
        self.findings[finding] += 1

    def failed(self, what: str, error: Exception) -> None:
        """A part of the round, or one alert, could not be looked at: said once, until it can be again."""
        self._failed += 1
        self.failures += 1
        self._now_broken[what] = kind = type(error).__name__
        if self._broken.get(what) != kind:
            log.error("audit_failed", what=what, error=kind)

    def end(self) -> Round:
        """The round is over."""
        if self._at is None:
            raise RuntimeError("a round ends after it began")
        done = Round(self._at, self.proved, self._found, self._failed, self.left)
        for what in self._broken.keys() - self._now_broken.keys():
            log.info("audit_works_again", what=what)
        self._broken, self._now_broken = self._now_broken, {}
        self.rounds += 1
        self.last = done
        if done.whole:
            self.last_whole = done.at
        return done
