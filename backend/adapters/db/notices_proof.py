"""How the proof of a contact point is kept: on the contact point, and the tries on the notice that carries the code."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime
from typing import Any, Final

from sqlalchemy import Connection, select, update

from backend.adapters.db.notices import notices
from backend.adapters.db.notices_outbox import SqlNoticeOutbox
from backend.adapters.db.organisation import organisations
from backend.adapters.db.people import contact_points, people
from backend.adapters.db.registry import contacts
from backend.domain.escalation.targets import Channel, RecipientKind
from backend.services.notices.delivery_ports import CodeSent, PointToProve
from backend.services.notices.ports import NewNotice, NoticeKind

_OWNERS: Final[dict[RecipientKind, Any]] = {
    RecipientKind.PERSON: people,
    RecipientKind.CONTACT: contacts,
    RecipientKind.ORGANISATION: organisations,
}


def point_to_prove(connection: Connection, point_id: str) -> PointToProve | None:
    """Locked. One whose owner is gone is none."""
    query = select(contact_points).where(contact_points.c.id == point_id).with_for_update()
    row = connection.execute(query).mappings().one_or_none()
    if row is None:
        return None
    kind = RecipientKind(row["owner_kind"])
    owners = _OWNERS[kind]
    name = connection.scalar(select(owners.c.name).where(owners.c.id == row["owner_id"]))
    if name is None:
        return None
    return PointToProve(row["id"], Channel(row["channel"]), kind, row["owner_id"], name)


def put_code(connection: Connection, notice: NewNotice, now: datetime) -> bool:
    """False where one of this id is there already."""
    return SqlNoticeOutbox(connection).put([notice], now) == 1


def codes_sent(connection: Connection, notice_ids: Sequence[str]) -> list[CodeSent]:
    """Those of them that exist, locked, in one order for all."""
    rows = connection.execute(
        select(notices)
        .where(notices.c.id.in_(notice_ids), notices.c.kind == str(NoticeKind.VERIFY))
        .order_by(notices.c.id)
        .with_for_update()
    ).mappings()
    return [
        CodeSent(row["id"], row["created_at"], row["deadline_at"], int(row["facts"].get("tries", 0))) for row in rows
    ]


def count_try(connection: Connection, notice_id: str, tries: int) -> None:
    """The notice's facts hold nothing else."""
    connection.execute(update(notices).where(notices.c.id == notice_id).values(facts={"tries": tries}))


def prove_point(connection: Connection, point_id: str, now: datetime) -> None:
    """Proved, and enabled again where it was disabled."""
    proved = {"verified_at": now, "disabled_at": None, "disabled_reason": None}
    connection.execute(update(contact_points).where(contact_points.c.id == point_id).values(proved))
