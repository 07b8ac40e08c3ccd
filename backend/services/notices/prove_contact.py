"""A contact point is proved: a code goes out through its own channel, and whoever reads it out has got it there."""

from __future__ import annotations

import hashlib
import hmac
from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime, timedelta
from enum import StrEnum
from typing import Final

import structlog

from backend.services.alarm.ports import Clock
from backend.services.notices.delivery_ports import CodeSent, NoticeStore
from backend.services.notices.ports import NewNotice, NoticeKind, notice_id
from contract.vocabulary import Severity

log = structlog.get_logger()

VALID: Final = timedelta(minutes=10)
MOST_TRIES: Final = 5
WINDOW: Final = timedelta(minutes=2)
"""One code per contact point in so long: it may be asked for again soon, but nobody is flooded by it."""
_DIGITS: Final = 6


class Asked(StrEnum):
    """What became of asking for a code."""

    SENT = "sent"
    TOO_SOON = "too_soon"
    NOT_FOUND = "not_found"


class Proved(StrEnum):
    """What became of a code that was entered."""

    PROVED = "proved"
    WRONG = "wrong"
    NO_CODE = "no_code"
    """None was sent in the last ten minutes, or it was tried too often."""
    NOT_FOUND = "not_found"


@dataclass(frozen=True, slots=True)
class ProofCodes:
    """Six digits, derived from the notice's id and a key: neither the database nor a log ever holds a code."""

    key: Callable[[], bytes]

    def code(self, notice_id: str) -> str:
        digest = hmac.new(self.key(), f"contact-proof/{notice_id}".encode(), hashlib.sha256).digest()
        return f"{int.from_bytes(digest[:8], 'big') % 10**_DIGITS:0{_DIGITS}d}"


@dataclass(frozen=True, slots=True)
class AskProof:
    """Sends a code."""

    store: NoticeStore
    clock: Clock

    def __call__(self, point_id: str, actor_id: str) -> Asked:
        """A disabled contact point may be proved again: that enables it."""
        now = self.clock.now()
        with self.store.begin() as tx:
            point = tx.point_to_prove(point_id)
            if point is None:
                return Asked.NOT_FOUND
            notice = NewNotice(
                id=_id(point_id, _window(now)),
                kind=NoticeKind.VERIFY,
                # Somebody sits there and waits for it.
                severity=Severity.URGENT,
                recipient_kind=point.owner_kind,
                recipient_id=point.owner_id,
                recipient_name=point.owner_name,
                created_at=now,
                deadline_at=now + VALID,
                contact_points=(point_id,),
            )
            if not tx.put(notice, now):
                return Asked.TOO_SOON
            tx.commit()
        log.info("contact_proof_asked", contact_point=point_id, actor=actor_id)
        return Asked.SENT


@dataclass(frozen=True, slots=True)
class ConfirmProof:
    """Takes the code that the person has read out."""

    store: NoticeStore
    codes: ProofCodes
    clock: Clock

    def __call__(self, point_id: str, code: str, actor_id: str) -> Proved:
        """Any code that is still valid counts: text messages overtake one another."""
        now = self.clock.now()
        with self.store.begin() as tx:
            if tx.point_to_prove(point_id) is None:
                return Proved.NOT_FOUND
            sent = tx.codes_sent([_id(point_id, _window(now) - back) for back in range(VALID // WINDOW + 1)])
            valid = [one for one in sent if now < one.deadline_at and one.tries < MOST_TRIES]
            if not valid:
                return Proved.NO_CODE
            right = any(self._is_right(one, code) for one in valid)
            for one in valid:
                # A code is good for once, and all of them fall with it.
                tx.count_try(one.notice_id, MOST_TRIES if right else one.tries + 1)
            if right:
                tx.prove_point(point_id, now)
            tx.commit()
        log.info("contact_proved" if right else "contact_code_wrong", contact_point=point_id, actor=actor_id)
        return Proved.PROVED if right else Proved.WRONG

    def _is_right(self, sent: CodeSent, code: str) -> bool:
        return hmac.compare_digest(self.codes.code(sent.notice_id).encode(), code.encode())


def _window(now: datetime) -> int:
    return int(now.timestamp() // WINDOW.total_seconds())


def _id(point_id: str, window: int) -> str:
    return notice_id(point_id, NoticeKind.VERIFY, window, 0, point_id)
