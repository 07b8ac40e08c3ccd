"""Which programs may call, by the file that the launcher or the administrator keeps; read again when it changes."""

from __future__ import annotations

import hmac
import threading
from pathlib import Path

import msgspec
import structlog

from backend.services.identity.actor import Actor, ActorKind, Scope

log = structlog.get_logger()

_Stamp = tuple[int, int, int]


class _Entry(msgspec.Struct, frozen=True):
    name: str
    scopes: list[str]
    token_sha256: str = ""


class _File(msgspec.Struct, frozen=True):
    accounts: list[_Entry]


class ServiceAccountsFile:
    """`ServiceAccounts` as JSON: `{"accounts":[{"name","token_sha256","scopes":[…]}]}`.

    A file that cannot be read leaves the last good accounts in force (a half-written file must not stop ingest); a file
    that is gone leaves nobody.
    """

    def __init__(self, path: Path) -> None:
        self._path = path
        self._lock = threading.Lock()
        self._stamp: _Stamp | None = None
        self._accounts: tuple[tuple[bytes, Actor], ...] = ()

    def find(self, token_sha256: str) -> Actor | None:
        self._reload()
        found: Actor | None = None
        # All are compared, so the time taken says nothing about which one is close.
        for digest, actor in self._accounts:
            if hmac.compare_digest(digest, token_sha256.encode()):
                found = actor
        return found

    def _reload(self) -> None:
        with self._lock:
            stamp = self._read_stamp()
            if stamp == self._stamp:
                return
            self._stamp = stamp
            if stamp is None:
                self._accounts = ()
                return
            try:
                self._accounts = _parse(self._path.read_bytes())
            except (OSError, ValueError) as error:
                log.error("service_accounts_unreadable", error=type(error).__name__)

    def _read_stamp(self) -> _Stamp | None:
        try:
            status = self._path.stat()
        except FileNotFoundError:
            return None
        return status.st_ino, status.st_mtime_ns, status.st_size


def _parse(content: bytes) -> tuple[tuple[bytes, Actor], ...]:
    accounts = []
    for entry in msgspec.json.decode(content, type=_File).accounts:
        if len(entry.token_sha256) != 64:
            log.warning("service_account_without_token", account=entry.name)
            continue
        scopes = frozenset(Scope(scope) for scope in entry.scopes)
        actor = Actor(ActorKind.SERVICE, entry.name, entry.name, scopes=scopes)
        accounts.append((entry.token_sha256.lower().encode(), actor))
    return tuple(accounts)
