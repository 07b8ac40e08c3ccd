"""The secret that a label shows and a device proves once: it follows from the platform's key, and is stored nowhere."""

from __future__ import annotations

import base64
import hashlib
import hmac
from dataclasses import dataclass
from typing import Final
from urllib.parse import urlencode

from backend.services.registry.ports import EnrolKey

SCHEME: Final = "care:claim"


@dataclass(frozen=True, slots=True)
class ClaimSecrets:
    """Claim and lobby secrets of 256 bits. A device keeps its own: a label stays right when it is reopened."""

    key: EnrolKey

    def secret_of(self, device_id: str) -> str:
        """What the label of this device shows."""
        return self._derived(f"claim|{device_id}")

    def digest_of(self, device_id: str) -> str:
        """SHA-256 of it, as it is kept."""
        return digest(self.secret_of(device_id))

    def lobby_of(self, batch_id: str) -> str:
        """With what devices of a delivery connect until they have claimed a credential of their own."""
        return self._derived(f"lobby|{batch_id}")

    def _derived(self, what: str) -> str:
        made = hmac.new(self.key.read(), what.encode(), hashlib.sha256).digest()
        return base64.urlsafe_b64encode(made).decode().rstrip("=")


def digest(secret: str) -> str:
    """SHA-256 in hexadecimal. The secret is random, so a plain hash is enough."""
    return hashlib.sha256(secret.encode()).hexdigest()


def claim_uri(device_id: str, secret: str | None) -> str:
    """What a label's code says; without a secret only which device it is."""
    told = {"id": device_id} if secret is None else {"id": device_id, "secret": secret}
    return f"{SCHEME}?{urlencode(told)}"
