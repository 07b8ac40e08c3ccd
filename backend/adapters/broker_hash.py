"""The form in which the broker keeps secrets, and which of them this process still knows in the clear."""

from __future__ import annotations

import base64
import binascii
import hashlib
import hmac
import re
import secrets
import threading
from collections import OrderedDict
from typing import Final

ITERATIONS: Final = 1
"""Repeating a hash slows down whoever guesses, and nobody guesses 256 random bits. Mosquitto's own 101 would make a
district that connects at once wait three times as long, and with it every press that comes meanwhile (ADR 31)."""
MOST_ITERATIONS: Final = 100_000
"""A row that asks for more is no row of ours; checking it would be a way to keep a processor busy."""
SALT_BYTES: Final = 12
DIGEST_BYTES: Final = 64
_COUNT: Final = re.compile(r"[0-9]{1,9}", re.ASCII)
KEPT: Final = 10_000
"""The largest enrolment is a tenth of it."""


def mosquitto_hash(secret: str, iterations: int = ITERATIONS) -> str:
    """`$7$<iterations>$<salt>$<hash>`: PBKDF2 with HMAC-SHA512, the only form that Mosquitto 2 reads."""
    salt = secrets.token_bytes(SALT_BYTES)
    digest = hashlib.pbkdf2_hmac("sha512", secret.encode(), salt, iterations)
    return f"$7${iterations}${base64.b64encode(salt).decode()}${base64.b64encode(digest).decode()}"


def parts_of(secret_hash: str) -> tuple[int, bytes, bytes] | None:
    """(iterations, salt, digest) of a `$7$` hash; None where it is none."""
    fields = secret_hash.split("$")
    if len(fields) != 5 or fields[:2] != ["", "7"] or not _COUNT.fullmatch(fields[2]):
        return None
    try:
        salt, digest = (base64.b64decode(field, validate=True) for field in fields[3:])
    except (binascii.Error, ValueError):
        return None
    iterations = int(fields[2])
    sound = 1 <= iterations <= MOST_ITERATIONS and len(digest) == DIGEST_BYTES
    return (iterations, salt, digest) if sound else None


def matches(secret: str, secret_hash: str) -> bool:
    """Whether this is the secret of this hash, in constant time."""
    found = parts_of(secret_hash)
    if found is None:
        return False
    iterations, salt, digest = found
    given = hashlib.pbkdf2_hmac("sha512", secret.encode(), salt, iterations)
    return hmac.compare_digest(given, digest)


class SecretHasher:
    """`HashSecret` and `FreshSecrets`: what was hashed here is known here until the broker has it.

    Mosquitto's plug-in takes a secret in the clear only, and the platform keeps none. In memory alone: a process that
    dies before the broker was told leaves the hash, with which the broker begins at its next start.
    """

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self._secrets: OrderedDict[str, str] = OrderedDict()

    def __call__(self, secret: str) -> str:
        secret_hash = mosquitto_hash(secret)
        with self._lock:
            self._secrets[secret_hash] = secret
            while len(self._secrets) > KEPT:
                self._secrets.popitem(last=False)
        return secret_hash

    def secret_of(self, secret_hash: str) -> str | None:
        with self._lock:
            return self._secrets.get(secret_hash)

    def forget(self, secret_hash: str) -> None:
        with self._lock:
            self._secrets.pop(secret_hash, None)
