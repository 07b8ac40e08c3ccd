"""How notices and attempts become rows, and rows become what the delivery machine decides about."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any, Final

from sqlalchemy import ColumnElement, RowMapping, and_, func, select

from backend.adapters.db.notices import attempts, notices
from backend.domain.delivery.model import Delivery, NoticeState, Outcome, priority
from backend.domain.escalation.targets import RecipientKind
from backend.services.notices.ports import NewNotice, NoticeKind
from contract.vocabulary import Severity

DESK_CALL: Final = "desk"
"""Stands for a contact point where a desk has to find a number itself and call: grave news has no other last way."""
CALLS_FOR_HELP: Final = ("call_out", "desk_trouble", "lease")
"""Kinds that nobody needs any more once somebody has the alert."""
OUTSTANDING: Final[ColumnElement[bool]] = and_(
    attempts.c.result == str(Outcome.ACCEPTED), attempts.c.receipt_at.is_(None)
)


def first_row(notice: NewNotice) -> dict[str, Any]:
    """Columns of a notice that has just been asked for."""
    points = route(notice.contact_points, notice.voice_only)
    return {
        "id": notice.id,
        "kind": str(notice.kind),
        "severity": str(notice.severity),
        "priority": priority(notice.severity, notice.sos, notice.kind is NoticeKind.ENDED),
        "alert_id": notice.alert_id,
        "work_order_id": notice.work_order_id,
        "step": notice.step,
        "round": notice.round,
        "recipient_kind": str(notice.recipient_kind),
        "recipient_id": notice.recipient_id,
        "recipient_name": notice.recipient_name[:128],
        "role": str(notice.role) if notice.role is not None else None,
        "contact_points": points,
        "position": 0,
        "attempts": 0,
        "voice_only": notice.voice_only,
        "facts": dict(notice.facts),
        "state": str(NoticeState.PENDING),
        "created_at": notice.created_at,
        "due_at": notice.created_at,
        "deadline_at": notice.deadline_at,
    }


def route(contact_points: Sequence[str], voice_only: bool) -> list[str]:
    """Each contact point once, in order; grave news ends at a desk that makes a call."""
    points = list(dict.fromkeys(contact_points))
    return [*points, DESK_CALL] if voice_only else points


def at_a_screen(notice: NewNotice) -> bool:
    """Whether it is told by a screen: a desk or provider without a channel of its own."""
    by_screen = notice.recipient_kind in (RecipientKind.ORGANISATION, RecipientKind.PROVIDER)
    return by_screen and not notice.contact_points and not notice.voice_only


def to_delivery(row: RowMapping, outstanding: int) -> Delivery:
    """The delivery of a row of `notices`."""
    return Delivery(
        state=NoticeState(row["state"]),
        severity=Severity(row["severity"]),
        points=len(row["contact_points"]),
        due_at=row["due_at"],
        deadline_at=row["deadline_at"],
        position=row["position"],
        attempts=row["attempts"],
        outstanding=outstanding,
        voice_only=row["voice_only"],
        cause=row["cause"],
        sent_at=row["sent_at"],
        ended_at=row["ended_at"],
    )


def delivery_values(delivery: Delivery) -> dict[str, Any]:
    """The columns that a decision changes."""
    return {
        "state": str(delivery.state),
        "position": delivery.position,
        "attempts": delivery.attempts,
        "due_at": delivery.due_at,
        "cause": delivery.cause[:128] if delivery.cause else None,
        "sent_at": delivery.sent_at,
        "ended_at": delivery.ended_at,
    }


OUTSTANDING_COUNT: Final = (
    select(func.count()).where(attempts.c.notice_id == notices.c.id, OUTSTANDING).scalar_subquery().label("outstanding")
)
