"""How long somebody who guesses passwords has to wait."""

from __future__ import annotations

from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from typing import Final

from backend.services.identity.ports import Attempts

FORGOTTEN_AFTER: Final = timedelta(minutes=15)
"""NIST SP 800-63B 5.2.2 asks for at most 100 failures in a row; with these waits 15 minutes allow about 20."""
LONGEST_WAIT: Final = timedelta(seconds=60)
"""Short on purpose: a stranger who guesses must not be able to keep an operator out for long."""


@dataclass(frozen=True, slots=True)
class Subject:
    """What is counted, and how many failures cost nothing."""

    key: str
    free: int


def subjects(username: str, address: str, digest: str) -> tuple[Subject, ...]:
    """This user from this address first, then the user from anywhere, then the address whoever it tries.

    `digest` stands for the two together; a desk is not shut because of what another address does until 50 failures.
    """
    return Subject(f"pair:{digest}", 5), Subject(f"name:{username}", 50), Subject(f"addr:{address}", 30)


def blocked_for(attempts: Attempts, now: datetime) -> timedelta | None:
    """How long the subject still has to wait, or None."""
    if attempts.blocked_until is None or attempts.blocked_until <= now:
        return None
    return attempts.blocked_until - now


def after_failure(attempts: Attempts, free: int, now: datetime) -> Attempts:
    """One failure more: each beyond `free` doubles the wait, from a second to `LONGEST_WAIT`."""
    failures = 1 if now - attempts.last_at > FORGOTTEN_AFTER else attempts.failures + 1
    beyond = failures - free
    if beyond <= 0:
        return Attempts(failures, now)
    wait = min(LONGEST_WAIT, timedelta(seconds=2 ** min(beyond - 1, 10)))
    return Attempts(failures, now, now + wait)


def after_success(attempts: Attempts) -> Attempts:
    """Takes back the failure that was counted before the password was checked."""
    return replace(attempts, failures=max(0, attempts.failures - 1), blocked_until=None)
