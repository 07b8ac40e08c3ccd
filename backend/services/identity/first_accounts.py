"""Who can log in to a database that knows nobody: demo staff, or one administrator; always with random passwords."""

from __future__ import annotations

import uuid
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Final

from backend.services.identity.actor import StaffRole
from backend.services.identity.new_password import random_password
from backend.services.identity.policy import Policy
from backend.services.identity.ports import AccountSheet, Clock, NewAccount, Passwords, StaffAccount
from backend.services.identity.store import IdentityStore


@dataclass(frozen=True, slots=True)
class _Person:
    username: str
    name: str
    role: StaffRole


# Invented names.
DEMO: Final = (
    _Person("op1", "王晓棠", StaffRole.OPERATOR),
    _Person("op2", "李沐川", StaffRole.OPERATOR),
    _Person("admin", "周雨禾", StaffRole.ADMINISTRATOR),
    _Person("tech", "陈屿舟", StaffRole.TECHNICIAN),
)
FIRST: Final = (_Person("admin", "管理员", StaffRole.ADMINISTRATOR),)


class FirstAccounts:
    """Makes the first accounts once, and writes their passwords to a sheet that only the owner can read."""

    def __init__(
        self, store: IdentityStore, passwords: Passwords, sheet: AccountSheet, clock: Clock, policy: Policy
    ) -> None:
        self._store = store
        self._passwords = passwords
        self._sheet = sheet
        self._clock = clock
        self._policy = policy

    def __call__(self, *, demo: bool, locale: str) -> bool:
        """Says whether there was nobody yet. Without `demo` the password has to be changed at the first log-in."""
        now = self._clock.now()
        until = None if demo else now + self._policy.one_time

        def make() -> Sequence[StaffAccount]:
            people = [(person, random_password()) for person in (DEMO if demo else FIRST)]
            # The sheet first: if the process dies between the two, there is still nobody; the next start begins anew.
            self._sheet.write([NewAccount(who.username, word, who.name, who.role) for who, word in people])
            return [
                StaffAccount(
                    str(uuid.uuid4()),
                    who.username,
                    who.name,
                    who.role,
                    locale,
                    self._passwords.hash(word),
                    one_time_until=until,
                )
                for who, word in people
            ]

        return self._store.add_first_staff(make, now)
