"""How passwords are made, and how somebody who has lost theirs gets another."""

from __future__ import annotations

import secrets
from typing import Final

from backend.services.identity.ports import IdentityStore, Passwords

# Without 0, 1, i, l, o and u: read out over the telephone, typed from paper.
_LETTERS: Final = "23456789abcdefghjkmnpqrstvwxyz"
GROUPS: Final = 4
"""Four groups of four: 78 bits."""


def random_password() -> str:
    """A password that nobody has chosen."""
    return "-".join("".join(secrets.choice(_LETTERS) for _ in range(4)) for _ in range(GROUPS))


class GiveNewPassword:
    """For whoever runs the machine: a lost password is replaced, never read."""

    def __init__(self, store: IdentityStore, passwords: Passwords) -> None:
        self._store = store
        self._passwords = passwords

    def __call__(self, username: str) -> str | None:
        """The new password, which is shown here only; all sessions of that person end. None: there is no such user."""
        password = random_password()
        known = self._store.replace_password(username.strip().lower(), self._passwords.hash(password))
        return password if known else None
