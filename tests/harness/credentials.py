"""Which accounts a system under test has: made afresh for each, in the places where the programs read them."""

from __future__ import annotations

import hashlib
import json
import secrets
from collections.abc import Iterable
from pathlib import Path

from launcher.credentials import write_dynamic_security
from tests.harness.broker import password_hash

LANES = ("events", "telemetry")
PLATFORM_ACCOUNT = "backend.access"


class Credentials:
    """Files under `folder`: `secrets/<name>.token`, `secrets/<account>.password`, `broker/accounts` and so on."""

    def __init__(self, folder: Path, gateways: Iterable[str]) -> None:
        self.secrets = folder / "secrets"
        self.broker = folder / "broker"
        self.secrets.mkdir(mode=0o700, parents=True)
        self.broker.mkdir(parents=True)
        gateways = list(gateways)
        scopes = {
            **{gateway: ["ingest"] for gateway in gateways},
            "sim": ["enrol"],
            "cli": ["enrol", "read", "metrics"],
            "launcher": ["health"],
        }
        accounts = [
            {"name": name, "token_sha256": hashlib.sha256(self._token(name).encode()).hexdigest(), "scopes": granted}
            for name, granted in scopes.items()
        ]
        self._write(self.secrets / "service-accounts.json", json.dumps({"accounts": accounts}))
        names = [PLATFORM_ACCOUNT, *(f"{gateway}.{lane}" for gateway in gateways for lane in LANES)]
        lines = "".join(f"{name}:{password_hash(self._password(name))}\n" for name in names)
        self._write(self.broker / "accounts", lines)
        write_dynamic_security(self.broker / "dynamic-security.json", lines)

    def token(self, name: str) -> str:
        """The bearer token of a service account."""
        return self.token_file(name).read_text()

    def token_file(self, name: str) -> Path:
        """Where that token stands."""
        return self.secrets / f"{name}.token"

    def password_file(self, account: str) -> Path:
        """Where the broker password of a gateway lane stands."""
        return self.secrets / f"{account}.password"

    def _token(self, name: str) -> str:
        return self._fresh(self.token_file(name))

    def _password(self, account: str) -> str:
        return self._fresh(self.password_file(account))

    def _fresh(self, path: Path) -> str:
        secret = secrets.token_urlsafe(32)
        self._write(path, secret)
        return secret

    def _write(self, path: Path, text: str) -> None:
        path.touch(mode=0o600)
        path.write_text(text, encoding="utf-8")
