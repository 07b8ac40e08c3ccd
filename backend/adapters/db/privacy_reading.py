"""All that the relational database keeps about somebody, for their own eyes."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from sqlalchemy import Engine, Table, select

from backend.adapters.db.engine import reading
from backend.adapters.db.evidence import SECRET, plain
from backend.adapters.db.privacy import consents
from backend.adapters.db.privacy_rows import alert_ids, tables_about
from backend.adapters.db.registry import homes, residents


@dataclass(frozen=True, slots=True)
class PersonSqlReader:
    """`PersonReader` on an engine."""

    engine: Engine

    def gather(self, resident_id: str) -> Mapping[str, Sequence[Mapping[str, Any]]] | None:
        """By table; of a shared home its alerts and contacts as well, but not the other person."""
        found: dict[str, list[Mapping[str, Any]]] = {}
        with reading(self.engine) as connection:

            def take(table: Table, rows: Any) -> None:
                query = select(table).where(rows).order_by(*table.primary_key.columns)
                for row in connection.execute(query).mappings():
                    shown = {name: plain(value) for name, value in row.items() if name not in SECRET}
                    if shown not in found.setdefault(table.name, []):
                        found[table.name].append(shown)

            take(residents, residents.c.id == resident_id)
            if not found.get(residents.name):
                return None
            home_id = str(found[residents.name][0]["home_id"])
            take(homes, homes.c.id == home_id)
            take(consents, consents.c.resident_id == resident_id)
            for table, rows in tables_about(resident_id, home_id, alert_ids(connection, home_id)):
                take(table, rows)
        return {name: rows for name, rows in found.items() if rows}
