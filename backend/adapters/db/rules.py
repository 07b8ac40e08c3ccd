"""How rules stand for devices and what they came to: a row per device and rule, and a row per change."""

from __future__ import annotations

from collections.abc import Collection, Mapping
from datetime import datetime
from typing import Any, Final

from sqlalchemy import Boolean, Column, Engine, Float, Index, Integer, String, Table, and_, delete, insert, select
from sqlalchemy.dialects import postgresql, sqlite

from backend.adapters.db.base import UtcDateTime, metadata
from backend.adapters.db.engine import is_sqlite, reading, writing
from backend.domain.rules.threshold import RuleReason, RuleState
from backend.services.telemetry.observe import Key, RuleOutcome

rule_states: Final = Table(
    "rule_states",
    metadata,
    # Without foreign keys, as all of telemetry: what a device said outlives its row.
    Column("device_id", String(63), primary_key=True),
    Column("rule", String(63), primary_key=True),
    Column("raised", Boolean, nullable=False),
    Column("at", UtcDateTime, nullable=False),
    Column("value", Float, nullable=False),
)
rule_outcomes: Final = Table(
    "rule_outcomes",
    metadata,
    Column("id", Integer, primary_key=True, autoincrement=True),
    Column("device_id", String(63), nullable=False),
    Column("rule", String(63), nullable=False),
    Column("outcome", String(16), nullable=False),
    Column("metric", String(63), nullable=False),
    Column("value", Float, nullable=False),
    Column("observed_at", UtcDateTime, nullable=False),
    Column("recorded_at", UtcDateTime, nullable=False),
    Index(None, "device_id"),
)
_STATES: Final = rule_states.c


class SqlFindings:
    """`Findings` on an engine; it `Forgets` a device as well."""

    def __init__(self, engine: Engine) -> None:
        self._engine = engine

    def states(self, device_ids: Collection[str]) -> Mapping[Key, RuleState]:
        """A batch has at most 500 devices."""
        query = select(rule_states).where(_STATES.device_id.in_(sorted(device_ids)))
        with reading(self._engine) as connection:
            return {
                (row.device_id, row.rule): RuleState(row.raised, row.at, row.value) for row in connection.execute(query)
            }

    def record(self, outcome: RuleOutcome) -> bool:
        """Decided by the statement itself, so that of two processes that saw the same one records it."""
        with writing(self._engine) as connection:
            if connection.execute(self._put(outcome)).first() is None:
                return False
            connection.execute(insert(rule_outcomes).values(_row(outcome)))
            connection.commit()
        return True

    def forget(self, device_id: str, until: datetime | None) -> int:
        """What was observed up to `until`, or all. They are no readings, so 0."""
        with writing(self._engine) as connection:
            for table, moment in ((rule_states, rule_states.c.at), (rule_outcomes, rule_outcomes.c.observed_at)):
                mine = table.c.device_id == device_id
                connection.execute(delete(table).where(mine if until is None else and_(mine, moment <= until)))
            connection.commit()
        return 0

    def _put(self, outcome: RuleOutcome) -> Any:
        into = sqlite.insert if is_sqlite(self._engine) else postgresql.insert
        seen = outcome.observation
        new = {"raised": outcome.outcome is RuleReason.RAISED, "at": seen.at, "value": seen.value}
        statement = into(rule_states).values(device_id=outcome.device_id, rule=outcome.rule, **new)
        changes = and_(_STATES.raised != new["raised"], _STATES.at < seen.at)
        return statement.on_conflict_do_update(index_elements=["device_id", "rule"], set_=new, where=changes).returning(
            _STATES.device_id
        )


def _row(outcome: RuleOutcome) -> dict[str, Any]:
    seen = outcome.observation
    return {
        "device_id": outcome.device_id,
        "rule": outcome.rule,
        "outcome": str(outcome.outcome),
        "metric": seen.metric,
        "value": seen.value,
        "observed_at": seen.at,
        "recorded_at": outcome.recorded_at,
    }
