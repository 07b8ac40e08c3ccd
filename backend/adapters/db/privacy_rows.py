"""Which rows are about somebody: those that name the resident, the home, or an alert of the home, in whatever table."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import Any, Final

from sqlalchemy import JSON, ColumnElement, Connection, String, Table, or_, select
from sqlalchemy.types import TypeEngine

from backend.adapters.db.alarm import alerts
from backend.adapters.db.every_table import every_table

AT_ONCE: Final = 400
"""Ids in one query: SQLite takes a bounded number of parameters."""
NOT_ABOUT: Final = frozenset({"audit_log", "audit_pending", "alert_changes", "home_secrets", "erasures", "consents"})
"""Ids only, encrypted, or kept for their own sake."""


def alert_ids(connection: Connection, home_id: str) -> list[str]:
    """All alerts of a home."""
    return list(connection.scalars(select(alerts.c.id).where(alerts.c.home_id == home_id).order_by(alerts.c.id)))


def tables_about(
    resident_id: str, home_id: str, of_alerts: Sequence[str]
) -> Iterator[tuple[Table, ColumnElement[bool]]]:
    """Each table with which of its rows; one with many alerts comes several times, each time with others."""
    for table in every_table():
        if table.name in NOT_ABOUT or table.name in ("homes", "residents"):
            continue
        own = [
            table.c[column] == value
            for column, value in (("resident_id", resident_id), ("home_id", home_id))
            if column in table.c
        ]
        if own:
            yield table, or_(*own)
        if "alert_id" in table.c:
            for start in range(0, len(of_alerts), AT_ONCE):
                yield table, table.c.alert_id.in_(of_alerts[start : start + AT_ONCE])


def text_columns(table: Table) -> dict[str, TypeEngine[Any]]:
    """What may hold words of people: text and JSON, no ids and no hashes."""
    return {
        column.name: column.type
        for column in table.columns
        if isinstance(column.type, String | JSON)
        and not column.primary_key
        and not column.name.endswith(("_id", "_ids", "_sha256", "hash"))
    }
