"""Who is told about a work order by a notice: a provider without an account, and the manager of what is overdue."""

from __future__ import annotations

from datetime import datetime, timedelta
from typing import Any, Final

from backend.domain.alert.model import SYSTEM
from backend.domain.escalation.targets import RecipientKind
from backend.domain.work_order.model import Entry, EntryKind, Order, Priority, State
from backend.domain.work_order.rules import Book
from backend.services.notices.ports import NewNotice, NoticeKind, notice_id
from backend.services.work_order.ports import OrderRows, Told
from contract.vocabulary import Severity

TRIED_FOR: Final = timedelta(hours=24)
"""A notice about work is worth sending for a day; the list shows the order all the same."""
OFFERED: Final = "offered"
OVERDUE: Final = "overdue"


def tell_provider(rows: OrderRows, order: Order, book: Book, now: datetime) -> None:
    """A notice to the provider's contact points, where nobody there can log in and see the list."""
    provider_id = order.provider_id
    if provider_id is None or order.state is State.SCHEDULED or rows.has_account(provider_id):
        return
    provider = rows.named(provider_id, now)
    points = rows.organisation_points(provider_id)
    if provider is None or not points:
        _say(rows, order, EntryKind.NOBODY_TO_TELL, "no_verified_channel", {"provider_id": provider_id}, now)
        return
    to = Told(provider_id, provider.provider_name, points)
    _put(rows, order, book, [to], RecipientKind.PROVIDER, OFFERED, now)


def tell_managers(rows: OrderRows, order: Order, book: Book, now: datetime) -> None:
    """A notice to the manager nearest to the provider, up the tree, that a step is overdue."""
    chain = rows.place(order.home_id).chain
    if order.provider_id is not None and order.provider_id not in chain:
        chain = (order.provider_id, *chain)
    managers = rows.managers(chain)
    if not managers:
        _say(rows, order, EntryKind.NOBODY_TO_TELL, "no_manager", {}, now)
        return
    _put(rows, order, book, managers, RecipientKind.PERSON, OVERDUE, now)


def _put(
    rows: OrderRows, order: Order, book: Book, to: list[Told], kind: RecipientKind, why: str, now: datetime
) -> None:
    facts = _facts(rows, order, book, why)
    notices = [
        NewNotice(
            # The version tells one offer or overdue step from the next; the same one is sent once.
            id=notice_id(order.id, NoticeKind.WORK_ORDER, order.version, 0, one.id),
            kind=NoticeKind.WORK_ORDER,
            severity=Severity.URGENT if order.priority is Priority.URGENT else Severity.ADVISORY,
            recipient_kind=kind,
            recipient_id=one.id,
            recipient_name=one.name,
            created_at=now,
            deadline_at=now + TRIED_FOR,
            contact_points=one.contact_points,
            work_order_id=order.id,
            step=order.version,
            facts=facts,
        )
        for one in to
    ]
    rows.outbox.put(notices, now)
    _say(rows, order, EntryKind.TOLD, why, {"names": [one.name for one in to]}, now)


def _facts(rows: OrderRows, order: Order, book: Book, why: str) -> dict[str, Any]:
    label = book.of(order.kind).label
    return {
        "why": why,
        "kind": order.kind,
        "kind_label": {"zh-CN": label.zh, "en": label.en},
        "state": str(order.state),
        "priority": str(order.priority),
        "home": rows.place(order.home_id).label,
        "text": order.text,
        "deadline_at": order.deadline_at.isoformat() if order.deadline_at else None,
        "opens_at": order.provider_opens_at.isoformat() if order.provider_opens_at else None,
    }


def _say(rows: OrderRows, order: Order, kind: EntryKind, why: str, detail: dict[str, Any], now: datetime) -> None:
    rows.add_entries(order.id, [Entry(kind, SYSTEM, now, "platform", why, detail)])
