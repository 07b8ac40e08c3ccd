"""A whole backend inside the test's process, with accounts and files of its own."""

from __future__ import annotations

import hashlib
import json
import secrets
from collections.abc import Collection, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import httpx2

from backend.app import Backend, Role
from backend.settings import Settings

SCOPES = {
    "gw1": ["ingest"],
    "sim": ["enrol"],
    "cli": ["enrol", "read", "metrics"],
    "launcher": ["health"],
    "nothing": [],
}


class Platform:
    """A running backend: `client(name)` is a program, `browser(username)` a person who has logged in."""

    def __init__(self, folder: Path, database_url: str, roles: Collection[Role] = (Role.ALL,), **settings: Any) -> None:
        self.folder = folder
        self.tokens = {name: secrets.token_urlsafe(32) for name in SCOPES}
        self.write_service_accounts(SCOPES)
        wanted: dict[str, Any] = {
            "port": 0,
            "database_url": database_url,
            "telemetry_path": folder / "telemetry.sqlite",
            "console_dir": folder / "console",
            "service_accounts_file": folder / "service-accounts.json",
            "broker_accounts_file": folder / "accounts",
            "broker_passwd_file": folder / "passwd",
            "enrol_key_file": folder / "enrol.key",
            "answer_key_file": folder / "answer.key",
            "seal_key_file": folder / "seal.key",
            "evidence_key_file": folder / "evidence.key",
            "identity_key_file": folder / "identity.key",
            "demo": True,
            "demo_accounts_file": folder / "demo.json",
            "first_account_file": folder / "first.json",
        }
        self.settings = Settings(**{**wanted, **settings})
        self.backend = Backend(self.settings, roles)

    def write_service_accounts(self, scopes: dict[str, list[str]]) -> None:
        """What the launcher writes."""
        accounts = [
            {"name": name, "token_sha256": hashlib.sha256(self.tokens[name].encode()).hexdigest(), "scopes": granted}
            for name, granted in scopes.items()
        ]
        (self.folder / "service-accounts.json").write_text(json.dumps({"accounts": accounts}))

    def client(self, name: str | None = None, **headers: str) -> httpx2.Client:
        """A client with the token of a program, or a stranger."""
        if name is not None:
            headers["Authorization"] = f"Bearer {self.tokens[name]}"
        return httpx2.Client(base_url=self.backend.url, headers=headers, timeout=60, trust_env=False)

    def passwords(self) -> dict[str, str]:
        """The first accounts, as they were handed out."""
        path = self.settings.demo_accounts_file if self.settings.demo else self.settings.first_account_file
        accounts = json.loads(path.read_text())["accounts"]
        return {account["username"]: account["password"] for account in accounts}

    @contextmanager
    def browser(self, username: str) -> Iterator[httpx2.Client]:
        """Somebody who has logged in; the CSRF token goes along by itself."""
        with self.client() as client:
            body = {"username": username, "password": self.passwords()[username]}
            answer = client.post("/api/v1/session", json=body)
            assert answer.status_code == 200, answer.text
            client.headers["X-CSRF-Token"] = answer.json()["csrf_token"]
            yield client


@contextmanager
def running(
    folder: Path, database_url: str, roles: Collection[Role] = (Role.ALL,), **settings: Any
) -> Iterator[Platform]:
    """A backend that serves inside the block."""
    platform = Platform(folder, database_url, roles, **settings)
    with platform.backend:
        yield platform
