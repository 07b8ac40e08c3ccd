"""A village with one real centre, one real responder and one real home; alerts go by the true rosters and places."""

from __future__ import annotations

from typing import Any
from zoneinfo import ZoneInfo

from sqlalchemy import Engine, insert, update

from backend.adapters.db.cover import SqlCover
from backend.adapters.db.engine import writing
from backend.adapters.db.escalation_store import EscalationSqlStore, RunParts
from backend.adapters.db.notices_outbox import SqlNoticeOutbox
from backend.adapters.db.organisation import organisations
from backend.adapters.db.people import contact_points, people
from backend.adapters.db.registry import homes
from backend.services.escalation.advance_due import AdvanceDue
from backend.services.escalation.load_book import LoadBook
from tests.fakes.cover import CountedOrders
from tests.harness.clock import ManualClock
from tests.harness.escalating import Escalating

ZONE = ZoneInfo("Asia/Shanghai")


class Village(Escalating):
    """As `Escalating`, with whoever the database says is there instead of a fake."""

    def __init__(self, engine: Engine, clock: ManualClock) -> None:
        super().__init__(engine, None, clock)
        orders = CountedOrders()
        parts = RunParts(lambda connection: SqlCover(connection, ZONE), SqlNoticeOutbox, lambda _: orders)
        self.runs = EscalationSqlStore(engine, clock, parts)
        self.advance = AdvanceDue(self.runs, clock, ZONE)
        self.load = LoadBook(self.runs, self.folder, clock)
        self.load()

    def settle(self) -> None:
        """The centre, who works there, and the home of terminal `T1`."""
        self._add(organisations, id="c1", parent_id="district", kind="village", name="沙湾中心", provides=[])
        self.person("p-real", "陈强", ["operator", "responder", "manager"])
        self.enrol("T1")
        with writing(self.engine) as connection:
            connection.execute(update(homes).where(homes.c.id == "h-T1").values(organisation_id="c1"))
            connection.commit()

    def person(self, id_: str, name: str, roles: list[str], organisation_id: str = "c1", **columns: Any) -> None:
        """With a number that is proved."""
        self._add(
            people,
            **{"id": id_, "organisation_id": organisation_id, "name": name, "roles": roles, **columns},
            responder_kind="volunteer",
        )
        self._add(
            contact_points,
            id=f"cp-{id_}",
            owner_kind="person",
            owner_id=id_,
            channel="sms",
            address="+8613800000001",
            verified_at=self.clock.now(),
            created_at=self.clock.now(),
        )

    def _add(self, table: Any, **row: Any) -> None:
        with writing(self.engine) as connection:
            connection.execute(insert(table).values(**row))
            connection.commit()
