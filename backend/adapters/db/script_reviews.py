"""Reviews of impossible steps, and the script of an alert read at one moment."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from typing import Any, Final

from sqlalchemy import Engine, RowMapping, Select, insert, select

from backend.adapters.db.access import of_alert_seen
from backend.adapters.db.alarm import alerts
from backend.adapters.db.alarm_rows import to_alert
from backend.adapters.db.engine import is_sqlite, reading, writing
from backend.adapters.db.registry import homes
from backend.adapters.db.script import marks, reviews
from backend.adapters.db.script_records import calls_of, marks_of, to_mark
from backend.adapters.db.script_scene import surroundings
from backend.adapters.db.script_store import Neighbours, ScriptSql, watch_of
from backend.domain.access.sight import WHOLE, Sight
from backend.domain.script.model import MarkState
from backend.domain.script.review import ImpossibleStep, Review, ReviewVerdict
from backend.services.alarm.ports import Clock
from backend.services.script.read_script import ScriptRecord
from backend.services.script.review_step import ReviewTransaction

_IMPOSSIBLE: Final[Select[Any]] = (
    select(marks, alerts.c.type.label("alert_type"), homes.c.label.label("home_label"))
    .join(alerts, alerts.c.id == marks.c.alert_id)
    .outerjoin(homes, homes.c.id == alerts.c.home_id)
    .where(marks.c.state == str(MarkState.IMPOSSIBLE))
)


class ReviewSql(ScriptSql):
    """`ReviewTransaction` on one connection."""

    def impossible(self, mark_id: int) -> ImpossibleStep | None:
        row = self._db.execute(_IMPOSSIBLE.where(marks.c.id == mark_id)).mappings().one_or_none()
        return _step(row) if row is not None else None

    def review_of(self, mark_id: int) -> Review | None:
        row = self._db.execute(select(reviews).where(reviews.c.mark_id == mark_id)).mappings().one_or_none()
        return Review(**{**row, "verdict": ReviewVerdict(row["verdict"])}) if row is not None else None

    def add_review(self, review: Review) -> None:
        self._db.execute(
            insert(reviews).values(
                mark_id=review.mark_id,
                verdict=str(review.verdict),
                note=review.note,
                reviewer_id=review.reviewer_id,
                reviewer_name=review.reviewer_name,
                at=review.at,
            )
        )


@dataclass(frozen=True, slots=True)
class ReviewSqlStore:
    """`ReviewStore` on an engine."""

    engine: Engine
    clock: Clock
    neighbours: Neighbours

    @contextmanager
    def begin(self) -> Iterator[ReviewTransaction]:
        with writing(self.engine) as connection:
            yield ReviewSql(connection, self.clock, is_sqlite(self.engine), self.neighbours)

    def awaiting(self, limit: int, sight: Sight = WHOLE) -> Sequence[ImpossibleStep]:
        unreviewed = _IMPOSSIBLE.outerjoin(reviews, reviews.c.mark_id == marks.c.id).where(reviews.c.mark_id.is_(None))
        query = unreviewed.where(of_alert_seen(marks.c.alert_id, sight))
        with reading(self.engine) as connection:
            return [_step(row) for row in connection.execute(query.order_by(marks.c.id).limit(limit)).mappings()]


@dataclass(frozen=True, slots=True)
class ScriptSqlReader:
    """`ScriptReader` on an engine."""

    engine: Engine

    def record(self, alert_id: str) -> ScriptRecord | None:
        with reading(self.engine) as connection:
            row = connection.execute(select(alerts).where(alerts.c.id == alert_id)).mappings().one_or_none()
            if row is None:
                return None
            alert = to_alert(row)
            return ScriptRecord(
                alert,
                surroundings(connection, alert),
                tuple(marks_of(connection, alert_id)),
                tuple(calls_of(connection, alert_id)),
                watch_of(connection, alert_id),
            )


def _step(row: RowMapping) -> ImpossibleStep:
    return ImpossibleStep(row["id"], row["alert_id"], row["alert_type"], row["home_label"], to_mark(row))
