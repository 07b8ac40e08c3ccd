"""How the view of a run is read: everything of one moment, nothing locked."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import Connection, Engine, select

from backend.adapters.db.alarm import alerts
from backend.adapters.db.alarm_rows import to_alert
from backend.adapters.db.engine import reading
from backend.adapters.db.escalation import books, runs
from backend.adapters.db.escalation_acceptances import acceptances_of
from backend.adapters.db.escalation_rows import to_run
from backend.domain.escalation.policy import Firing
from backend.domain.escalation.run import Acceptance
from backend.domain.escalation.targets import Reach, TargetKind
from backend.services.escalation.ports import Cover, DueRun, Scene


@dataclass(frozen=True, slots=True)
class RunSqlReading:
    """`RunReading` on a connection."""

    connection: Connection
    cover: Cover

    def run(self, alert_id: str) -> DueRun | None:
        alert = self.connection.execute(select(alerts).where(alerts.c.id == alert_id)).mappings().one_or_none()
        row = self.connection.execute(select(runs).where(runs.c.alert_id == alert_id)).mappings().one_or_none()
        return DueRun(to_alert(alert), to_run(row)) if alert is not None and row is not None else None

    def book(self, digest: str) -> str | None:
        return self.connection.scalar(select(books.c.body).where(books.c.digest == digest))

    def acceptances(self, alert_id: str) -> Sequence[Acceptance]:
        return acceptances_of(self.connection, alert_id)

    def reach(self, firing: Firing, scene: Scene, at: datetime) -> Sequence[Reach]:
        people = [target for target in firing.notify if target.kind is not TargetKind.WORK_ORDER]
        return [self.cover.reach(target, scene, at) for target in people]


@dataclass(frozen=True, slots=True)
class RunReadings:
    """Opens readings."""

    engine: Engine
    cover: Callable[[Connection], Cover]

    @contextmanager
    def begin(self) -> Iterator[RunSqlReading]:
        with reading(self.engine) as connection:
            yield RunSqlReading(connection, self.cover(connection))
