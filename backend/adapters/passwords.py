"""How staff passwords are hashed: Argon2id, and never more than four at once."""

from __future__ import annotations

import functools
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Final

from pwdlib import PasswordHash
from pwdlib.exceptions import UnknownHashError

from backend.services.identity.ports import PasswordsBusy

AT_ONCE: Final = 4
"""One hash takes about 140 ms and 64 MiB: rule 22 of reliability.md."""
WAIT_SECONDS: Final = 5.0


class Argon2Passwords:
    """`Passwords` by pwdlib; its recommended Argon2id where no other `hasher` is given."""

    def __init__(self, hasher: PasswordHash | None = None) -> None:
        self._hasher = hasher or PasswordHash.recommended()
        self._slots = threading.BoundedSemaphore(AT_ONCE)

    @contextmanager
    def _slot(self) -> Iterator[None]:
        if not self._slots.acquire(timeout=WAIT_SECONDS):
            raise PasswordsBusy
        try:
            yield
        finally:
            self._slots.release()

    def hash(self, password: str) -> str:
        with self._slot():
            return self._hasher.hash(password)

    def verify(self, password: str, password_hash: str) -> bool:
        with self._slot():
            try:
                return self._hasher.verify(password, password_hash)
            except UnknownHashError:
                return False

    def is_outdated(self, password_hash: str) -> bool:
        current = self._hasher.current_hasher
        return not current.identify(password_hash) or current.check_needs_rehash(password_hash)

    def verify_nobody(self, password: str) -> None:
        self.verify(password, self._nobody)

    @functools.cached_property
    def _nobody(self) -> str:
        return self._hasher.hash("nobody has this password")
