"""Tokens that administrators give to programs."""

from __future__ import annotations

import secrets
import uuid
from dataclasses import dataclass
from datetime import datetime, timedelta
from enum import StrEnum
from typing import Final

from backend.services.identity.actor import Actor, Scope
from backend.services.identity.identify import TOKEN_PREFIX
from backend.services.identity.ports import AuditAction, AuditTrail, Clock
from backend.services.identity.session import token_sha256
from backend.services.identity.staff_refusals import must_place
from backend.services.identity.store import ApiToken, IdentityStore, TokenStore

LONGEST_LIFE: Final = timedelta(days=3 * 366)
GIVEN: Final = frozenset({Scope.READ, Scope.ENROL, Scope.METRICS, Scope.TELEPHONY})
"""Not `ingest` and `health`: gateways have to be let in while the database is away, so theirs stand in the file."""


class TokenFault(StrEnum):
    """Why there is no such token."""

    NAME_TAKEN = "token_name_taken"
    BAD_EXPIRY = "bad_expiry"


@dataclass(frozen=True, slots=True)
class NewToken:
    """`token` is shown here only."""

    token: str
    kept: ApiToken


@dataclass(frozen=True, slots=True)
class WantedToken:
    """As it is asked for."""

    name: str
    scopes: frozenset[Scope]
    organisation_id: str | None
    expires_at: datetime


class ApiTokens:
    """Makes, lists and revokes them; both ends act at once, in every process."""

    def __init__(self, store: IdentityStore, tokens: TokenStore, clock: Clock, trail: AuditTrail) -> None:
        self._store = store
        self._tokens = tokens
        self._clock = clock
        self._trail = trail

    def make(self, wanted: WantedToken, actor: Actor) -> NewToken | TokenFault:
        """Raises `StaffRefused` where the organisation is not the actor's to give."""
        now = self._clock.now()
        if not now < wanted.expires_at <= now + LONGEST_LIFE:
            return TokenFault.BAD_EXPIRY
        with self._store.begin() as tx:
            must_place(tx, actor, wanted.organisation_id)
        token = TOKEN_PREFIX + secrets.token_urlsafe(32)
        kept = ApiToken(
            str(uuid.uuid4()),
            wanted.name,
            token_sha256(token),
            wanted.scopes,
            wanted.organisation_id,
            actor.id,
            now,
            wanted.expires_at,
        )
        if not self._tokens.add(kept):
            return TokenFault.NAME_TAKEN
        detail = {"scopes": sorted(wanted.scopes), "organisation_id": wanted.organisation_id}
        self._trail.record(actor, AuditAction.TOKEN_MADE, f"token:{kept.id}", detail)
        return NewToken(token, kept)

    def shown(self, actor: Actor) -> list[ApiToken]:
        """Those of the actor's subtree, ended ones too, the latest first."""
        seen = self._store.subtree(actor.organisation_id)
        return [token for token in self._tokens.every() if seen is None or token.organisation_id in seen]

    def revoke(self, token_id: str, actor: Actor) -> bool:
        """False: there is none in force that the actor may know of."""
        if token_id not in {token.id for token in self.shown(actor)}:
            return False
        if not self._tokens.revoke(token_id, self._clock.now()):
            return False
        self._trail.record(actor, AuditAction.TOKEN_REVOKED, f"token:{token_id}", {})
        return True
