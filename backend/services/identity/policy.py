"""How strict identity is: what the settings decide, with the house's own values as defaults."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Final

from backend.services.identity.actor import StaffRole

LAST_ACT: Final = timedelta(minutes=30)
"""Whoever is at work when the whole life ends has so long from each use, so that no alert is cut in two."""
RENEW_EVERY: Final = timedelta(minutes=15)
"""A use is worth a write once in this time: a busy desk must not write with every call."""


@dataclass(frozen=True, slots=True)
class Policy:
    """`idle`: a session ends so long after its last use; `whole`: and so long after the log-in in any case.

    12 h is a shift and 7 days a week of them: an alarm desk that is logged out in the middle of an alert is worse than
    one that stays open. `one_time`: how long a password that somebody else has seen is good. `least_length`: characters
    of a password (NIST SP 800-63B asks for 8, and for 15 where nothing else guards the account). `otp_roles`: who must
    have a second factor.
    """

    idle: timedelta = timedelta(hours=12)
    whole: timedelta = timedelta(days=7)
    one_time: timedelta = timedelta(hours=72)
    least_length: int = 12
    otp_roles: frozenset[StaffRole] = frozenset()

    def expiry(self, created_at: datetime, now: datetime) -> datetime:
        """When a session that is used at `now` ends.

        At the end of its whole life it is not cut off in the middle of work: it goes on for `LAST_ACT` from each use,
        and no longer than another `idle`.
        """
        end = created_at + self.whole
        return max(min(now + self.idle, end), min(now + LAST_ACT, end + self.idle))


HOUSE: Final = Policy()
"""What holds where nobody says otherwise."""
