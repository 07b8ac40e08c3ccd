"""How verdicts, reviews and findings are read."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any, Final

from sqlalchemy import Connection, Engine, exists, select, update

from backend.adapters.db.access import alert_seen
from backend.adapters.db.alarm import alerts, timeline
from backend.adapters.db.audit import findings, reviews
from backend.adapters.db.engine import reading, writing
from backend.domain.access.sight import WHOLE, Sight
from backend.domain.alert.model import EntryKind
from backend.domain.audit.review import Reviewed, ReviewState
from backend.domain.audit.schedule import Line, Mark
from backend.domain.escalation.run import Why

_MARKS: Final = {
    "escalated": Mark.FIRED,
    "step_skipped": Mark.SKIPPED,
    "resumed": Mark.RELEASED,
    "held": Mark.HELD,
    "severity_raised": Mark.GRAVER,
    "test_became_real": Mark.REAL,
}
"""By the kind of a timeline's line."""
VERDICTS: Final = ("conforms", "deviated")


def lines_of(connection: Connection, alert_id: str) -> Sequence[Line]:
    """Of its timeline what steps depend on, in the order in which it happened."""
    rows = connection.execute(
        select(timeline.c.at, timeline.c.kind, timeline.c.reason, timeline.c.detail)
        .where(timeline.c.alert_id == alert_id, timeline.c.kind.in_(tuple(_MARKS)))
        .order_by(timeline.c.id)
    )
    return [_line(row.at, row.kind, row.reason, row.detail) for row in rows]


def _line(at: datetime, kind: str, reason: str, detail: dict[str, Any]) -> Line:
    mark = _MARKS[kind]
    if mark in (Mark.FIRED, Mark.SKIPPED) and reason == Why.MISSED:
        mark = Mark.MISSED
    if mark is Mark.RELEASED and reason == "nobody_has_it":
        mark = Mark.WENT_ON
    until = detail.get("until") if mark is Mark.HELD else None
    return Line(
        mark,
        at,
        detail.get("step") or 0,
        detail.get("round") or 0,
        detail.get("policy"),
        datetime.fromisoformat(until) if until else None,
    )


@dataclass(frozen=True, slots=True)
class AuditSqlReader:
    """Reads; and changes a review."""

    engine: Engine

    def verdict(self, alert_id: str) -> tuple[str, dict[str, Any]] | None:
        """`conforms` or `deviated` with its detail; None while it is open, or for an older alert."""
        query = select(timeline.c.reason, timeline.c.detail).where(
            timeline.c.alert_id == alert_id, timeline.c.kind == str(EntryKind.AUDITED), timeline.c.reason.in_(VERDICTS)
        )
        with reading(self.engine) as connection:
            row = connection.execute(query.order_by(timeline.c.id.desc()).limit(1)).first()
        return None if row is None else (row.reason, row.detail)

    def has_alert(self, alert_id: str) -> bool:
        """Whether there is such an alert."""
        with reading(self.engine) as connection:
            return bool(connection.scalar(select(exists().where(alerts.c.id == alert_id))))

    def reviews(self, is_open: bool, limit: int, sight: Sight = WHOLE) -> Sequence[dict[str, Any]]:
        """Open and taken ones, the oldest first; closed ones, the latest first."""
        closed = reviews.c.state == str(ReviewState.CLOSED)
        order = reviews.c.opened_at if is_open else reviews.c.closed_at.desc()
        query = (
            select(reviews, alerts.c.type, alerts.c.received_at, alerts.c.accepted_at)
            .join(alerts, alerts.c.id == reviews.c.alert_id)
            .where(~closed if is_open else closed, alert_seen(sight))
            .order_by(order, reviews.c.alert_id, reviews.c.reason)
            .limit(limit)
        )
        with reading(self.engine) as connection:
            return [dict(row) for row in connection.execute(query).mappings()]

    def change_review(self, alert_id: str, reason: str, values: Mapping[str, Any]) -> Reviewed:
        """Only one that is not closed; what a closed one says stays as it was said."""
        one = (reviews.c.alert_id == alert_id) & (reviews.c.reason == reason)
        with writing(self.engine) as connection:
            unclosed = update(reviews).where(one, reviews.c.state != str(ReviewState.CLOSED)).values(**values)
            done = bool(connection.execute(unclosed).rowcount)
            known = done or bool(connection.scalar(select(exists().where(one))))
            connection.commit()
        return Reviewed.DONE if done else Reviewed.CLOSED if known else Reviewed.NOT_FOUND

    def findings(self, limit: int) -> Sequence[dict[str, Any]]:
        """The latest first."""
        with reading(self.engine) as connection:
            query = select(findings).order_by(findings.c.id.desc()).limit(limit)
            return [dict(row) for row in connection.execute(query).mappings()]
