"""Reports of components: one row each, replaced by every report."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime
from typing import Any, Final

from sqlalchemy import JSON, Column, Engine, String, Table, case, delete, select
from sqlalchemy.dialects import postgresql, sqlite

from backend.adapters.db.base import UtcDateTime, metadata
from backend.adapters.db.engine import is_sqlite, reading, writing
from backend.services.health.ports import Component, ComponentState

component_health: Final = Table(
    "component_health",
    metadata,
    Column("component", String(64), primary_key=True),
    Column("state", String(16), nullable=False),
    Column("since", UtcDateTime, nullable=False),
    Column("detail", String(200), nullable=False),
    Column("figures", JSON, nullable=False),
    Column("reported_at", UtcDateTime, nullable=False),
)


class HealthSqlStore:
    """`HealthStore` on an engine."""

    def __init__(self, engine: Engine) -> None:
        self._engine = engine

    def report(
        self, component: str, state: ComponentState, detail: str, figures: Mapping[str, float], at: datetime
    ) -> None:
        """One statement, so that two processes that speak for the same component do not trip over each other."""
        row = {
            "component": component,
            "state": str(state),
            "since": at,
            "detail": detail,
            "figures": dict(figures),
            "reported_at": at,
        }
        with writing(self._engine) as connection:
            connection.execute(self._put(row))
            connection.commit()

    def components(self) -> list[Component]:
        """By name."""
        with reading(self._engine) as connection:
            rows = connection.execute(select(component_health).order_by(component_health.c.component)).mappings()
            return [Component(**{**row, "state": ComponentState(row["state"])}) for row in rows]

    def forget(self, before: datetime) -> None:
        """Mostly there is nobody to forget, and then nothing is written."""
        old = component_health.c.reported_at < before
        with reading(self._engine) as connection:
            if connection.execute(select(component_health.c.component).where(old).limit(1)).first() is None:
                return
        with writing(self._engine) as connection:
            connection.execute(delete(component_health).where(old))
            connection.commit()

    def _put(self, row: dict[str, Any]) -> Any:
        insert = sqlite.insert if is_sqlite(self._engine) else postgresql.insert
        statement = insert(component_health).values(**row)
        new, old = statement.excluded, component_health.c
        changed = {name: new[name] for name in ("state", "detail", "figures", "reported_at")}
        since = case((old.state == new.state, old.since), else_=new.since)
        return statement.on_conflict_do_update(index_elements=["component"], set_={**changed, "since": since})
