"""The demo district in tests: made without a database, or loaded into one, with nothing resting in between."""

from __future__ import annotations

import pkgutil
from collections.abc import Iterable, Mapping
from datetime import UTC, datetime, timedelta
from importlib import import_module
from pathlib import Path
from typing import Any, Final
from zoneinfo import ZoneInfo

from sqlalchemy import Engine, Table, select

import backend.adapters.db
from backend.adapters.db.base import metadata
from backend.adapters.db.demo_store import SqlDemoStore
from backend.adapters.db.engine import reading
from backend.adapters.telemetry.database import TelemetryDatabase
from backend.adapters.telemetry.demo_statuses import DemoStatuses
from backend.adapters.telemetry.device_states import SqliteDeviceStates
from backend.adapters.telemetry.sqlite import SqliteTelemetryStore
from backend.domain.demo.cases import Case
from backend.domain.demo.census import Census, Closed
from backend.domain.demo.district import Batch, make_district
from backend.domain.demo.figures import Plan
from backend.services.demo.load import LoadDemo, Loaded
from backend.services.demo.plan import plan_of
from backend.services.demo.ports import DemoLoad
from backend.services.demo.show import ShowDemo
from backend.services.demo.wipe import WipeDemo
from backend.services.telemetry.forget_device import StoreForgets
from backend.services.telemetry.retention import Retention
from tests.harness.clock import ManualClock

ZONE: Final = ZoneInfo("Asia/Shanghai")
NOW: Final = datetime(2026, 11, 25, 1, 40, tzinfo=UTC)
SMALL: Final = 60
DAYS: Final = 90


def plan(seed: int = 7, homes: int = SMALL, days: int = DAYS) -> Plan:
    """A small one."""
    return plan_of(seed, homes, days, NOW, ZONE)


def cases(batches: Iterable[Batch]) -> list[Case]:
    """Everything that happened."""
    return [case for batch in batches for case in batch.cases]


def census_of(wanted: Plan) -> Census:
    """What is made for a plan, counted without a database."""
    batches = list(make_district(wanted))
    rows: dict[str, list[Mapping[str, Any]]] = {}
    for batch in batches:
        for table, some in batch.rows.items():
            rows.setdefault(table, []).extend(some)
    past = [
        Closed(alert.outcome, alert.received_at, alert.accepted_at, alert.first_voice_at)
        for alert in (case.alert for case in cases(batches))
    ]
    said = {one.device_id: one for batch in batches for one in batch.said}
    return Census(wanted.now, wanted.today, wanted.days, rows, past, said)


class BrokerThatCounts:
    """How often the broker was told."""

    def __init__(self) -> None:
        self.told = 0

    def publish(self) -> None:
        self.told += 1


class DemoDistrict:
    """Loading, showing and wiping on a database and a telemetry file."""

    def __init__(self, engine: Engine, clock: ManualClock, folder: Path) -> None:
        self.engine = engine
        self.clock = clock
        self.store = SqlDemoStore(engine, clock)
        database = TelemetryDatabase(folder / "telemetry.sqlite")
        self.states = SqliteDeviceStates(database)
        keep = Retention(timedelta(days=90), timedelta(days=90), timedelta(days=90))
        self.telemetry = SqliteTelemetryStore(database, clock.monotonic, keep)
        self.statuses = DemoStatuses(self.states, self.telemetry, [self.states, StoreForgets(self.telemetry)])
        self.broker = BrokerThatCounts()
        self.rests: list[timedelta] = []
        self.show = ShowDemo(self.store, self.statuses)

    def load(self, seed: int = 7, homes: int = SMALL, days: int = DAYS) -> Loaded:
        """All of it."""
        wanted = DemoLoad(seed, homes, days, self.clock.now(), ZONE.key)
        return LoadDemo(self.store, self.statuses, self.clock, self.rests.append)(wanted, lambda *_: None)

    def wipe(self) -> bool:
        """All of it."""
        return WipeDemo(self.store, self.statuses, self.broker, self.clock, self.rests.append)(lambda *_: None)


def every_table() -> list[Table]:
    """Of the platform, whichever part it belongs to."""
    for module in pkgutil.iter_modules(backend.adapters.db.__path__):
        if module.name != "migrations":
            import_module(f"backend.adapters.db.{module.name}")
    return metadata.sorted_tables


def contents(engine: Engine) -> dict[str, list[str]]:
    """Every row of every table, so that two databases can be held against each other."""
    with reading(engine) as connection:
        return {
            table.name: sorted(repr(tuple(row)) for row in connection.execute(select(table))) for table in every_table()
        }
