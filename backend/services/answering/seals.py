"""How links, reply codes and form tokens are made: each is derived from one key, so that a crash forgets none."""

from __future__ import annotations

import base64
import hashlib
import hmac
from collections.abc import Callable
from dataclasses import dataclass
from typing import Final

from backend.domain.answering.model import Assignment

TOKEN_BYTES: Final = 24
"""32 characters: with `r/` before them they fit into a variable of an Alibaba Cloud text message, which holds 35."""
FOUR_DIGITS_TRIED: Final = 40
"""Codes of 4 digits that are tried before one of 6 is given: only where thousands of people have been asked at once."""


def sha256(text: str) -> str:
    """In hex; what is stored instead of a secret."""
    return hashlib.sha256(text.encode()).hexdigest()


@dataclass(frozen=True, slots=True)
class Seals:
    """`key` reads the 256-bit key that all processes share."""

    key: Callable[[], bytes]

    def _seal(self, text: str) -> bytes:
        return hmac.new(self.key(), text.encode(), hashlib.sha256).digest()

    def token(self, alert_id: str, recipient: str) -> str:
        """Of a link: 192 bits that nobody can guess, the same each time for the same alert and recipient."""
        return base64.urlsafe_b64encode(self._seal(f"link/{alert_id}/{recipient}")[:TOKEN_BYTES]).decode()

    def code(self, alert_id: str, recipient: str, attempt: int) -> str:
        """The `attempt`-th reply code to be tried, from 0; several people may come to the same one."""
        digits = 4 if attempt < FOUR_DIGITS_TRIED else 6
        number = int.from_bytes(self._seal(f"code/{alert_id}/{recipient}/{attempt}")[:8])
        return f"{number % 10**digits:0{digits}d}"

    def form(self, phone: str, token: str) -> str:
        """What a form on the page of `token`, seen by the phone with the cookie `phone`, must bring along."""
        return self._seal(f"form/{sha256(phone)}/{sha256(token)}").hex()[:32]

    def form_fits(self, given: str, phone: str, token: str) -> bool:
        """Whether the form was made by us for this phone."""
        return hmac.compare_digest(given.encode(errors="replace"), self.form(phone, token).encode())

    def reply_secret(self, provider: str) -> str:
        """Stands in the address to which an SMS provider brings replies."""
        return self._seal(f"replies/{provider}").hex()[:40]

    def reply_secret_fits(self, given: str, provider: str) -> bool:
        """Whether whoever calls knows the address."""
        return hmac.compare_digest(given.encode(errors="replace"), self.reply_secret(provider).encode())


def recipient_key(assignment: Assignment) -> str:
    """What a link belongs to, besides the alert."""
    return f"{assignment.recipient_kind}/{assignment.recipient_id}/{assignment.role}"
