"""Who is whose, and how the alerts of their home stand."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Final

from sqlalchemy import ColumnElement, Connection, Engine, RowMapping, and_, delete, insert, select

from backend.adapters.db.alarm import alerts
from backend.adapters.db.audit_log_store import put_entries
from backend.adapters.db.engine import reading, writing
from backend.adapters.db.identity import staff
from backend.adapters.db.privacy import consents, family_links
from backend.adapters.db.registry import residents
from backend.domain.audit_log.entry import Entry
from backend.domain.privacy.consent import Matter
from backend.services.identity.actor import StaffRole
from backend.services.privacy.family import FamilyAlert, LinkedResident

LATEST: Final = 5
"""Alerts that are shown, the newest first."""


@dataclass(frozen=True, slots=True)
class FamilySqlStore:
    """`FamilyStore` on an engine."""

    engine: Engine

    def linked_residents(self, staff_id: str) -> Sequence[LinkedResident]:
        query = (
            select(residents)
            .join(family_links, family_links.c.resident_id == residents.c.id)
            .where(family_links.c.staff_id == staff_id)
            .order_by(residents.c.id)
        )
        with reading(self.engine) as connection:
            return [_linked(connection, row) for row in connection.execute(query).mappings().all()]

    def link(self, staff_id: str, resident_id: str, now: datetime, entry: Entry) -> bool:
        account = select(staff.c.id).where(staff.c.id == staff_id, staff.c.role == str(StaffRole.FAMILY))
        with writing(self.engine) as connection:
            known = connection.scalar(select(residents.c.id).where(residents.c.id == resident_id))
            if known is None or connection.scalar(account) is None:
                return False
            if connection.execute(select(family_links).where(_of(staff_id, resident_id))).one_or_none() is None:
                row = {"staff_id": staff_id, "resident_id": resident_id, "linked_at": now, "linked_by": entry.actor_id}
                connection.execute(insert(family_links).values(row))
                put_entries(connection, [entry])
            connection.commit()
            return True

    def unlink(self, staff_id: str, resident_id: str, entry: Entry) -> bool:
        with writing(self.engine) as connection:
            ended = connection.execute(delete(family_links).where(_of(staff_id, resident_id))).rowcount
            if ended:
                put_entries(connection, [entry])
            connection.commit()
            return bool(ended)


def _of(staff_id: str, resident_id: str) -> ColumnElement[bool]:
    return and_(family_links.c.staff_id == staff_id, family_links.c.resident_id == resident_id)


def _linked(connection: Connection, row: RowMapping) -> LinkedResident:
    decision = select(consents.c.agreed).where(
        consents.c.resident_id == row["id"], consents.c.matter == str(Matter.FAMILY_VIEW)
    )
    agreed = bool(connection.scalar(decision.order_by(consents.c.at.desc(), consents.c.id.desc()).limit(1)))
    if not agreed:
        return LinkedResident(row["id"], row["name"], False, None, ())
    shown = select(alerts).where(alerts.c.home_id == row["home_id"]).order_by(alerts.c.received_at.desc()).limit(LATEST)
    found = [_alert(alert) for alert in connection.execute(shown).mappings()]
    return LinkedResident(row["id"], row["name"], True, row["status"], found)


def _alert(row: RowMapping) -> FamilyAlert:
    outcome = None if row["grave"] else row["outcome"]
    return FamilyAlert(row["type"], row["handling"], row["received_at"], row["eta_at"], row["closed_at"], outcome)
