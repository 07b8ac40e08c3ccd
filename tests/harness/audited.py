"""A desk with escalation and an auditor: timers are taken away by hand, and what it finds is read."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from sqlalchemy import Engine, select

from backend.adapters.db.audit import findings
from backend.adapters.db.audit_store import AuditSqlStore
from backend.adapters.db.engine import writing
from backend.domain.escalation.targets import DutyRole, Level, TargetKind
from backend.services.alarm.ports import Ids
from backend.services.audit.audit_alerts import AuditAlerts
from tests.fakes.cover import FakeCover, person
from tests.harness.clock import ManualClock
from tests.harness.escalating import Escalating


class Beats:
    """Outside: counts what it hears."""

    def __init__(self) -> None:
        self.heard: list[int] = []

    def beat(self, proved: int) -> bool:
        self.heard.append(proved)
        return True


class Audited(Escalating):
    """With an auditor. Somebody is on duty at the centre."""

    def __init__(
        self,
        engine: Engine,
        cover: FakeCover | None = None,
        clock: ManualClock | None = None,
        texts: Mapping[str, str] | None = None,
        ids: Ids | None = None,
    ) -> None:
        super().__init__(engine, cover, clock, texts, ids)
        self.cover.people[(TargetKind.ON_DUTY, Level.CENTRE)] = [person("小王", DutyRole.OPERATOR)]
        self.outside = Beats()
        self.audit = AuditAlerts(AuditSqlStore(engine, self.clock, self.runs.parts), self.clock, self.outside)

    def sabotage(self, *statements: Any) -> None:
        """What a defect, an operator's SQL or an old backup does."""
        with writing(self.engine) as connection:
            for statement in statements:
                connection.execute(statement)
            connection.commit()

    def findings(self) -> list[tuple[str, str]]:
        """Alert and finding, as they were raised."""
        with self.engine.connect() as connection:
            rows = connection.execute(select(findings.c.alert_id, findings.c.finding).order_by(findings.c.id))
            return [(row.alert_id, row.finding) for row in rows]
