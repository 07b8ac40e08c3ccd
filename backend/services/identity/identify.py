"""Who is behind a token or a cookie."""

from __future__ import annotations

from backend.services.identity.actor import Actor
from backend.services.identity.ports import Clock, IdentityStore, ServiceAccounts
from backend.services.identity.session import Session, csrf_token, expiry, token_sha256, wants_renewal


class Identify:
    """Looks up programs and people. Nobody is the answer to everything that is not known."""

    def __init__(self, store: IdentityStore, accounts: ServiceAccounts, clock: Clock) -> None:
        self._store = store
        self._accounts = accounts
        self._clock = clock

    def service(self, token: str) -> Actor | None:
        """The program that holds `token`. Reads no database: ingest is let in while the database is away."""
        return self._accounts.find(token_sha256(token))

    def session(self, token: str) -> Session | None:
        """The log-in behind a cookie; using it keeps it open for another shift."""
        now, key = self._clock.now(), token_sha256(token)
        found = self._store.session(key, now)
        if found is None:
            return None
        expires_at = found.expires_at
        if wants_renewal(expires_at, now):
            expires_at = expiry(found.created_at, now)
            self._store.renew_session(key, expires_at)
        return Session(found.staff, csrf_token(token), expires_at)

    def still_open(self, token: str | None, cookie: str | None) -> bool:
        """Whether a long call that was let in with `token` or `cookie` would be let in now. Prolongs nothing."""
        if token is not None:
            return self.service(token) is not None
        if cookie is None:
            return False
        return self._store.session(token_sha256(cookie), self._clock.now()) is not None
