"""The change log as the live stream reads it: places in commit order, each alert as it is now."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from sqlalchemy import Engine, select

from backend.adapters.db.alarm import alerts, changes
from backend.adapters.db.alarm_reading import last_change, summaries
from backend.adapters.db.alarm_rows import to_alert
from backend.adapters.db.engine import reading
from backend.services.live.ports import Change


@dataclass(frozen=True, slots=True)
class AlarmSqlChanges:
    """`ChangeLog` on an engine."""

    engine: Engine

    def last_id(self) -> int:
        with self.engine.connect() as connection:
            return last_change(connection)

    def after(self, stream_id: int, limit: int) -> Sequence[Change]:
        """An alert that changed several times among them stands once, at its last place, as it is now."""
        with reading(self.engine) as connection:
            rows = connection.execute(
                select(changes.c.id, changes.c.alert_id)
                .where(changes.c.id > stream_id)
                .order_by(changes.c.id)
                .limit(limit)
            )
            places = {row.alert_id: row.id for row in rows}
            if not places:
                return []
            found = connection.execute(select(alerts).where(alerts.c.id.in_(places))).mappings()
            views = summaries(connection, [to_alert(row) for row in found])
            return [
                Change(places[view.id], view.model_dump(mode="json", by_alias=True))
                for view in sorted(views, key=lambda view: places[view.id])
            ]
