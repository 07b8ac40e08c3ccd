"""What other parts ask of the outbox besides `NoticeOutbox`: who was alarmed, and that somebody passes."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from typing import Protocol

from backend.domain.escalation.targets import DutyRole, RecipientKind


@dataclass(frozen=True, slots=True)
class Alarmed:
    """Somebody who got or may have got a call-out, with the contact points that were meant to reach them."""

    kind: RecipientKind
    id: str
    name: str
    role: DutyRole | None
    contact_points: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class AskedNotice:
    """A notice as the part that answers it sees it. `state`: a `NoticeState`."""

    id: str
    kind: str
    alert_id: str | None
    recipient_kind: RecipientKind
    recipient_id: str
    recipient_name: str
    role: DutyRole | None
    state: str
    deadline_at: datetime


class AlarmedReader(Protocol):
    """Who has to learn how an alert ended."""

    def recipients_of(self, alert_id: str) -> tuple[Alarmed, ...]:
        """Each recipient once who got or may have got a call-out, desks included, in the order of being told."""
        ...


class NoticeAnswers(Protocol):
    """What the answering part does to a notice, in its own transaction (the alert is locked first)."""

    def notice(self, notice_id: str) -> AskedNotice | None:
        """Locked until the end of the transaction."""
        ...

    def pass_on(self, notice_id: str, now: datetime) -> bool:
        """The recipient says: not me. False where it had ended otherwise. The caller wakes the run."""
        ...
