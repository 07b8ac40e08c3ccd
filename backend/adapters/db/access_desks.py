"""What is seen from an organisation, for screens that follow the live stream."""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import dataclass

from sqlalchemy import Engine, select

from backend.adapters.db.access import alert_seen, subtree
from backend.adapters.db.alarm import alerts
from backend.adapters.db.engine import reading
from backend.domain.access.sight import Sight


@dataclass(frozen=True, slots=True)
class DeskSqlReader:
    """`Desks` on an engine."""

    engine: Engine

    def below(self, organisation_id: str) -> Collection[str]:
        with reading(self.engine) as connection:
            return set(connection.scalars(subtree(organisation_id)))

    def open_alerts(self, sight: Sight) -> Collection[str]:
        query = select(alerts.c.id).where(alerts.c.handling != "closed", alert_seen(sight))
        with reading(self.engine) as connection:
            return set(connection.scalars(query))

    def sees(self, alert_id: str, sight: Sight) -> bool:
        query = select(alerts.c.id).where(alerts.c.id == alert_id, alert_seen(sight))
        with reading(self.engine) as connection:
            return connection.scalar(query) is not None
