"""Who is behind a token or a cookie."""

from __future__ import annotations

from datetime import datetime, timedelta
from typing import Final

from backend.services.identity.actor import Actor, ActorKind
from backend.services.identity.policy import HOUSE, RENEW_EVERY, Policy
from backend.services.identity.ports import Clock, ServiceAccounts
from backend.services.identity.session import Session, csrf_token, duty, token_sha256
from backend.services.identity.store import ApiToken, IdentityStore, TokenStore

TOKEN_PREFIX: Final = "care_"  # noqa: S105 - how they begin
"""Tokens that were made over the API begin so: all others are looked for in the file alone."""
NOTE_USE_EVERY: Final = timedelta(minutes=1)


class Identify:
    """Looks up programs and people. Nobody is the answer to everything that is not known.

    `tokens`: made over the API; None: there are only those of the file.
    """

    def __init__(
        self,
        store: IdentityStore,
        accounts: ServiceAccounts,
        clock: Clock,
        *,
        tokens: TokenStore | None = None,
        policy: Policy = HOUSE,
    ) -> None:
        self._store = store
        self._accounts = accounts
        self._tokens = tokens
        self._clock = clock
        self._policy = policy

    def service(self, token: str) -> Actor | None:
        """The program that holds `token`. Reads no database: ingest is let in while the database is away."""
        return self._accounts.find(token_sha256(token))

    def api_token(self, token: str) -> Actor | None:
        """The program that holds a token made over the API; reads the database, where revoking works at once."""
        found = self._find(token)
        if found is None:
            return None
        if self._tokens is not None and _wants_note(found, now := self._clock.now()):
            self._tokens.used(found.id, now)
        return Actor(
            ActorKind.SERVICE, found.id, found.name, scopes=found.scopes, organisation_id=found.organisation_id
        )

    def _find(self, token: str) -> ApiToken | None:
        if self._tokens is None or not token.startswith(TOKEN_PREFIX):
            return None
        return self._tokens.find(token_sha256(token), self._clock.now())

    def session(self, token: str) -> Session | None:
        """The log-in behind a cookie; using it keeps it open for another shift."""
        now, key = self._clock.now(), token_sha256(token)
        found = self._store.session(key, now)
        if found is None:
            return None
        expires_at, renewed = found.expires_at, self._policy.expiry(found.created_at, now)
        if renewed - expires_at >= RENEW_EVERY:
            expires_at = renewed
            self._store.renew_session(key, now, expires_at)
        return Session(found.staff, csrf_token(token), expires_at, duty(found.staff, found.has_factor, self._policy))

    def still_open(self, token: str | None, cookie: str | None) -> bool:
        """Whether a long call that was let in with `token` or `cookie` would be let in now. Prolongs nothing."""
        if token is not None:
            return self.service(token) is not None or self._find(token) is not None
        if cookie is None:
            return False
        return self._store.session(token_sha256(cookie), self._clock.now()) is not None


def _wants_note(token: ApiToken, now: datetime) -> bool:
    return token.used_at is None or now - token.used_at >= NOTE_USE_EVERY
