"""Logging in at an OpenID provider: what is sent along, what has to come back, and which account that opens."""

from __future__ import annotations

import hmac
import json
import secrets
import uuid
from collections.abc import Mapping
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from enum import StrEnum
from typing import Any, Final, Protocol

from backend.services.identity.actor import StaffRole
from backend.services.identity.log_in import LoggedIn
from backend.services.identity.open_session import OpenSession, Visitor
from backend.services.identity.ports import AuditAction, AuditTrail, Clock, Sealer, StaffAccount
from backend.services.identity.store import IdentityStore, IdentityTransaction

PURPOSE: Final = "oidc"
TIME_TO_LOG_IN: Final = timedelta(minutes=10)
MOST_NAME: Final = 128


class OidcRefusal(StrEnum):
    """Why nobody was let in."""

    BAD_STATE = "oidc_bad_state"
    """The answer belongs to no log-in that this browser has begun in the last minutes."""
    DENIED = "oidc_denied"
    BAD_ANSWER = "oidc_bad_answer"
    """The provider's token is not signed by it, not for us, not of this log-in, or past its time."""
    AWAY = "oidc_away"
    NO_ROLE = "oidc_no_role"
    USERNAME_TAKEN = "oidc_username_taken"
    DISABLED = "oidc_disabled"


class OidcRefused(Exception):  # noqa: N818 - an answer, not a fault of ours
    """Nobody was let in."""

    def __init__(self, reason: OidcRefusal) -> None:
        super().__init__(reason)
        self.reason = reason


class Provider(Protocol):
    """The OpenID provider."""

    def address(self, state: str, nonce: str, verifier: str) -> str:
        """Where the browser goes; raises `OidcRefused`."""

    def claims(self, code: str, nonce: str, verifier: str) -> Mapping[str, Any]:
        """Of the ID token, proved; raises `OidcRefused`."""


@dataclass(frozen=True, slots=True)
class Place:
    """A role, and where; `organisation_id` None: the whole district."""

    role: StaffRole
    organisation_id: str | None


@dataclass(frozen=True, slots=True)
class RoleMap:
    """Which value of which claim gives what. The first in the order of `places` that somebody has counts."""

    claim: str
    places: Mapping[str, Place]

    def place(self, claims: Mapping[str, Any]) -> Place | None:
        """None: nothing here is for them."""
        found = claims.get(self.claim)
        values = {found} if isinstance(found, str) else set(map(str, found)) if isinstance(found, list) else set()
        return next((place for value, place in self.places.items() if value in values), None)


@dataclass(frozen=True, slots=True)
class Begun:
    """`cookie` binds the log-in to this browser; `address` is where it goes."""

    address: str
    cookie: bytes


class BeginOidc:
    """State, nonce and PKCE verifier, fresh for each log-in; kept by the browser, sealed, and by nobody else."""

    def __init__(self, provider: Provider, sealer: Sealer, clock: Clock) -> None:
        self._provider = provider
        self._sealer = sealer
        self._clock = clock

    def __call__(self) -> Begun:
        """Raises `OidcRefused` where the provider is away."""
        state, nonce, verifier = (secrets.token_urlsafe(32) for _ in range(3))
        until = (self._clock.now() + TIME_TO_LOG_IN).isoformat()
        sealed = self._sealer.seal(json.dumps([state, nonce, verifier, until]).encode(), PURPOSE)
        return Begun(self._provider.address(state, nonce, verifier), sealed)


@dataclass(frozen=True, slots=True)
class FinishOidc:
    """The account of the provider's `sub`, made at the first log-in. Never one that was made here: who may choose a
    name over there must not become the person who has it here."""

    store: IdentityStore
    provider: Provider
    roles: RoleMap
    sealer: Sealer
    clock: Clock
    open_session: OpenSession
    trail: AuditTrail
    locale: str

    def __call__(self, cookie: bytes, state: str, code: str, visitor: Visitor) -> LoggedIn:
        """Raises `OidcRefused`."""
        nonce, verifier = self._begun(cookie, state)
        claims = self.provider.claims(code, nonce, verifier)
        place = self.roles.place(claims)
        if place is None:
            raise OidcRefused(OidcRefusal.NO_ROLE)
        with self.store.begin() as tx:
            account = self._account(tx, claims, place)
            opened = self.open_session(tx, account, visitor)
            tx.commit()
        self.trail.record(account.actor, AuditAction.LOGGED_IN, f"staff:{account.id}", {"how": "oidc"})
        return LoggedIn(opened.token, opened.session, opened.device)

    def _begun(self, cookie: bytes, state: str) -> tuple[str, str]:
        plain = self.sealer.open(cookie, PURPOSE)
        if plain is None:
            raise OidcRefused(OidcRefusal.BAD_STATE)
        begun, nonce, verifier, until = json.loads(plain)
        if not hmac.compare_digest(begun.encode(), state.encode()) or self.clock.now() > datetime.fromisoformat(until):
            raise OidcRefused(OidcRefusal.BAD_STATE)
        return nonce, verifier

    def _account(self, tx: IdentityTransaction, claims: Mapping[str, Any], place: Place) -> StaffAccount:
        subject = str(claims["sub"])
        known = tx.staff_by_subject(subject)
        if known is None:
            return self._new(tx, subject, claims, place)
        if known.disabled:
            raise OidcRefused(OidcRefusal.DISABLED)
        there = replace(known, role=place.role, organisation_id=place.organisation_id)
        if there != known:
            # What they may do has changed over there: what they have open was let in under the old one.
            tx.save_staff(there)
            tx.end_sessions(known.id)
        return there

    def _new(self, tx: IdentityTransaction, subject: str, claims: Mapping[str, Any], place: Place) -> StaffAccount:
        username = _one_line(str(claims.get("preferred_username") or subject).strip().lower()[:64])
        name = str(claims.get("name") or username).strip()[:MOST_NAME]
        if tx.staff_by_username(username) is not None:
            raise OidcRefused(OidcRefusal.USERNAME_TAKEN)
        account = StaffAccount(
            str(uuid.uuid4()),
            username,
            _one_line(name),
            place.role,
            self.locale,
            "",
            organisation_id=place.organisation_id,
            oidc_subject=subject,
        )
        tx.add_staff(account, self.clock.now())
        return account


def _one_line(text: str) -> str:
    return "".join(letter for letter in text if letter.isprintable()) or "?"
