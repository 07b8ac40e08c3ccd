"""Press accounting on the database of an alarm harness: numbered presses, answers, statements, proof."""

from __future__ import annotations

from datetime import date
from typing import Any
from zoneinfo import ZoneInfo

import msgspec
from sqlalchemy import select

from backend.adapters.db.accounting import findings, statements
from backend.adapters.db.accounting_findings import DeviceSqlReader, FindingSqlStore
from backend.adapters.db.accounting_store import StatementSqlReader, StatementSqlStore
from backend.adapters.db.engine import reading
from backend.adapters.db.work_order_store import SqlWorkOrders
from backend.services.accounting.ask_for_repair import AskForRepair
from backend.services.accounting.prove import FaultKind, Proof, Prove
from backend.services.accounting.read_device import ReadPresses
from backend.services.accounting.read_statement import ReadStatement
from backend.services.accounting.state_days import StateDays
from backend.services.alarm.oddities import Odd
from backend.services.alarm.views import AlertSummary
from contract.ingest import CommandOutcome, EventItem, EventsAnswer
from contract.vocabulary import PRESS_MISSING, SOS, ResultStatus
from tests.harness.alarm import Alarm
from tests.harness.work_orders import WorkDesk

ZONE = ZoneInfo("Asia/Shanghai")


class Books:
    """What a device's numbers say, and what is made of it."""

    def __init__(self, alarm: Alarm) -> None:
        self.alarm = alarm
        self.desk = WorkDesk(alarm.engine, alarm.clock)
        self.reader = StatementSqlReader(alarm.engine)
        self.state = StateDays(self.reader, StatementSqlStore(alarm.engine), alarm.clock, ZONE)
        self.statement = ReadStatement(self.reader, alarm.clock, ZONE)
        self.prove = Prove(self.reader, alarm.clock, ZONE)
        self.presses = ReadPresses(DeviceSqlReader(alarm.engine), alarm.clock)
        store = FindingSqlStore(
            alarm.engine, alarm.clock, lambda db: SqlWorkOrders(db, self.desk.make, self.desk.outbox)
        )
        self.repair = AskForRepair(store, alarm.clock, ZONE)

    def item(self, device: str, sos_seq: Any = None, *, boot: Any = 1, seq: Any = None, **changes: Any) -> EventItem:
        """An event with these numbers; an SOS where it has a `sos_seq`. `seq` None: as the SOS counter."""
        data = {"boot": boot, "seq": sos_seq if seq is None else seq, "sos_seq": sos_seq}
        kind = SOS if sos_seq is not None else "care.checkin.pressed"
        numbers = {name: value for name, value in data.items() if value is not None}
        return self.alarm.item(device, self.alarm.event(device, **{"type": kind, "data": numbers, **changes}))

    def press(self, device: str, *sos_seqs: int, boot: int = 1) -> EventsAnswer:
        """So many SOS presses in one batch."""
        return self.alarm.send(*(self.item(device, number, boot=boot) for number in sos_seqs))

    def missing(self) -> AlertSummary | None:
        """The open alert about missing presses."""
        found = [alert for alert in self.alarm.open() if alert.type == PRESS_MISSING]
        assert len(found) <= 1
        return found[0] if found else None

    def odd(self) -> list[Odd]:
        """What was odd, by kind."""
        return [oddity.kind for oddity in self.alarm.odd]

    def findings(self) -> list[dict[str, Any]]:
        with reading(self.alarm.engine) as connection:
            query = select(findings).order_by(findings.c.day, findings.c.kind)
            return [dict(row) for row in connection.execute(query).mappings()]

    def confirm(self, answer: EventsAnswer, *, confirmed: bool = True) -> None:
        """The answers of a batch leave, and the terminal says that it heard them."""
        items = [CommandOutcome(id=one.id, lease=one.lease, outcome="sent") for one in answer.commands]
        self.alarm.outcomes("gw1", items)
        for one in answer.commands if confirmed else ():
            self.alarm.result(one.device_id, one.id, ResultStatus.DONE, None)

    def state_all(self) -> int:
        """All days that are over; how many statements were made."""
        made = 0
        while added := self.state():
            made += added
        return made

    def chain(self) -> list[dict[str, Any]]:
        """Bodies in their order."""
        with reading(self.alarm.engine) as connection:
            bodies = connection.scalars(select(statements.c.body).order_by(statements.c.position)).all()
        return [msgspec.json.decode(body) for body in bodies]

    def proof(self) -> Proof:
        return self.prove()

    def faults(self) -> set[FaultKind]:
        return {fault.kind for fault in self.prove().faults}

    def today(self) -> date:
        return self.statement.today()
