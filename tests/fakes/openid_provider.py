"""An OpenID provider on loopback: discovery, keys, and ID tokens that can be spoilt on purpose."""

from __future__ import annotations

import hashlib
import hmac
import json
from base64 import urlsafe_b64encode
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from threading import Thread
from typing import Any
from urllib.parse import parse_qs, urlsplit

from joserfc import jwt
from joserfc.jwk import RSAKey

CLIENT = "care"
SECRET = "client-secret"


@dataclass
class OpenIdServer:
    """`claims` go over those that are right; `header` over the token's; `key` signs; `away`: it answers 503."""

    now: int
    key: RSAKey = field(default_factory=lambda: RSAKey.generate_key(2048, {"kid": "one"}))
    published: RSAKey | None = None
    claims: dict[str, Any] = field(default_factory=dict)
    header: dict[str, Any] = field(default_factory=dict)
    away: bool = False
    url: str = ""
    asked: list[Mapping[str, str]] = field(default_factory=list)
    begun: dict[str, Mapping[str, str]] = field(default_factory=dict)

    def log_in(self, address: str) -> tuple[str, str]:
        """What a browser does at the provider: (state, code) for the way back."""
        query = {name: values[0] for name, values in parse_qs(urlsplit(address).query).items()}
        code = f"code-{len(self.begun)}"
        self.begun[code] = query
        return query["state"], code

    def token(self, form: Mapping[str, str]) -> tuple[int, dict[str, Any]]:
        """The answer of the token endpoint; a code is good once, for whoever knows the verifier and the secret."""
        self.asked.append(form)
        begun = self.begun.pop(form.get("code", ""), None)
        challenge = urlsafe_b64encode(hashlib.sha256(form.get("code_verifier", "").encode()).digest()).rstrip(b"=")
        if begun is None or begun["code_challenge"] != challenge.decode() or form.get("client_secret") != SECRET:
            return 400, {"error": "invalid_grant"}
        right = {
            "iss": self.url,
            "aud": CLIENT,
            "sub": "subject-1",
            "exp": self.now + 300,
            "iat": self.now,
            "nonce": begun["nonce"],
            "preferred_username": "zhang",
            "name": "张澜",
            "roles": ["care-desk"],
        }
        claims = {name: value for name, value in {**right, **self.claims}.items() if value is not None}
        header = {"alg": "RS256", "kid": self.key.kid, **self.header}
        if header["alg"] in ("none", "HS256"):  # made by hand: no library would
            body = f"{_part(header)}.{_part(claims)}"
            signed = hmac.digest(self.key.as_pem(private=False), body.encode(), "sha256")
            tail = urlsafe_b64encode(signed).rstrip(b"=").decode() if header["alg"] == "HS256" else ""
            return 200, {"id_token": f"{body}.{tail}", "access_token": "x", "token_type": "Bearer"}
        signed = jwt.encode(header, claims, self.key, algorithms=[header["alg"]])
        return 200, {"id_token": signed, "access_token": "x", "token_type": "Bearer"}

    def document(self, path: str) -> dict[str, Any] | None:
        """Discovery and keys."""
        if path == "/.well-known/openid-configuration":
            return {
                "issuer": self.url,
                "authorization_endpoint": f"{self.url}/authorize",
                "token_endpoint": f"{self.url}/token",
                "jwks_uri": f"{self.url}/keys",
            }
        public = (self.published or self.key).as_dict(private=False)
        return {"keys": [public]} if path == "/keys" else None


@contextmanager
def openid_server(now: int) -> Iterator[OpenIdServer]:
    """A provider that answers inside the block."""
    provider = OpenIdServer(now)

    class Handler(BaseHTTPRequestHandler):
        def do_GET(self) -> None:
            found = provider.document(urlsplit(self.path).path)
            self._answer(200 if found else 404, found or {})

        def do_POST(self) -> None:
            body = self.rfile.read(int(self.headers["Content-Length"])).decode()
            self._answer(*provider.token({name: values[0] for name, values in parse_qs(body).items()}))

        def _answer(self, status: int, content: dict[str, Any]) -> None:
            encoded = json.dumps(content).encode()
            self.send_response(503 if provider.away else status)
            self.send_header("Content-Type", "application/json")
            self.send_header("Content-Length", str(len(encoded)))
            self.end_headers()
            self.wfile.write(encoded)

        def log_message(self, format: str, *args: object) -> None:
            """Quiet."""

    server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    provider.url = f"http://127.0.0.1:{server.server_address[1]}"
    thread = Thread(target=server.serve_forever, name="openid-provider")
    thread.start()
    try:
        yield provider
    finally:
        server.shutdown()
        server.server_close()
        thread.join()


def _part(content: Mapping[str, Any]) -> str:
    return urlsafe_b64encode(json.dumps(content).encode()).rstrip(b"=").decode()
