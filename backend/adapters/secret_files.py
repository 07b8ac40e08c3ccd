"""How files with secrets are written: whole or not at all, durable, and readable by their owner alone."""

from __future__ import annotations

import json
import os
import secrets
from collections.abc import Sequence
from pathlib import Path

from backend.services.identity.ports import NewAccount


def write_secret_file(path: Path, content: bytes, mode: int = 0o600, owner: tuple[int, int] | None = None) -> None:
    """Write, fsync, rename, fsync the folder. A reader sees the old file or the new one. `owner`: user and group id."""
    path.parent.mkdir(parents=True, exist_ok=True, mode=0o700)
    draft = path.with_name(f".{path.name}.{secrets.token_hex(6)}")
    descriptor = os.open(draft, os.O_WRONLY | os.O_CREAT | os.O_EXCL, mode)
    try:
        with os.fdopen(descriptor, "wb") as file:
            if owner is not None:
                os.fchown(file.fileno(), *owner)
            os.fchmod(file.fileno(), mode)
            file.write(content)
            file.flush()
            os.fsync(file.fileno())
        draft.replace(path)
    except BaseException:
        draft.unlink(missing_ok=True)
        raise
    sync_folder(path.parent)


def sync_folder(folder: Path) -> None:
    """Make a rename in `folder` survive a power cut."""
    descriptor = os.open(folder, os.O_RDONLY | os.O_DIRECTORY)
    try:
        os.fsync(descriptor)
    finally:
        os.close(descriptor)


class AccountSheetFile:
    """`AccountSheet` as a JSON file: `{"accounts":[{"username","password","name","role"}]}`."""

    def __init__(self, path: Path) -> None:
        self._path = path

    def write(self, accounts: Sequence[NewAccount]) -> None:
        rows = [
            {"username": account.username, "password": account.password, "name": account.name, "role": account.role}
            for account in accounts
        ]
        content = json.dumps({"accounts": rows}, ensure_ascii=False, indent=2) + "\n"
        write_secret_file(self._path, content.encode())


class KeyFile:
    """A 256-bit key in a file, made at first use; every process that shares the file has the same key."""

    def __init__(self, path: Path) -> None:
        self._path = path

    def read(self) -> bytes:
        """The key; ValueError where the file holds something else."""
        if not self._path.exists():
            self._make()
        key = bytes.fromhex(self._path.read_text().strip())
        if len(key) != 32:
            raise ValueError(f"{self._path}: not a key of 256 bits")
        return key

    def _make(self) -> None:
        # A link, not a rename: of two processes that start at once the first makes the key and the second takes it.
        draft = self._path.with_name(f".{self._path.name}.{secrets.token_hex(6)}")
        write_secret_file(draft, secrets.token_hex(32).encode() + b"\n")
        try:
            os.link(draft, self._path)
        except FileExistsError:
            pass
        finally:
            draft.unlink()
        sync_folder(self._path.parent)
