"""How decisions about consent are kept, and what is blanked when one is taken back."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import asdict, dataclass

from sqlalchemy import Engine, RowMapping, insert, select, update

from backend.adapters.db.audit_log_store import put_entries
from backend.adapters.db.engine import reading, writing
from backend.adapters.db.privacy import consents
from backend.adapters.db.registry import residents
from backend.domain.audit_log.entry import Entry
from backend.domain.privacy.consent import Decision, Giver, Matter


@dataclass(frozen=True, slots=True)
class ConsentSqlStore:
    """`ConsentStore` on an engine."""

    engine: Engine

    def decisions(self, resident_id: str) -> Sequence[Decision] | None:
        with reading(self.engine) as connection:
            if connection.scalar(select(residents.c.id).where(residents.c.id == resident_id)) is None:
                return None
            query = select(consents).where(consents.c.resident_id == resident_id).order_by(consents.c.id)
            return [_decision(row) for row in connection.execute(query).mappings()]

    def add(self, resident_id: str, decision: Decision, entry: Entry) -> None:
        row = {**asdict(decision), "matter": str(decision.matter), "giver": str(decision.giver)}
        with writing(self.engine) as connection:
            connection.execute(insert(consents).values(resident_id=resident_id, **row))
            if decision.matter is Matter.HEALTH_DATA and not decision.agreed:
                blank = update(residents).where(residents.c.id == resident_id)
                connection.execute(blank.values(conditions=None, medicines=None))
            put_entries(connection, [entry])
            connection.commit()


def _decision(row: RowMapping) -> Decision:
    return Decision(
        Matter(row["matter"]),
        row["agreed"],
        Giver(row["giver"]),
        row["at"],
        row["recorded_by"],
        row["guardian"],
        row["relation"],
        row["document"],
    )
