"""Press accounting: its calls, its ticks, and what counts what is odd."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Final
from zoneinfo import ZoneInfo

from fastapi import APIRouter
from sqlalchemy import Engine

from backend.adapters.clock import SystemClock
from backend.adapters.db.accounting_findings import DeviceSqlReader, FindingSqlStore, MakeOrders
from backend.adapters.db.accounting_store import StatementSqlReader, StatementSqlStore
from backend.api import statements
from backend.services.accounting.ask_for_repair import AskForRepair
from backend.services.accounting.read_device import ReadPresses
from backend.services.accounting.read_statement import ReadStatement
from backend.services.accounting.state_days import StateDays
from backend.services.alarm.oddities import OddFigures
from backend.settings import Settings
from backend.workers.loop import Tick

STATE_SECONDS: Final = 2.0
"""One portion each time: 20,000 devices take some minutes after midnight, and no press feels it."""
REPAIR_SECONDS: Final = 30.0
DEADLINE: Final = 60.0


class AccountingParts:
    """Made once per process. `orders`: the work orders of a connection."""

    def __init__(self, settings: Settings, engine: Engine, clock: SystemClock, orders: MakeOrders) -> None:
        zone = ZoneInfo(settings.time_zone)
        reader = StatementSqlReader(engine)
        self._statement = ReadStatement(reader, clock, zone)
        self._presses = ReadPresses(DeviceSqlReader(engine), clock)
        self._state = StateDays(reader, StatementSqlStore(engine), clock, zone)
        self._repair = AskForRepair(FindingSqlStore(engine, clock, orders), clock, zone)
        self.odd = OddFigures()

    def staff_routers(self) -> Iterator[APIRouter]:
        """Under `/api/v1`."""
        yield statements.router(statements.StatementCalls(self._statement, self._presses))

    def ticks(self) -> Iterator[Tick]:
        """For the worker."""
        yield Tick("statements", self._state, seconds=STATE_SECONDS, deadline=DEADLINE)
        yield Tick("press_findings", self._repair, seconds=REPAIR_SECONDS)
