"""Alerts with their script on a database: tick off, call, hand over, close through the gate, wait for a voice."""

from __future__ import annotations

import uuid
from dataclasses import dataclass, field
from datetime import date, datetime, timedelta
from pathlib import Path
from typing import Any

from sqlalchemy import Engine, insert, select, update

from backend.adapters.db.calls_incoming import IncomingSqlStore
from backend.adapters.db.calls_store import CallSqlReader, CallSqlStore
from backend.adapters.db.engine import writing
from backend.adapters.db.notices import notices
from backend.adapters.db.notices_outbox import SqlNoticeOutbox
from backend.adapters.db.organisation import organisations
from backend.adapters.db.organisation_reader import OrganisationReader
from backend.adapters.db.registry import contacts, residents
from backend.adapters.db.script_reviews import ReviewSqlStore, ScriptSqlReader
from backend.adapters.db.script_store import Neighbours, ScriptSqlRecords, ScriptSqlStore
from backend.adapters.script_files import load_scripts
from backend.domain.alert.lifecycle import Refusal, Verb
from backend.domain.alert.model import Actor
from backend.domain.escalation.targets import Level, Recipient, RecipientKind, TargetKind
from backend.domain.script.model import CallResult, CallTarget, MarkState
from backend.services.alarm.act import Act
from backend.services.alarm.ports import AlarmTransaction
from backend.services.script.gate import ScriptGate
from backend.services.script.read_script import ReadScript, ScriptState
from backend.services.script.record_hand_over import RecordHandOver
from backend.services.script.review_step import ReviewStep
from backend.services.script.tick_off import Ticked, TickOff
from backend.services.script.watch_voice import WatchVoice
from backend.services.telephony.begin_call import BeginCall
from backend.services.telephony.end_call import EndCall, Ended, Said
from tests.fakes.cover import FakeCover
from tests.harness.alarm import WANG, Alarm
from tests.harness.clock import ManualClock

BOOK = load_scripts(Path("config/scripts"))
KEY_HOLDER = Recipient(RecipientKind.CONTACT, "c-T1", "邻居阿芳", None, ("cp-1",))
DESK_LINE = "0580-2031234"


@dataclass
class NotedFollowUps:
    """`FollowUps` that only remembers; what is rolled back is remembered all the same."""

    made: list[tuple[str, datetime, str]] = field(default_factory=list)

    def schedule(self, tx: AlarmTransaction, alert_id: str, due_at: datetime, kind: str) -> None:
        self.made.append((alert_id, due_at, kind))


class Scripted(Alarm):
    """The alarm use cases with the shipped scripts."""

    def __init__(self, engine: Engine, clock: ManualClock | None = None) -> None:
        super().__init__(engine, clock)
        self.cover = FakeCover(people={(TargetKind.CONTACTS, Level.CENTRE): [KEY_HOLDER]})
        self.follow_ups = NotedFollowUps()
        neighbours = Neighbours(lambda _: self.cover, SqlNoticeOutbox, lambda _, alert: {"type": alert.type})
        self.scripts = ScriptSqlStore(engine, self.clock, neighbours)
        self.act = Act(self.store, self.clock, ScriptGate(BOOK, ScriptSqlRecords(), self.clock))
        self.ticking_off = TickOff(self.scripts, BOOK, self.clock)
        self.hand_over = RecordHandOver(self.scripts, self.follow_ups, self.clock)
        self.watch = WatchVoice(self.scripts, BOOK, self.clock)
        self.reviews = ReviewSqlStore(engine, self.clock, neighbours)
        self.review = ReviewStep(self.reviews, self.clock)
        self._read = ReadScript(ScriptSqlReader(engine), BOOK)
        calls = CallSqlStore(engine, self.clock, neighbours)
        self.begin = BeginCall(calls, BOOK, self.clock)
        self.end = EndCall(calls, BOOK, self.clock)
        self.calls = CallSqlReader(engine)
        self.incoming = IncomingSqlStore(engine, OrganisationReader)

    def pressed(self, device_id: str = "T1", type_: str | None = None, **resident: Any) -> str:
        """A press in a home of its own that somebody has accepted; the id of its alert."""
        self.enrol(device_id)
        with writing(self.engine) as connection:
            if resident:
                connection.execute(update(residents).where(residents.c.id == f"r-{device_id}").values(**resident))
            connection.execute(
                insert(contacts).values(
                    id=f"c-{device_id}",
                    home_id=f"h-{device_id}",
                    name="邻居阿芳",
                    relation="邻居",
                    phone="13800001234",
                    position=1,
                    role="key_holder",
                    proved_on=date(2026, 10, 1),
                )
            )
            connection.execute(update(organisations).values(phone=DESK_LINE))
            connection.commit()
        answer = self.press(device_id, **({"type": type_} if type_ else {}))
        alert_id = answer.outcomes[0].alert_id
        assert alert_id is not None
        self.do(Verb.ACCEPT, alert_id)
        return alert_id

    def tick(self) -> None:
        """What the worker does each second."""
        while self.watch(100) == 100:
            pass

    def pass_time(self, seconds: float) -> None:
        """The clock is turned and the worker looks."""
        self.clock.turn(timedelta(seconds=seconds))
        self.tick()

    def call(
        self,
        alert_id: str,
        to: CallTarget = CallTarget.TERMINAL,
        result: CallResult | None = None,
        *,
        to_id: str | None = None,
        number: str | None = None,
        who: Actor = WANG,
    ) -> str:
        """A call, ended at once where `result` is given."""
        call_id = self.begin(alert_id, to, to_id, number, who, str(uuid.uuid4()))
        if result is not None:
            assert self.end(call_id, Said(result), who) is Ended.DONE
        return call_id

    def tick_off(self, alert_id: str, step: str, state: MarkState = MarkState.DONE, **more: Any) -> Ticked:
        """Somebody says of a step."""
        return self.ticking_off(alert_id, step, state, WANG, **more)

    def script(self, alert_id: str, outcome: str | None = None) -> ScriptState:
        """The checklist as the desk shows it."""
        state = self._read(alert_id, outcome)
        assert state is not None
        return state

    def missing(self, alert_id: str, outcome: str) -> list[str]:
        """Steps for which closing is refused; none where it was closed."""
        try:
            self.do(Verb.CLOSE, alert_id, outcome=outcome, seen_by="村医周明")
        except Refusal as refusal:
            return [step.step for step in refusal.missing] or [str(refusal.reason)]
        return []

    def sent(self, alert_id: str) -> list[str]:
        """Names of those for whom a notice was put."""
        with self.engine.connect() as connection:
            return list(connection.scalars(select(notices.c.recipient_name).where(notices.c.alert_id == alert_id)))
