"""What has happened to a work order, and whom to call about it."""

from __future__ import annotations

from sqlalchemy import Connection, RowMapping, select

from backend.adapters.db.registry import contacts, homes, residents
from backend.adapters.db.work_order import call_backs, timeline
from backend.domain.alert.model import ActorKind
from backend.domain.work_order.labels import ENTRY_LABELS, REASON_LABELS, RESULT_LABELS
from backend.domain.work_order.model import CallResult, EntryKind, Order
from backend.services.work_order.views import Words, WorkActor, WorkCall, WorkEntry
from backend.services.work_order.words import coded, words


def timeline_of(connection: Connection, order: Order) -> list[WorkEntry]:
    rows = connection.execute(
        select(timeline).where(timeline.c.work_order_id == order.id).order_by(timeline.c.id)
    ).mappings()
    return [
        WorkEntry(
            id=row["id"],
            at=row["at"],
            kind=coded(EntryKind(row["kind"]), ENTRY_LABELS),
            actor=WorkActor(kind=row["actor_kind"], id=row["actor_id"], name=row["actor_name"]),
            source=row["source"],
            reason=row["reason"],
            reason_label=_reason_label(row),
            detail=row["detail"],
        )
        for row in rows
    ]


def _reason_label(row: RowMapping) -> Words | None:
    """Only of a reason that the platform gave: a person may have written the same word."""
    ours = row["actor_kind"] == str(ActorKind.SYSTEM) or row["kind"] == str(EntryKind.REGISTERED)
    label = REASON_LABELS.get(row["reason"]) if ours else None
    return words(label) if label is not None else None


def calls_of(connection: Connection, order: Order) -> list[WorkCall]:
    rows = connection.execute(
        select(call_backs).where(call_backs.c.work_order_id == order.id).order_by(call_backs.c.id)
    ).mappings()
    return [
        WorkCall(
            at=row["at"],
            result=coded(CallResult(row["result"]), RESULT_LABELS),
            reached=CallResult(row["result"]).reached,
            caller=WorkActor(kind=row["caller_kind"], id=row["caller_id"], name=row["caller_name"]),
            note=row["note"],
        )
        for row in rows
    ]


def phones_of(connection: Connection, order: Order) -> list[str]:
    """Whom to call back: the resident, the home, then the contacts that may be called, each number once."""
    if order.home_id is None:
        return []
    found: list[str | None] = []
    if order.resident_id is not None:
        found.append(connection.scalar(select(residents.c.phone).where(residents.c.id == order.resident_id)))
    found.append(connection.scalar(select(homes.c.phone).where(homes.c.id == order.home_id)))
    found += connection.scalars(
        select(contacts.c.phone)
        .where(contacts.c.home_id == order.home_id, contacts.c.role != "never")
        .order_by(contacts.c.position)
    ).all()
    return list(dict.fromkeys(phone for phone in found if phone))
