"""TOTP as telephones know it: six digits, 30 s, SHA-1, a window of one step to either side."""

from __future__ import annotations

from datetime import datetime
from typing import Final

import pyotp

STEP_SECONDS: Final = 30
WINDOW: Final = 1
"""RFC 6238 5.2 recommends one step for the way and for a clock that is a little off."""
ISSUER: Final = "Care"


class Totp:
    """`OneTimeCodes` by pyotp."""

    def new_secret(self) -> str:
        return pyotp.random_base32(32)

    def step_of(self, secret: str, code: str, now: datetime) -> int | None:
        totp = pyotp.TOTP(secret, interval=STEP_SECONDS)
        middle = int(now.timestamp()) // STEP_SECONDS
        found = None
        # All of them are compared, so that the time taken says nothing.
        for step in range(middle - WINDOW, middle + WINDOW + 1):
            if pyotp.utils.strings_equal(totp.generate_otp(step), code):
                found = step
        return found

    def address(self, secret: str, username: str) -> str:
        return pyotp.TOTP(secret, interval=STEP_SECONDS).provisioning_uri(name=username, issuer_name=ISSUER)
