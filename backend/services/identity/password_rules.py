"""Which passwords somebody may choose: by length and by what everybody knows, never by kinds of characters."""

from __future__ import annotations

from enum import StrEnum
from itertools import pairwise
from typing import Final

from backend.services.identity.ports import BreachList, StaffAccount

LEAST_DIFFERENT: Final = 5
"""`aaaaaaaaaaaa` and `121212121212` are long and no secret."""
LEAST_NAME: Final = 4
"""Shorter names stand in too many words."""


class PasswordFault(StrEnum):
    """Why a password is not taken. NIST SP 800-63B 5.1.1.2: no rules of composition, no expiry."""

    TOO_SHORT = "password_too_short"
    TOO_COMMON = "password_too_common"
    HAS_NAME = "password_has_name"
    SAME = "password_same"


class PasswordRules:
    """What holds for every password that a person chooses."""

    def __init__(self, breached: BreachList, least_length: int) -> None:
        self._breached = breached
        self.least_length = least_length

    def fault(self, password: str, staff: StaffAccount) -> PasswordFault | None:
        """The first reason against it; None: it is taken."""
        folded = password.casefold()
        if len(password) < self.least_length:
            return PasswordFault.TOO_SHORT
        for name in (staff.username, staff.name):
            if len(name) >= LEAST_NAME and name.casefold() in folded:
                return PasswordFault.HAS_NAME
        if len(set(folded)) < LEAST_DIFFERENT or _is_sequence(folded):
            return PasswordFault.TOO_COMMON
        return PasswordFault.TOO_COMMON if any(map(self._breached.knows, _guesses(password, folded))) else None


def _guesses(password: str, folded: str) -> list[str]:
    core = folded.strip("0123456789!@#$%^&*()_+-=.,?;:'\"/\\ ")
    # `password2026!` is `password` to whoever guesses: a few digits and marks around a known one do not make it new.
    return [password, folded, core] if len(folded) <= 2 * len(core) else [password, folded]


def _is_sequence(text: str) -> bool:
    """`abcdefghijkl`, `123456789012`: each one after the one before, or always the one before it."""
    steps = {ord(after) - ord(before) for before, after in pairwise(text) if {before, after} != {"9", "0"}}
    return steps in ({1}, {-1})
