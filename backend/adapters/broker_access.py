"""When the broker is made to agree: at each change, now and then, and again after it was away."""

from __future__ import annotations

import threading
from typing import Final, Protocol

import structlog

from backend.adapters.broker_accounts import BrokerFiles
from backend.services.broker_access.match_broker import MatchBroker, Matched
from backend.services.broker_access.ports import BrokerAway, BrokerRefused
from backend.services.broker_access.standing import Standing

log = structlog.get_logger()

LOOK_AGAIN_SECONDS: Final = 30.0
"""How long a change that another process has left half done may stand."""
DOUBT_SECONDS: Final = 2.0
"""How long another process gets to finish what it has begun, before a difference counts as one."""
MOST_SECONDS: Final = 8.0
"""A large enrolment goes on at the next tick; whoever asked for it does not wait longer."""


class Clock(Protocol):
    """Seconds that only run forward."""

    def monotonic(self) -> float: ...


class LiveBroker:
    """`BrokerAccounts` for a broker that can be told while it runs. The files are written first."""

    def __init__(self, files: BrokerFiles, match: MatchBroker, clock: Clock) -> None:
        self._files = files
        self._match = match
        self._clock = clock
        self._turn = threading.Lock()
        self._owed = True
        self._look_at = clock.monotonic()
        self._doubted: frozenset[str] = frozenset()
        self._away = False
        self.standing = Standing()

    def publish(self) -> None:
        """In force when it returns, unless the broker is away: then the tick does it. Raises OSError."""
        self._files.publish()
        self._owed = True
        if not self._away:  # nobody who enrols a device waits for a broker that hangs
            self.look()

    def look(self) -> None:
        """What the tick does: nothing while nothing is owed and the last look is recent."""
        with self._turn:
            began = self._clock.monotonic()
            if began < self._look_at and not self._owed:
                return
            # Before the registry is read: a change during the look is owed another one.
            self._owed, self._look_at = False, began + LOOK_AGAIN_SECONDS
            try:
                while (matched := self._match()).left and self._clock.monotonic() - began < MOST_SECONDS:
                    self._say(matched)
                self._say(matched)
                self._owed = self._owed or matched.left > 0
            except (BrokerAway, BrokerRefused) as trouble:
                self._owed = True
                self._complain(str(trouble) or type(trouble).__name__)

    def _say(self, matched: Matched) -> None:
        self._away = False
        if matched.created or matched.changed or matched.cut_off:
            counts = {"created": matched.created, "changed": matched.changed, "cut_off": matched.cut_off}
            log.info("broker_told", devices=matched.devices, **counts)
        if matched.doubts:
            self._look_at = min(self._look_at, self._clock.monotonic() + DOUBT_SECONDS)
        lasting = sorted(self._doubted & matched.doubts.keys())
        self._doubted = frozenset(matched.doubts)
        trouble = str(matched.doubts[lasting[0]]) if lasting else None
        if trouble is not None and trouble != self.standing.trouble:
            log.warning("broker_differs", why=trouble, devices=len(lasting))
        if trouble is None and self.standing.trouble is not None:
            log.info("broker_agrees", devices=matched.devices)
        self.standing = Standing(matched.devices, len(lasting), trouble)

    def _complain(self, trouble: str) -> None:
        self._away = True
        if trouble != self.standing.trouble:
            log.warning("broker_not_told", why=trouble)
        self.standing = Standing(self.standing.devices, self.standing.differing, trouble)
