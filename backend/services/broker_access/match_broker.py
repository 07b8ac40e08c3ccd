"""The broker is made to agree with the registry: what is owed is done, and what cannot be done is said."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Final

from backend.services.broker_access.plan import Doubt, plan
from backend.services.broker_access.ports import AccountRows, BrokerControl, Change, Create, FreshSecrets

PORTION: Final = 50
"""Steps of one look: under two seconds with 18,000 devices, so that whoever is revoked meanwhile waits no longer."""


@dataclass(frozen=True, slots=True)
class Matched:
    """What was done. `left`: steps of another look; `doubts`: accounts that do not agree, and why."""

    devices: int
    created: int = 0
    changed: int = 0
    cut_off: int = 0
    left: int = 0
    doubts: Mapping[str, Doubt] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class MatchBroker:
    """The use case. It keeps nothing, so any number of processes may do it at any time and die halfway.

    The broker is asked before the registry is read: a device that is enrolled in between is not cut off, and one that
    is revoked in between is seen by whoever revokes it.
    """

    rows: AccountRows
    control: BrokerControl
    secrets: FreshSecrets

    def __call__(self) -> Matched:
        """Raises `BrokerAway` or `BrokerRefused`; what was done until then is in force."""
        counts = {Create: 0, Change: 0}
        with self.control.open() as session:
            known = session.accounts()
            wanted = self.rows.accounts()
            found = plan(wanted, known, self.secrets)
            portion = found.steps[:PORTION]
            for step in portion:
                session.do(step)
                if isinstance(step, Create | Change):
                    counts[type(step)] += 1
                    if step.secret is not None:
                        self.secrets.forget(step.account.secret_hash)
        done = counts[Create] + counts[Change]
        left = len(found.steps) - len(portion)
        return Matched(len(wanted), counts[Create], counts[Change], len(portion) - done, left, found.doubts)
