"""How ids and secrets of new devices are made, so that a repeated request gets the same ones and none is stored."""

from __future__ import annotations

import base64
import hashlib
import hmac
import secrets
from typing import Final

# Crockford's base 32: no I, L, O, U.
_ALPHABET: Final = str.maketrans("ABCDEFGHIJKLMNOPQRSTUVWXYZ234567", "0123456789ABCDEFGHJKMNPQRSTVWXYZ")
ID_CHARACTERS: Final = 10
"""50 bits: among 100,000 devices two are alike once in 200,000 times, and that is refused, not overwritten."""


class Seed:
    """What ids and secrets of one request follow from: the platform's key, the actor and the Idempotency-Key."""

    def __init__(self, key: bytes, actor: str, idempotency_key: str | None) -> None:
        # Without an Idempotency-Key nothing may follow from the request: two alike are two.
        request = idempotency_key if idempotency_key is not None else secrets.token_hex(32)
        self._root = _mac(key, f"{len(actor)}|{actor}|{request}")

    def identifier(self, prefix: str, place: str) -> str:
        """An id for what stands at `place` of the request."""
        digest = base64.b32encode(_mac(self._root, f"id|{place}")).decode()
        return prefix + digest[:ID_CHARACTERS].translate(_ALPHABET)

    def secret(self, device_id: str) -> str:
        """The secret of a device: 256 bits."""
        return base64.urlsafe_b64encode(_mac(self._root, f"secret|{device_id}")).decode().rstrip("=")


def _mac(key: bytes, text: str) -> bytes:
    return hmac.new(key, text.encode(), hashlib.sha256).digest()
