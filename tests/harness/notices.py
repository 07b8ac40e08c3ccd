"""Notices in tests: people with contact points, notices for them, and what stands in the outbox."""

from __future__ import annotations

import itertools
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import timedelta
from typing import Any, Final
from zoneinfo import ZoneInfo

from sqlalchemy import Engine, RowMapping, insert, select

from backend.adapters.db.engine import writing
from backend.adapters.db.notices import attempts, notices
from backend.adapters.db.notices_outbox import SqlNoticeOutbox
from backend.adapters.db.notices_queue import SqlNoticeQueue
from backend.adapters.db.notices_store import SqlNoticeStore
from backend.adapters.db.people import contact_points
from backend.domain.delivery.model import LEAST, Reason
from backend.domain.escalation.targets import Channel, DutyRole, RecipientKind
from backend.services.notices.delivery_ports import SendingChannel, Ticket
from backend.services.notices.ports import NewNotice, NoticeKind, notice_id
from backend.services.notices.prove_contact import ProofCodes
from backend.services.notices.record import RecordAttempt, RecordCall, RecordReceipt
from backend.services.notices.send import SendNotice
from contract.vocabulary import Severity
from tests.fakes.notice_channels import NumberedLinks, PlainWriter
from tests.harness.alarm import Uuids
from tests.harness.clock import ManualClock

FACTS: Final = {
    "type": "care.sos.pressed",
    "residents": ["林阿婆"],
    "home": "沙湾村 12 号",
    "landmark": "妈祖庙旁",
    "pressed_at": "2026-11-24T03:12:45.000Z",
}


class NoticeDesk:
    """One database with people to be told."""

    def __init__(self, engine: Engine, clock: ManualClock) -> None:
        self.engine = engine
        self.clock = clock
        self._numbers = itertools.count(1)

    def point(self, owner: str, channel: Channel = Channel.SMS, address: str = "+8613800000001", **columns: Any) -> str:
        """A verified contact point of a person; its id."""
        point_id = f"cp-{next(self._numbers)}"
        values = {"verified_at": self.clock.now(), **columns}
        with writing(self.engine) as connection:
            connection.execute(
                insert(contact_points).values(
                    id=point_id,
                    owner_kind="person",
                    owner_id=owner,
                    channel=str(channel),
                    address=address,
                    created_at=self.clock.now(),
                    **values,
                )
            )
            connection.commit()
        return point_id

    def notice(self, *points: str, recipient: str = "p1", alert_id: str | None = None, **changes: Any) -> NewNotice:
        """A call-out for `recipient`; `changes` on top."""
        kind = changes.pop("kind", NoticeKind.CALL_OUT)
        step, round_ = changes.pop("step", 0), changes.pop("round", 0)
        subject = alert_id or changes.pop("subject", "subject")
        now = self.clock.now()
        values: dict[str, Any] = {
            "id": notice_id(subject, kind, step, round_, recipient),
            "kind": kind,
            "severity": Severity.EMERGENCY,
            "recipient_kind": RecipientKind.PERSON,
            "recipient_id": recipient,
            "recipient_name": "陈强",
            "created_at": now,
            "deadline_at": now + timedelta(minutes=10),
            "contact_points": points,
            "role": DutyRole.RESPONDER,
            "alert_id": alert_id,
            "step": step,
            "round": round_,
            "sos": True,
            "facts": FACTS,
        }
        return NewNotice(**{**values, **changes})

    @contextmanager
    def outbox(self) -> Iterator[SqlNoticeOutbox]:
        """The outbox in a transaction that is kept."""
        with writing(self.engine) as connection:
            yield SqlNoticeOutbox(connection)
            connection.commit()

    def put(self, *new: NewNotice) -> int:
        """Puts them; how many were new."""
        with self.outbox() as outbox:
            return outbox.put(new, self.clock.now())

    def row(self, id_: str) -> RowMapping:
        """One notice as it stands."""
        with self.engine.connect() as connection:
            return connection.execute(select(notices).where(notices.c.id == id_)).mappings().one()

    def states(self) -> dict[str, int]:
        """How many notices are in each state."""
        counts: dict[str, int] = {}
        with self.engine.connect() as connection:
            for state in connection.scalars(select(notices.c.state)):
                counts[state] = counts.get(state, 0) + 1
        return counts

    def attempts(self, id_: str) -> list[RowMapping]:
        """Every attempt of one notice, in order."""
        with self.engine.connect() as connection:
            rows = connection.execute(
                select(attempts).where(attempts.c.notice_id == id_).order_by(attempts.c.began_at, attempts.c.attempt)
            )
            return list(rows.mappings())


class Outbox:
    """The worker's parts on one database, driven by hand: one notice after another, no threads."""

    def __init__(self, desk: NoticeDesk, **channels: SendingChannel) -> None:
        self.desk = desk
        self.attempts: list[tuple[str, str, str]] = []
        store = SqlNoticeStore(desk.engine, desk.clock)
        self.queue = SqlNoticeQueue(desk.engine, Uuids(), ZoneInfo("Asia/Shanghai"))
        self.record = RecordAttempt(store, desk.clock)
        self.receipt = RecordReceipt(store, desk.clock)
        self.call = RecordCall(store, desk.clock)
        self.codes = ProofCodes(lambda: b"k" * 32)
        self.send = SendNotice(
            {Channel(name): channel for name, channel in channels.items()},
            PlainWriter(),
            NumberedLinks(),
            self.codes,
            self.record,
            lambda channel, outcome, cause: self.attempts.append((channel, outcome, cause)),
        )

    def claim(self, ceiling: int = LEAST) -> Ticket | None:
        """The next ticket, after those before it that must wait or have ended."""
        while True:
            claim = self.queue.claim(ceiling, 1, self.desk.clock.now())
            for ended in claim.settle:
                self.record.settle(ended, ended in claim.unreadable)
            if claim.ticket is not None or not claim.looked:
                return claim.ticket

    def run(self, ceiling: int = LEAST) -> list[Reason]:
        """Sends everything that is due."""
        reasons = []
        while (ticket := self.claim(ceiling)) is not None:
            reasons.append(self.send(ticket))
        return reasons

    def run_for(self, span: timedelta, step: timedelta = timedelta(seconds=1)) -> None:
        """Lets `span` pass, looking each second."""
        end = self.desk.clock.now() + span
        self.run()
        while self.desk.clock.now() < end:
            self.desk.clock.turn(step)
            self.run()
