"""The link and the reply code that a notice carries: made once per person and alert, and the same each time."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from typing import Final

from backend.domain.answering.model import LINK_LIVES, Assignment, State
from backend.domain.answering.progress import asked_again
from backend.domain.escalation.targets import DutyRole, RecipientKind
from backend.services.alarm.ports import Clock, Ids
from backend.services.answering.ports import AnswerStore, AnswerTransaction
from backend.services.answering.seals import Seals, recipient_key, sha256

TRIES: Final = 80
_SAME: Final = timedelta(minutes=1)
"""A notice that is tried again within this needs no later end."""


@dataclass(frozen=True, slots=True)
class Ask:
    """Whom an assignment is for."""

    alert_id: str
    notice_id: str | None
    kind: RecipientKind
    id: str
    name: str
    role: DutyRole
    organisation_id: str | None = None
    by_hand: str | None = None


class NoCodeLeftError(RuntimeError):
    """80 codes in a row are in use: not before hundreds of thousands are asked at once."""


def assign(tx: AnswerTransaction, ask: Ask, seals: Seals, ids: Ids, now: datetime) -> Assignment:
    """The assignment of `ask`, new or asked again. The alert must be locked."""
    for one in tx.assignments(ask.alert_id):
        if (one.recipient_kind, one.recipient_id, one.role) == (ask.kind, ask.id, ask.role):
            return _again(tx, one, ask, seals, now)
    recipient = f"{ask.kind}/{ask.id}/{ask.role}"
    token = sha256(seals.token(ask.alert_id, recipient))
    for code in _codes(tx, seals, ask.alert_id, recipient):
        new = Assignment(
            id=ids.new(),
            alert_id=ask.alert_id,
            notice_id=ask.notice_id,
            recipient_kind=ask.kind,
            recipient_id=ask.id,
            recipient_name=ask.name,
            role=ask.role,
            organisation_id=ask.organisation_id,
            token_sha256=token,
            reply_code=code,
            created_at=now,
            expires_at=now + LINK_LIVES,
            by_hand=ask.by_hand,
        )
        if tx.add_assignment(new):
            return new
    raise NoCodeLeftError


def _codes(tx: AnswerTransaction, seals: Seals, alert_id: str, recipient: str) -> Iterator[str]:
    for attempt in range(TRIES):
        code = seals.code(alert_id, recipient, attempt)
        if not tx.code_in_use(code):
            yield code


def _again(tx: AnswerTransaction, one: Assignment, ask: Ask, seals: Seals, now: datetime) -> Assignment:
    # Derived again: with a new key file the links that were sent are dead, but those that are sent now must work.
    token = sha256(seals.token(one.alert_id, recipient_key(one)))
    recent = now + LINK_LIVES - one.expires_at < _SAME and one.token_sha256 == token
    if not ask.by_hand and ask.notice_id == one.notice_id and recent:
        return one
    again = replace(asked_again(one, ask.notice_id, now + LINK_LIVES, ask.by_hand), token_sha256=token)
    if again.reply_code is None and again.state is not State.DONE:
        again = replace(again, reply_code=next(_codes(tx, seals, again.alert_id, recipient_key(again)), None))
    tx.save_assignment(again)
    return again


@dataclass(frozen=True, slots=True)
class AnswerLinks:
    """What a notice asks for just before it is sent, outside of any transaction: this one is its own.

    `public_url`: how phones reach us, without a slash at its end.
    """

    store: AnswerStore
    clock: Clock
    ids: Ids
    seals: Seals
    public_url: Callable[[], str]

    def link(self, notice_id: str) -> tuple[str, str] | None:
        """(address, reply code), or None for a notice that asks nobody to take an alert, and for an alert that is over.

        The same notice has the same link, whatever died in between; a further notice to the same person about the same
        alert as well.
        """
        with self.store.begin() as tx:
            notice = tx.call_out(notice_id)
            alert = tx.alert(notice.alert_id) if notice is not None else None
            if notice is None or alert is None or alert.ended:
                return None
            ask = Ask(
                alert.id,
                notice_id,
                notice.recipient_kind,
                notice.recipient_id,
                notice.recipient_name,
                notice.role,
                notice.organisation_id or alert.organisation_id,
            )
            made = assign(tx, ask, self.seals, self.ids, self.clock.now())
            tx.commit()
        if made.reply_code is None:
            return None
        return self.address(made), made.reply_code

    def address(self, assignment: Assignment) -> str:
        """Where the person answers."""
        token = self.seals.token(assignment.alert_id, recipient_key(assignment))
        return f"{self.public_url()}/r/{token}"
