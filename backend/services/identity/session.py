"""How long a log-in lasts, and how its cookie and its CSRF token are made."""

from __future__ import annotations

import hashlib
import hmac
import secrets
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Final

from backend.services.identity.actor import Actor
from backend.services.identity.ports import StaffAccount

IDLE_LIFE: Final = timedelta(hours=12)
"""A shift: whoever works is not logged out in the middle of an alarm, whoever has left is."""
WHOLE_LIFE: Final = timedelta(days=7)


@dataclass(frozen=True, slots=True)
class Session:
    """Somebody who is logged in. `csrf_token` goes with every unsafe call of a browser."""

    staff: StaffAccount
    csrf_token: str
    expires_at: datetime

    @property
    def actor(self) -> Actor:
        """The person behind the session."""
        return self.staff.actor


def new_token() -> str:
    """What stands in the cookie: 256 random bits."""
    return secrets.token_urlsafe(32)


def token_sha256(token: str) -> str:
    """What the database keeps of a token. It is random, so a plain hash is enough."""
    return hashlib.sha256(token.encode()).hexdigest()


def csrf_token(token: str) -> str:
    """Derived from the cookie, which only the server can read: a page that has it has been given it by us."""
    return hmac.new(token.encode(), b"csrf", hashlib.sha256).hexdigest()


def expiry(created_at: datetime, now: datetime) -> datetime:
    """When a session that is used at `now` ends."""
    return min(now + IDLE_LIFE, created_at + WHOLE_LIFE)


def wants_renewal(expires_at: datetime, now: datetime) -> bool:
    """Whether a use at `now` is worth a write: at most two a shift."""
    return expires_at - now < IDLE_LIFE / 2
