"""Encryption at rest: AES-256-GCM with keys from a file; the first key seals, any of them opens, so keys can change."""

from __future__ import annotations

import hashlib
import secrets
from dataclasses import dataclass
from pathlib import Path
from typing import Final

from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.ciphers.aead import AESGCM

from backend.adapters.secret_files import write_secret_file

VERSION: Final = b"\x01"
NAME_BYTES: Final = 4
NONCE_BYTES: Final = 12
KEY_BYTES: Final = 32


@dataclass(frozen=True, slots=True)
class KeyRing:
    """`Sealer`: one 256-bit key in hex a line, the newest first; made at first use. Read at each use.

    A sealed value is version (1 byte), name of the key (4), nonce (12), ciphertext and tag (16). `purpose` is bound in
    as associated data: a value that is moved to another row or column does not open there.
    """

    path: Path

    def seal(self, plain: bytes, purpose: str) -> bytes:
        """With the newest key."""
        key = self._keys()[0]
        nonce = secrets.token_bytes(NONCE_BYTES)
        return VERSION + name_of(key) + nonce + AESGCM(key).encrypt(nonce, plain, purpose.encode())

    def open(self, sealed: bytes, purpose: str) -> bytes | None:
        """None: sealed for another purpose, with a key that is gone, or altered."""
        head, start = sealed[: 1 + NAME_BYTES], 1 + NAME_BYTES + NONCE_BYTES
        for key in self._keys():
            if head == VERSION + name_of(key):
                try:
                    return AESGCM(key).decrypt(sealed[1 + NAME_BYTES : start], sealed[start:], purpose.encode())
                except (InvalidTag, ValueError):
                    continue
        return None

    def is_newest(self, sealed: bytes) -> bool:
        """Whether it was sealed with the key that seals now."""
        return sealed[1 : 1 + NAME_BYTES] == name_of(self._keys()[0])

    def add(self) -> None:
        """A new key in front of the others, durable when this returns."""
        self._write([secrets.token_bytes(KEY_BYTES), *self._keys()])

    def drop_old(self) -> int:
        """Forget all keys but the newest; returns how many. Only when nothing is sealed with them any more."""
        keys = self._keys()
        self._write(keys[:1])
        return len(keys) - 1

    def _keys(self) -> list[bytes]:
        if not self.path.exists():
            self._make()
        keys = [bytes.fromhex(line) for line in self.path.read_text().split()]
        if not keys or any(len(key) != KEY_BYTES for key in keys):
            raise ValueError(f"{self.path}: one key of 256 bits in hex a line is wanted")
        return keys

    def _make(self) -> None:
        # A link, not a rename: of two processes that start at once the first makes the key and the second takes it.
        draft = self.path.with_name(f".{self.path.name}.{secrets.token_hex(6)}")
        write_secret_file(draft, secrets.token_hex(KEY_BYTES).encode() + b"\n")
        try:
            self.path.hardlink_to(draft)
        except FileExistsError:
            pass
        finally:
            draft.unlink()

    def _write(self, keys: list[bytes]) -> None:
        write_secret_file(self.path, "".join(f"{key.hex()}\n" for key in keys).encode())


def name_of(key: bytes) -> bytes:
    """Which key it was: four bytes of its SHA-256, which give nothing of it away."""
    return hashlib.sha256(key).digest()[:NAME_BYTES]
