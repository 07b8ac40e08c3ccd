"""Whether a code proves the second factor: a TOTP code that was not used before, or a recovery code."""

from __future__ import annotations

import re
from dataclasses import replace
from datetime import datetime
from enum import StrEnum
from typing import Final

from backend.services.identity.new_password import random_password
from backend.services.identity.ports import OneTimeCodes, Sealer
from backend.services.identity.session import token_sha256
from backend.services.identity.store import Factor, IdentityTransaction

RECOVERY_CODES: Final = 10
_TOTP: Final = re.compile(r"[0-9]{6}", re.ASCII)


class Verdict(StrEnum):
    """What became of a code."""

    TOTP = "totp"
    RECOVERY = "recovery"
    WRONG = "wrong"
    USED = "used"
    UNREADABLE = "unreadable"
    """The secret was sealed with another key: an administrator has to reset the factor."""

    @property
    def good(self) -> bool:
        """Whether it lets somebody in."""
        return self in (Verdict.TOTP, Verdict.RECOVERY)


class SecondFactor:
    """Checks codes within the caller's transaction, which has to commit: a code is used up by it."""

    def __init__(self, codes: OneTimeCodes, sealer: Sealer) -> None:
        self._codes = codes
        self._sealer = sealer

    def check(self, tx: IdentityTransaction, staff_id: str, code: str, now: datetime) -> Verdict:
        """`code` as it was typed: spaces and dashes do not matter."""
        typed = re.sub(r"[\s-]", "", code).lower()
        if _TOTP.fullmatch(typed) is None:
            good = tx.use_recovery_code(staff_id, token_sha256(typed))
            return Verdict.RECOVERY if good else Verdict.WRONG
        factor = tx.factor(staff_id)
        secret = self.unseal(staff_id, factor.secret)
        if secret is None:
            return Verdict.UNREADABLE
        step = self._codes.step_of(secret, typed, now)
        if step is None:
            return Verdict.WRONG
        # Not the same code, nor one from before it: who looks over a shoulder has nothing.
        if factor.last_step is not None and step <= factor.last_step:
            return Verdict.USED
        tx.put_factor(staff_id, replace(factor, last_step=step))
        return Verdict.TOTP

    def offer(self, tx: IdentityTransaction, staff_id: str) -> str:
        """A new secret that waits for a first code; one that is in force stays so until then."""
        secret = self._codes.new_secret()
        tx.put_factor(staff_id, replace(tx.factor(staff_id), pending=self._sealer.seal(secret.encode(), staff_id)))
        return secret

    def confirm(self, tx: IdentityTransaction, staff_id: str, code: str, now: datetime) -> list[str] | None:
        """The recovery codes, shown once; None: the code is not of the offered secret."""
        factor = tx.factor(staff_id)
        secret = self.unseal(staff_id, factor.pending)
        step = self._codes.step_of(secret, code.strip(), now) if secret is not None else None
        if step is None:
            return None
        tx.put_factor(staff_id, Factor(secret=factor.pending, last_step=step))
        words = [random_password() for _ in range(RECOVERY_CODES)]
        tx.put_recovery_codes(staff_id, [token_sha256(word.replace("-", "")) for word in words])
        return words

    def unseal(self, staff_id: str, sealed: bytes | None) -> str | None:
        """The secret; None where there is none that this key opens."""
        plain = self._sealer.open(sealed, staff_id) if sealed is not None else None
        return plain.decode() if plain is not None else None
