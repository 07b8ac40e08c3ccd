"""Which accounts the broker is given: its fixed ones, and one of each device that may connect."""

from __future__ import annotations

import base64
import fcntl
import hashlib
import os
import secrets
from collections.abc import Callable, Iterable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Final

import structlog

from backend.adapters.secret_files import write_secret_file

log = structlog.get_logger()

ITERATIONS: Final = 101
"""Mosquitto's own number. The secrets are 256 random bits, which no number of guesses finds."""
SALT_BYTES: Final = 12


def mosquitto_hash(secret: str) -> str:
    """`$7$101$<salt>$<hash>`: PBKDF2 with HMAC-SHA512, the only form that Mosquitto 2 reads."""
    salt = secrets.token_bytes(SALT_BYTES)
    digest = hashlib.pbkdf2_hmac("sha512", secret.encode(), salt, ITERATIONS)
    return f"$7${ITERATIONS}${base64.b64encode(salt).decode()}${base64.b64encode(digest).decode()}"


class BrokerPasswordFile:
    """`BrokerAccounts` and `BrokerAccess` as Mosquitto's password file; who runs the broker watches it, sends SIGHUP.

    Several backends may run: under a file lock each reads the committed rows anew, so the last to write knows them all.
    """

    def __init__(
        self, accounts_file: Path, passwd_file: Path, secret_hashes: Callable[[], Iterable[tuple[str, str]]]
    ) -> None:
        self._accounts_file = accounts_file
        self._passwd_file = passwd_file
        self._secret_hashes = secret_hashes

    def publish(self) -> None:
        """Write the file if its content changes. Raises OSError where it cannot be written."""
        self._passwd_file.parent.mkdir(parents=True, exist_ok=True, mode=0o700)
        with self._locked():
            fixed = self._fixed_lines()
            lines = [*fixed, *(f"{device_id}:{digest}" for device_id, digest in self._secret_hashes())]
            content = "".join(f"{line}\n" for line in lines).encode()
            if self._passwd_file.exists() and self._passwd_file.read_bytes() == content:
                return
            self._write(content)
            log.info("broker_accounts_written", fixed=len(fixed), devices=len(lines) - len(fixed))

    def changed(self, device_id: str) -> None:
        """`BrokerAccess`: the whole file, with or without this device."""
        self.publish()
        log.info("broker_access_changed", device_id=device_id)

    def _fixed_lines(self) -> list[str]:
        if not self._accounts_file.exists():
            log.warning("broker_accounts_file_missing")
            return []
        return [line for line in self._accounts_file.read_text().splitlines() if line.strip()]

    def _write(self, content: bytes) -> None:
        # The broker may run as a user of its own: what it could read before, it can read after.
        before = self._passwd_file.stat() if self._passwd_file.exists() else None
        owner = (before.st_uid, before.st_gid) if before and os.geteuid() == 0 else None
        write_secret_file(self._passwd_file, content, before.st_mode & 0o777 if before else 0o600, owner)

    @contextmanager
    def _locked(self) -> Iterator[None]:
        path = self._passwd_file.with_name(f".{self._passwd_file.name}.lock")
        descriptor = os.open(path, os.O_RDWR | os.O_CREAT, 0o600)
        try:
            fcntl.flock(descriptor, fcntl.LOCK_EX)
            yield
        finally:
            os.close(descriptor)
