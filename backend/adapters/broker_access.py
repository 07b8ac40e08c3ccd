"""When the broker is made to agree: at each change, now and then, and again after it was away."""

from __future__ import annotations

import threading
from collections.abc import Sequence
from typing import Final, Protocol

import structlog

from backend.adapters.broker_accounts import BrokerFiles
from backend.services.broker_access.match_broker import MatchBroker, Matched
from backend.services.broker_access.plan import Doubt
from backend.services.broker_access.ports import BrokerAway, BrokerRefused
from backend.services.broker_access.standing import Standing

log = structlog.get_logger()

LOOK_AGAIN_SECONDS: Final = 30.0
"""How long a change that another process has left half done may stand."""
DOUBT_SECONDS: Final = 2.0
"""How long another process gets to finish what it has begun, before a difference counts as one."""
BEGIN_ANEW_SECONDS: Final = 60.0
"""How long a device may be unknown to the broker before everybody has to reconnect for it."""
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
        self._doubted: dict[str, float] = {}
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
        now = self._clock.monotonic()
        if matched.doubts:
            self._look_at = min(self._look_at, now + DOUBT_SECONDS)
        self._doubted = {name: self._doubted.get(name, now) for name in matched.doubts}
        lasting = sorted(name for name, since in self._doubted.items() if now - since >= DOUBT_SECONDS)
        trouble = str(matched.doubts[lasting[0]]) if lasting else None
        self._help_unknown(matched, lasting, now)
        if trouble is not None and trouble != self.standing.trouble:
            log.warning("broker_differs", why=trouble, devices=len(lasting))
        if trouble is None and self.standing.trouble is not None:
            log.info("broker_agrees", devices=matched.devices)
        self.standing = Standing(matched.devices, len(lasting), trouble)

    def _help_unknown(self, matched: Matched, lasting: Sequence[str], now: float) -> None:
        """Devices whose secret nobody can tell get in when the broker begins anew, with the file that has their hash.

        At once where that is most of them (a site that was put back, a broker's folder that was lost); else when it is
        sure that no other process is about to tell it.
        """
        unknown = [name for name in lasting if matched.doubts[name] is Doubt.SECRET_UNKNOWN]
        sure = any(now - self._doubted[name] >= BEGIN_ANEW_SECONDS for name in unknown)
        if unknown and (sure or len(unknown) * 2 > matched.devices):
            self._files.begin_anew(unknown)

    def _complain(self, trouble: str) -> None:
        self._away = True
        if trouble != self.standing.trouble:
            log.warning("broker_not_told", why=trouble)
        self.standing = Standing(self.standing.devices, self.standing.differing, trouble)
