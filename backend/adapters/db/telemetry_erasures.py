"""The record of erasures: a row per device of a request, with ids only; deadlines of repeats are in it."""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from dataclasses import asdict
from datetime import datetime
from typing import Final

from sqlalchemy import Column, Engine, Index, Integer, String, Table, func, insert, select, update
from sqlalchemy.exc import IntegrityError

from backend.adapters.db.base import UtcDateTime, metadata
from backend.adapters.db.engine import reading, writing
from backend.services.telemetry.erasures import Erasure

telemetry_erasures: Final = Table(
    "telemetry_erasures",
    metadata,
    Column("request_id", String(36), primary_key=True),
    Column("device_id", String(63), primary_key=True),
    # Without foreign keys: the record outlives the resident and the device.
    Column("resident_id", String(64), nullable=False),
    Column("actor", String(160), nullable=False),
    Column("until", UtcDateTime, nullable=False),
    Column("due_at", UtcDateTime, nullable=True),
    Column("deleted", Integer, nullable=True),
    Index(None, "device_id"),
    Index(None, "due_at"),
)
_ROWS: Final = telemetry_erasures


class SqlErasures:
    """`Erasures` on an engine."""

    def __init__(self, engine: Engine) -> None:
        self._engine = engine

    def begin(self, erasures: Sequence[Erasure]) -> list[Erasure]:
        """All or nothing; the primary key decides between two copies of one request."""
        if not erasures:
            return []
        request_id = erasures[0].request_id
        known = self._of(request_id)
        if known:
            return known
        try:
            with writing(self._engine) as connection:
                connection.execute(insert(_ROWS), [asdict(erasure) for erasure in erasures])
                connection.commit()
        except IntegrityError:
            return self._of(request_id)
        return list(erasures)

    def _of(self, request_id: str) -> list[Erasure]:
        query = select(_ROWS).where(_ROWS.c.request_id == request_id).order_by(_ROWS.c.device_id)
        with reading(self._engine) as connection:
            return [Erasure(**row) for row in connection.execute(query).mappings()]

    def done(self, erasure: Erasure, deleted: int, due_at: datetime | None) -> None:
        """Counts on top, so that two processes that do the same one do no harm."""
        counted = func.coalesce(_ROWS.c.deleted, 0) + deleted
        this_one = (_ROWS.c.request_id == erasure.request_id) & (_ROWS.c.device_id == erasure.device_id)
        with writing(self._engine) as connection:
            connection.execute(update(_ROWS).where(this_one).values(deleted=counted, due_at=due_at))
            connection.commit()

    def due(self, now: datetime, limit: int) -> list[Erasure]:
        """The oldest first."""
        query = select(_ROWS).where(_ROWS.c.due_at <= now).order_by(_ROWS.c.due_at).limit(limit)
        with reading(self._engine) as connection:
            return [Erasure(**row) for row in connection.execute(query).mappings()]

    def fences(self, device_ids: Collection[str]) -> Mapping[str, datetime]:
        """A batch has at most 500 devices."""
        if not device_ids:
            return {}
        query = (
            select(_ROWS.c.device_id, func.max(_ROWS.c.until).label("until"))
            .where(_ROWS.c.device_id.in_(sorted(device_ids)))
            .group_by(_ROWS.c.device_id)
        )
        with reading(self._engine) as connection:
            return {row.device_id: row.until for row in connection.execute(query)}
