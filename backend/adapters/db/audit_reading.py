"""How verdicts, reviews and findings are read."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any, Final

from sqlalchemy import Connection, Engine, select, update

from backend.adapters.db.alarm import alerts, timeline
from backend.adapters.db.audit import findings, reviews
from backend.adapters.db.engine import reading, writing
from backend.domain.alert.model import EntryKind
from backend.domain.audit.conformance import FiredStep

_STEPS: Final = (str(EntryKind.ESCALATED), str(EntryKind.STEP_SKIPPED))
VERDICTS: Final = ("conforms", "deviated")


def fired_steps_of(connection: Connection, alert_id: str) -> Sequence[FiredStep]:
    """In the order in which they fired."""
    rows = connection.execute(
        select(timeline.c.at, timeline.c.detail)
        .where(timeline.c.alert_id == alert_id, timeline.c.kind.in_(_STEPS))
        .order_by(timeline.c.id)
    )
    return [
        FiredStep(row.detail.get("step", 0), row.detail.get("round", 0), row.at, datetime.fromisoformat(due))
        for row in rows
        if (due := row.detail.get("due")) is not None
    ]


@dataclass(frozen=True, slots=True)
class AuditSqlReader:
    """Reads; and closes a review."""

    engine: Engine

    def verdict(self, alert_id: str) -> tuple[str, dict[str, Any]] | None:
        """`conforms` or `deviated` with its detail; None while it is open, or for an older alert."""
        query = select(timeline.c.reason, timeline.c.detail).where(
            timeline.c.alert_id == alert_id, timeline.c.kind == str(EntryKind.AUDITED), timeline.c.reason.in_(VERDICTS)
        )
        with reading(self.engine) as connection:
            row = connection.execute(query.order_by(timeline.c.id.desc()).limit(1)).first()
        return None if row is None else (row.reason, row.detail)

    def reviews(self, is_open: bool, limit: int) -> Sequence[dict[str, Any]]:
        """The oldest open first; closed ones the latest first."""
        ended = reviews.c.closed_at.is_(None) if is_open else reviews.c.closed_at.is_not(None)
        order = reviews.c.opened_at if is_open else reviews.c.closed_at.desc()
        query = select(reviews, alerts.c.type, alerts.c.received_at, alerts.c.accepted_at).join(
            alerts, alerts.c.id == reviews.c.alert_id
        )
        with reading(self.engine) as connection:
            return [dict(row) for row in connection.execute(query.where(ended).order_by(order).limit(limit)).mappings()]

    def close_review(self, alert_id: str, reason: str, finding: str, by: str, at: datetime) -> bool:
        """False where there is no such open review."""
        one = (reviews.c.alert_id == alert_id) & (reviews.c.reason == reason) & reviews.c.closed_at.is_(None)
        with writing(self.engine) as connection:
            done = connection.execute(update(reviews).where(one).values(finding=finding, closed_by=by, closed_at=at))
            connection.commit()
        return bool(done.rowcount)

    def findings(self, limit: int) -> Sequence[dict[str, Any]]:
        """The latest first."""
        with reading(self.engine) as connection:
            query = select(findings).order_by(findings.c.id.desc()).limit(limit)
            return [dict(row) for row in connection.execute(query).mappings()]
