"""Counting tries before they are checked: guesses that come at once are not free."""

from __future__ import annotations

import hashlib
from datetime import timedelta

from backend.services.identity.attempts import (
    CODES,
    CODES_KEPT,
    KEPT,
    Subject,
    after_failure,
    after_success,
    blocked_for,
    known,
    strangers,
)
from backend.services.identity.ports import Clock
from backend.services.identity.session import token_sha256
from backend.services.identity.store import IdentityStore


class CountAttempts:
    """What a try is counted under, and the counts themselves."""

    def __init__(self, store: IdentityStore, clock: Clock, device_life: timedelta) -> None:
        self._store = store
        self._clock = clock
        self._device_life = device_life

    def subjects(self, username: str, address: str, device: str | None) -> tuple[Subject, ...]:
        """Of a log-in with this name, from this address and browser (its cookie; None: it has none)."""
        if device is not None:
            hashed = token_sha256(device)
            if self._store.is_known_device(username, hashed, self._clock.now() - self._device_life):
                return known(digest(f"{username}\n{hashed}"))
        return strangers(digest(username), digest(address), digest(f"{username}\n{address}"))

    def count(self, subjects: tuple[Subject, ...]) -> timedelta | None:
        """Counted as failed until told otherwise; or, not counted, how long there is to wait."""
        now = self._clock.now()
        with self._store.attempts() as tx:
            taken = [(subject, tx.take(subject.key, now)) for subject in subjects]
            waits = [wait for _, attempts in taken if (wait := blocked_for(attempts, now)) is not None]
            if waits:
                return max(waits)
            for subject, attempts in taken:
                tx.put(subject.key, after_failure(attempts, subject, now))
            tx.forget_before(now - KEPT, but=CODES)
            tx.forget_before(now - CODES_KEPT)
            tx.commit()
        return None

    def take_back(self, subjects: tuple[Subject, ...]) -> None:
        """It was no failure; those before still count."""
        with self._store.attempts() as tx:
            for subject in subjects:
                tx.put(subject.key, after_success(tx.take(subject.key, self._clock.now())))
            tx.commit()

    def succeeded(self, subjects: tuple[Subject, ...]) -> None:
        """All is forgotten but what the address did: whoever has an account must not guess others' for free."""
        with self._store.attempts() as tx:
            for subject in subjects:
                if subject.key.startswith("addr:"):
                    tx.put(subject.key, after_success(tx.take(subject.key, self._clock.now())))
                else:
                    tx.forget(subject.key)
            tx.commit()


def digest(text: str) -> str:
    """How names and addresses are kept: not in the clear."""
    return hashlib.sha256(text.encode()).hexdigest()
