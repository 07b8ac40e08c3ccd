"""An OpenID provider over HTTP: discovery, its keys, the exchange of a code, and the proof of the ID token."""

from __future__ import annotations

import threading
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any, Final
from urllib.parse import urlencode, urlsplit

import httpx2
import structlog
from authlib.oauth2.rfc7636 import create_s256_code_challenge  # type: ignore[import-untyped]
from authlib.oidc.core import CodeIDToken  # type: ignore[import-untyped]
from joserfc import jwt
from joserfc.errors import JoseError
from joserfc.jwk import KeySet

from backend.services.identity.oidc import OidcRefusal, OidcRefused
from backend.services.identity.ports import Clock

log = structlog.get_logger()

ALGORITHMS: Final = ("RS256", "PS256", "ES256", "RS384", "ES384", "RS512", "ES512")
"""Signatures with a key pair. Never `none`, and never `HS…`: there the public key would be the secret."""
LEEWAY_SECONDS: Final = 60
TIMEOUT_SECONDS: Final = 5.0
MOST_BYTES: Final = 512 * 1024
METADATA_LIFE: Final = timedelta(hours=1)
KEYS_AT_MOST_EVERY: Final = timedelta(seconds=30)
"""A token of an unknown key has the keys fetched again, for the provider may have changed them, but not more often."""
MOST_SUBJECT: Final = 255


@dataclass(frozen=True, slots=True)
class OidcOptions:
    """As registered at the provider. `secret_file` None: a public client, which has PKCE alone."""

    issuer: str
    client_id: str
    secret_file: Path | None
    redirect_uri: str
    scope: str = "openid profile"


@dataclass(frozen=True, slots=True)
class _Metadata:
    authorization: str
    token: str
    jwks: str
    read_at: datetime


class OpenIdProvider:
    """`Provider` by OpenID Connect Discovery, authorization code with PKCE (S256), state and nonce."""

    def __init__(self, options: OidcOptions, clock: Clock) -> None:
        self._options = options
        self._clock = clock
        self._lock = threading.Lock()
        self._metadata: _Metadata | None = None
        self._keys: tuple[KeySet, datetime] | None = None

    def address(self, state: str, nonce: str, verifier: str) -> str:
        query = {
            "response_type": "code",
            "client_id": self._options.client_id,
            "redirect_uri": self._options.redirect_uri,
            "scope": self._options.scope,
            "state": state,
            "nonce": nonce,
            "code_challenge": create_s256_code_challenge(verifier),
            "code_challenge_method": "S256",
        }
        endpoint = self._known().authorization
        return f"{endpoint}{'&' if urlsplit(endpoint).query else '?'}{urlencode(query)}"

    def claims(self, code: str, nonce: str, verifier: str) -> Mapping[str, Any]:
        answer = self._exchange(code, verifier)
        token = answer.get("id_token")
        if not isinstance(token, str):
            raise OidcRefused(OidcRefusal.BAD_ANSWER)
        try:
            return self._proved(token, nonce, answer.get("access_token"))
        except (JoseError, ValueError, TypeError, KeyError) as error:
            # Authlib's claims raise joserfc's errors. What was in the token stays out of the log.
            log.warning("oidc_token_refused", error=type(error).__name__)
            raise OidcRefused(OidcRefusal.BAD_ANSWER) from None

    def _proved(self, token: str, nonce: str, access_token: object) -> Mapping[str, Any]:
        try:
            signed = jwt.decode(token, self._key_set(), algorithms=list(ALGORITHMS))
        except (JoseError, ValueError):
            signed = jwt.decode(token, self._key_set(again=True), algorithms=list(ALGORITHMS))
        options = {
            "iss": {"essential": True, "value": self._options.issuer},
            "aud": {"essential": True, "value": self._options.client_id},
        }
        params = {"nonce": nonce, "client_id": self._options.client_id, "access_token": access_token}
        proved = CodeIDToken(signed.claims, signed.header, options, params)
        proved.validate(now=int(self._clock.now().timestamp()), leeway=LEEWAY_SECONDS)
        subject = signed.claims["sub"]
        if not isinstance(subject, str) or not 0 < len(subject) <= MOST_SUBJECT or not subject.isprintable():
            raise ValueError("sub")
        return dict(signed.claims)

    def _exchange(self, code: str, verifier: str) -> dict[str, Any]:
        form = {
            "grant_type": "authorization_code",
            "code": code,
            "redirect_uri": self._options.redirect_uri,
            "client_id": self._options.client_id,
            "code_verifier": verifier,
        }
        if self._options.secret_file is not None:
            form["client_secret"] = self._options.secret_file.read_text(encoding="utf-8").strip()
        return self._call("POST", self._known().token, form)

    def _known(self) -> _Metadata:
        with self._lock:
            now, known = self._clock.now(), self._metadata
            if known is not None and now - known.read_at < METADATA_LIFE:
                return known
            found = self._call("GET", f"{self._options.issuer.rstrip('/')}/.well-known/openid-configuration")
            if found.get("issuer") != self._options.issuer:
                log.error("oidc_wrong_issuer")
                raise OidcRefused(OidcRefusal.AWAY)
            try:
                self._metadata = _Metadata(
                    str(found["authorization_endpoint"]), str(found["token_endpoint"]), str(found["jwks_uri"]), now
                )
            except KeyError:
                raise OidcRefused(OidcRefusal.AWAY) from None
            return self._metadata

    def _key_set(self, *, again: bool = False) -> KeySet:
        jwks = self._known().jwks
        with self._lock:
            now = self._clock.now()
            if self._keys is not None and (not again or now - self._keys[1] < KEYS_AT_MOST_EVERY):
                return self._keys[0]
            keys = KeySet.import_key_set(self._call("GET", jwks))  # type: ignore[arg-type]
            self._keys = keys, now
            return keys

    def _call(self, method: str, address: str, form: dict[str, str] | None = None) -> dict[str, Any]:
        try:
            with httpx2.Client(timeout=TIMEOUT_SECONDS, follow_redirects=False) as client:
                answer = client.request(method, address, data=form, headers={"Accept": "application/json"})
                found = answer.json() if len(answer.content) <= MOST_BYTES else None
        except (httpx2.HTTPError, ValueError) as error:
            log.warning("oidc_away", error=type(error).__name__)
            raise OidcRefused(OidcRefusal.AWAY) from None
        if answer.status_code == 200 and isinstance(found, dict):
            return found
        log.warning("oidc_refuses", status=answer.status_code)
        raise OidcRefused(OidcRefusal.BAD_ANSWER if 400 <= answer.status_code < 500 else OidcRefusal.AWAY)
