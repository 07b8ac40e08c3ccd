"""What a log-in is, what it must do first, and how its cookie and its CSRF token are made."""

from __future__ import annotations

import hashlib
import hmac
import secrets
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum

from backend.services.identity.actor import Actor
from backend.services.identity.policy import Policy
from backend.services.identity.ports import StaffAccount


class Must(StrEnum):
    """What somebody has to do before the session is good for anything else."""

    CHANGE_PASSWORD = "change_password"  # noqa: S105 - a code
    ENROL_OTP = "enrol_otp"


@dataclass(frozen=True, slots=True)
class Session:
    """Somebody who is logged in. `csrf_token` goes with every unsafe call of a browser. `must` None: nothing."""

    staff: StaffAccount
    csrf_token: str
    expires_at: datetime
    must: Must | None = None

    @property
    def actor(self) -> Actor:
        """The person behind the session."""
        return self.staff.actor


def duty(staff: StaffAccount, has_factor: bool, policy: Policy) -> Must | None:
    """What this person has to do first. Whoever comes through the OpenID provider has nothing to do here."""
    if staff.oidc_subject is not None:
        return None
    if staff.one_time_until is not None:
        return Must.CHANGE_PASSWORD
    if staff.role in policy.otp_roles and not has_factor:
        return Must.ENROL_OTP
    return None


def new_token() -> str:
    """What stands in a cookie: 256 random bits."""
    return secrets.token_urlsafe(32)


def token_sha256(token: str) -> str:
    """What the database keeps of a token. It is random, so a plain hash is enough."""
    return hashlib.sha256(token.encode()).hexdigest()


def csrf_token(token: str) -> str:
    """Derived from the cookie, which only the server can read: a page that has it has been given it by us."""
    return hmac.new(token.encode(), b"csrf", hashlib.sha256).hexdigest()


def session_id(token_sha256: str) -> str:
    """How a list names a session: it leads to neither the cookie nor the row's key."""
    return hashlib.sha256(f"session {token_sha256}".encode()).hexdigest()[:32]
