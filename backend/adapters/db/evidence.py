"""All that the database keeps about an alert, whatever table it stands in: a table that is added later is in it too."""

from __future__ import annotations

import base64
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any, Final

from sqlalchemy import Connection, Engine, Table, select

from backend.adapters.db.alarm import alerts
from backend.adapters.db.audit_log import audit_log
from backend.adapters.db.engine import reading
from backend.adapters.db.escalation import books, runs
from backend.adapters.db.every_table import every_table
from backend.adapters.db.notices import attempts, notices
from backend.adapters.db.registry import contacts, devices, homes, residents
from backend.services.evidence.ports import Rows

BY_ALERT: Final = "alert_id"
LEFT_OUT: Final = frozenset({"alert_changes"})
"""Says nothing but that something changed."""
SECRET: Final = frozenset({"token_sha256", "reply_code", "bound_to", "lease", "secret_hash", "entry"})
"""Columns that open something: a link, a door, a connection."""


@dataclass(frozen=True, slots=True)
class EvidenceSqlReader:
    """`EvidenceReader` on an engine."""

    engine: Engine

    def gather(self, alert_id: str) -> Rows | None:
        with reading(self.engine) as connection:
            found: dict[str, Sequence[Mapping[str, Any]]] = {"alerts": _rows(connection, alerts, "id", [alert_id])}
            if not found["alerts"]:
                return None
            for table in every_table():
                if BY_ALERT in table.c and table.name not in LEFT_OUT:
                    found[table.name] = _rows(connection, table, BY_ALERT, [alert_id])
            alert = found["alerts"][0]
            notice_ids = [row["id"] for row in found[notices.name]]
            found[attempts.name] = _rows(connection, attempts, "notice_id", notice_ids)
            pinned = [row["book"] for row in found[runs.name]]
            found[books.name] = _rows(connection, books, "digest", pinned)
            found[devices.name] = _rows(connection, devices, "id", [alert["device_id"]])
            home_ids = [alert["home_id"]] if alert["home_id"] else []
            found[homes.name] = _rows(connection, homes, "id", home_ids)
            found[residents.name] = _rows(connection, residents, "home_id", home_ids)
            found[contacts.name] = _rows(connection, contacts, "home_id", home_ids)
            found[audit_log.name] = _rows(connection, audit_log, "subject", [f"alert:{alert_id}"])
            return {name: rows for name, rows in found.items() if rows}


def _rows(connection: Connection, table: Table, column: str, values: Sequence[Any]) -> list[dict[str, Any]]:
    if not values:
        return []
    query = select(table).where(table.c[column].in_(values))
    query = query.order_by(*table.primary_key.columns)
    return [
        {name: plain(value) for name, value in row.items() if name not in SECRET}
        for row in connection.execute(query).mappings()
    ]


def plain(value: Any) -> Any:
    """A JSON value."""
    if isinstance(value, datetime | date):
        return value.isoformat()
    if isinstance(value, bytes):
        return base64.b64encode(value).decode()
    return value
