"""How long somebody who guesses passwords or codes has to wait."""

from __future__ import annotations

from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from typing import Final

from backend.services.identity.store import Attempts

FORGOTTEN_AFTER: Final = timedelta(minutes=15)
"""NIST SP 800-63B 5.2.2 asks for at most 100 failures in a row; with these waits 15 minutes allow about 20."""
LONGEST_WAIT: Final = timedelta(seconds=60)
"""Short on purpose: a stranger who guesses must not be able to keep an operator out for long."""
CENTRE_WAIT: Final = timedelta(seconds=5)
"""Behind one address there may be a whole centre: what one of them does must hardly hold up the others."""
CODE_WAIT: Final = timedelta(minutes=15)
"""Only who has the password gets as far as the code, so nobody else can be kept out by this."""
CODE_FORGOTTEN_AFTER: Final = timedelta(hours=24)
"""Else a million codes could be tried at leisure: so it is a hundred a day, of which three are right at any time."""
KEPT: Final = FORGOTTEN_AFTER * 4
CODES_KEPT: Final = CODE_FORGOTTEN_AFTER + timedelta(hours=1)
CODES: Final = "otp:"
"""How subjects begin that are kept for longer: only accounts have them, while a flood makes names without end."""


@dataclass(frozen=True, slots=True)
class Subject:
    """What is counted, how many failures cost nothing, the longest wait, and after what silence they are forgotten."""

    key: str
    free: int
    longest: timedelta = LONGEST_WAIT
    forgotten_after: timedelta = FORGOTTEN_AFTER


def strangers(username: str, address: str, both: str) -> tuple[Subject, ...]:
    """This user from this address first, then the user from anywhere, then the address whoever it tries.

    A desk is not shut because of what another address does until 50 failures.
    """
    return Subject(f"pair:{both}", 5), Subject(f"name:{username}", 50), Subject(f"addr:{address}", 30, CENTRE_WAIT)


def known(device: str) -> tuple[Subject, ...]:
    """A browser that has logged this user in before is counted by itself: what strangers try does not touch it."""
    return (Subject(f"device:{device}", 5),)


def codes(staff: str) -> Subject:
    """Codes of a second factor, from wherever."""
    return Subject(f"{CODES}{staff}", 5, CODE_WAIT, CODE_FORGOTTEN_AFTER)


def blocked_for(attempts: Attempts, now: datetime) -> timedelta | None:
    """How long the subject still has to wait, or None."""
    if attempts.blocked_until is None or attempts.blocked_until <= now:
        return None
    return attempts.blocked_until - now


def after_failure(attempts: Attempts, subject: Subject, now: datetime) -> Attempts:
    """One failure more: each beyond the free ones doubles the wait, from a second to the subject's longest."""
    failures = 1 if now - attempts.last_at > subject.forgotten_after else attempts.failures + 1
    beyond = failures - subject.free
    if beyond <= 0:
        return Attempts(failures, now)
    wait = min(subject.longest, timedelta(seconds=2 ** min(beyond - 1, 10)))
    return Attempts(failures, now, now + wait)


def after_success(attempts: Attempts) -> Attempts:
    """Takes back the failure that was counted before the password was checked."""
    return replace(attempts, failures=max(0, attempts.failures - 1), blocked_until=None)
