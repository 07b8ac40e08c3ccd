"""How the audit log is written, chained and read on SQLAlchemy."""

from __future__ import annotations

import json
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any, Final

from sqlalchemy import Connection, Engine, RowMapping, delete, func, insert, select

from backend.adapters.db.access import organisation_seen
from backend.adapters.db.audit_log import audit_log, audit_pending
from backend.adapters.db.engine import is_sqlite, reading, writing
from backend.adapters.db.identity import staff
from backend.domain.access.sight import WHOLE, Sight
from backend.domain.accounting.chain import GENESIS, canonical
from backend.domain.audit_log.entry import AuditLink, Entry, body_of, link
from backend.services.audit_log.ports import Asked

_CHAIN_LOCK: Final = 0x61756474  # "audt"
_TIP: Final = select(audit_log.c.position, audit_log.c.hash).order_by(audit_log.c.position.desc()).limit(1)
_LINK: Final = (audit_log.c.position, audit_log.c.body, audit_log.c.previous_hash, audit_log.c.hash)


def put_entries(connection: Connection, entries: Sequence[Entry]) -> None:
    """In the caller's transaction: what is done and that it was done stand or fall together."""
    if entries:
        connection.execute(insert(audit_pending), [_row(entry) for entry in entries])


def _row(entry: Entry) -> dict[str, Any]:
    return {
        "at": entry.at,
        "actor_id": entry.actor_id,
        "action": entry.action,
        "subject": entry.subject,
        "body": canonical(body_of(entry)),
    }


@dataclass(frozen=True, slots=True)
class AuditSqlStore:
    """`AuditWriter` and `AuditChain` on an engine."""

    engine: Engine

    def put(self, entries: Sequence[Entry]) -> None:
        with writing(self.engine) as connection:
            put_entries(connection, entries)
            connection.commit()

    def chain(self, limit: int) -> int:
        """One process at a time; who comes second finds the rest."""
        with reading(self.engine) as connection:
            if connection.scalar(select(audit_pending.c.id).limit(1)) is None:
                return 0
        with writing(self.engine) as connection:
            if not is_sqlite(self.engine):
                connection.execute(select(func.pg_advisory_xact_lock(_CHAIN_LOCK)))
            waiting = (
                connection.execute(select(audit_pending).order_by(audit_pending.c.id).limit(limit)).mappings().all()
            )
            tip = connection.execute(_TIP).one_or_none()
            position, previous = (tip.position, tip.hash) if tip is not None else (0, GENESIS)
            rows = []
            for row in waiting:
                made = link(position + 1, json.loads(row["body"]), previous)
                position, previous = made.position, made.hash
                rows.append(_linked(row, made))
            if rows:
                connection.execute(insert(audit_log), rows)
                ids = [row["id"] for row in waiting]
                connection.execute(delete(audit_pending).where(audit_pending.c.id.in_(ids)))
            connection.commit()
            return len(rows)


def _linked(row: RowMapping, made: AuditLink) -> dict[str, Any]:
    return {
        **{name: row[name] for name in ("at", "actor_id", "action", "subject")},
        "position": made.position,
        "body": made.body,
        "previous_hash": made.previous_hash,
        "hash": made.hash,
    }


@dataclass(frozen=True, slots=True)
class AuditSqlReader:
    """`AuditReader` on an engine."""

    engine: Engine

    def page(self, asked: Asked, sight: Sight = WHOLE) -> Sequence[AuditLink]:
        query = select(*_LINK).order_by(audit_log.c.position.desc()).limit(asked.limit)
        if not sight.whole:
            theirs = select(staff.c.id).where(organisation_seen(staff.c.organisation_id, sight))
            query = query.where(audit_log.c.actor_id.in_(theirs))
        for column, value in (
            (audit_log.c.actor_id, asked.actor_id),
            (audit_log.c.action, asked.action),
            (audit_log.c.subject, asked.subject),
        ):
            if value:
                query = query.where(column == value)
        if asked.since is not None:
            query = query.where(audit_log.c.at >= asked.since)
        if asked.until is not None:
            query = query.where(audit_log.c.at < asked.until)
        if asked.before is not None:
            query = query.where(audit_log.c.position < asked.before)
        return self._read(query)

    def links(self, after: int, limit: int) -> Sequence[AuditLink]:
        query = select(*_LINK).where(audit_log.c.position > after).order_by(audit_log.c.position).limit(limit)
        return self._read(query)

    def columns(self, positions: Sequence[int]) -> dict[int, tuple[datetime, str, str, str]]:
        query = select(audit_log).where(audit_log.c.position.in_(positions))
        with reading(self.engine) as connection:
            return {row.position: (row.at, row.actor_id, row.action, row.subject) for row in connection.execute(query)}

    def waiting(self) -> int:
        with reading(self.engine) as connection:
            return int(connection.scalar(select(func.count()).select_from(audit_pending)) or 0)

    def _read(self, query: Any) -> list[AuditLink]:
        with reading(self.engine) as connection:
            return [AuditLink(*row) for row in connection.execute(query)]
