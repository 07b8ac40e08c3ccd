"""Alerts with their escalation on a database: the clock is turned, each second is ticked, who is told is read."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import timedelta
from pathlib import Path
from typing import Any
from zoneinfo import ZoneInfo

from sqlalchemy import Engine, select, update

from backend.adapters.db.escalation import offers, runs
from backend.adapters.db.escalation_store import EscalationSqlStore, RunParts
from backend.adapters.db.notices import notices
from backend.adapters.db.notices_outbox import SqlNoticeOutbox
from backend.adapters.db.stray_times import SqlStrayTimes
from backend.domain.alert.lifecycle import Verb
from backend.domain.alert.model import Actor, ActorKind
from backend.services.alarm.ports import Ids
from backend.services.escalation.advance_due import AdvanceDue
from backend.services.escalation.load_book import LoadBook
from backend.services.escalation.mend_times import MendTimes
from tests.fakes.cover import CountedOrders, FakeCover
from tests.harness.alarm import Alarm
from tests.harness.clock import ManualClock

SHIPPED = {path.name: path.read_text(encoding="utf-8") for path in Path("config/escalation").glob("*.toml")}
CHEN = Actor(ActorKind.RESPONDER, "p-chen", "陈师傅")


class Folder:
    """Policy files that a test edits."""

    def __init__(self, texts: Mapping[str, str]) -> None:
        self.texts = dict(texts)

    def read(self) -> Mapping[str, str]:
        return dict(self.texts)


class Escalating(Alarm):
    """The alarm use cases with escalation."""

    def __init__(
        self,
        engine: Engine,
        cover: FakeCover | None = None,
        clock: ManualClock | None = None,
        texts: Mapping[str, str] | None = None,
        ids: Ids | None = None,
    ) -> None:
        super().__init__(engine, clock, ids)
        self.ids = ids
        self.cover = cover or FakeCover()
        self.orders = CountedOrders()
        self.folder = Folder(SHIPPED if texts is None else texts)
        parts = RunParts(lambda _: self.cover, SqlNoticeOutbox, lambda _: self.orders)
        self.runs = EscalationSqlStore(engine, self.clock, parts)
        self.advance = AdvanceDue(self.runs, self.clock, ZoneInfo("Asia/Shanghai"))
        self.mend_times = MendTimes(SqlStrayTimes(engine), self.clock)
        self.load = LoadBook(self.runs, self.folder, self.clock)
        self.load()

    def tick(self) -> None:
        """What the worker does each second."""
        self.mend_times()
        self.requeue()
        while self.advance(10) == 10:
            pass

    def pass_time(self, seconds: float) -> None:
        """Second by second, as the worker lives it."""
        self.tick()
        for _ in range(int(seconds)):
            self.clock.turn(timedelta(seconds=1))
            self.tick()

    def run(self, alert_id: str) -> dict[str, Any]:
        """The run's row."""
        with self.engine.connect() as connection:
            return dict(connection.execute(select(runs).where(runs.c.alert_id == alert_id)).mappings().one())

    def told(self, alert_id: str, kind: str = "call_out") -> list[str]:
        """Names of those for whom a notice was put, in order."""
        with self.engine.connect() as connection:
            query = select(notices.c.recipient_name).where(notices.c.alert_id == alert_id, notices.c.kind == kind)
            return list(connection.scalars(query.order_by(notices.c.created_at, notices.c.id)))

    def notices(self, alert_id: str) -> list[dict[str, Any]]:
        """Every notice of an alert."""
        with self.engine.connect() as connection:
            query = select(notices).where(notices.c.alert_id == alert_id).order_by(notices.c.created_at, notices.c.id)
            return [dict(row) for row in connection.execute(query).mappings()]

    def settle(self, alert_id: str, state: str, name: str | None = None) -> None:
        """Every open call-out (to `name`) ends in `state`, and the run is woken, as the outbox worker does it."""
        with self.store.begin() as tx:
            alert = tx.alert(alert_id)
            assert alert is not None
            statement = update(notices).where(
                notices.c.alert_id == alert_id, notices.c.state.in_(("pending", "sending", "delivered"))
            )
            if name is not None:
                statement = statement.where(notices.c.recipient_name == name)
            tx._db.execute(statement.values(state=state))  # type: ignore[attr-defined]
            tx.wake_run(alert.id, self.clock.now())
            tx.commit()

    def desks(self, alert_id: str) -> set[str]:
        """Where it is shown besides its own centre."""
        with self.engine.connect() as connection:
            return set(connection.scalars(select(offers.c.organisation_id).where(offers.c.alert_id == alert_id)))

    def pressed(self, device_id: str = "T1", **changes: Any) -> str:
        """A press of a device in a home of its own; the id of its alert."""
        self.enrol(device_id)
        return self.again(device_id, **changes)

    def again(self, device_id: str = "T1", **changes: Any) -> str:
        """A press of a device that is enrolled already."""
        answer = self.press(device_id, **changes)
        alert_id = answer.outcomes[0].alert_id
        assert alert_id is not None
        return alert_id

    def accept_by_link(self, alert_id: str, who: Actor = CHEN) -> None:
        """A responder takes it."""
        self.do(Verb.RESPOND, alert_id, who)
