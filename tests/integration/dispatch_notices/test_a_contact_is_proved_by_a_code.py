"""A code goes out through the channel itself, is good for ten minutes, five tries and once."""

from __future__ import annotations

from datetime import timedelta

import pytest
from sqlalchemy import insert, select

from backend.adapters.db.engine import writing
from backend.adapters.db.notices_store import SqlNoticeStore
from backend.adapters.db.people import contact_points, people
from backend.domain.alert.model import Actor, ActorKind
from backend.domain.delivery.model import Outcome, Result
from backend.domain.escalation.targets import Channel
from backend.services.notices.prove_contact import Asked, AskProof, ConfirmProof, Proved
from backend.services.notices.record import CallOutcome, Received
from tests.fakes.notice_channels import RecordingChannel
from tests.harness.notices import NoticeDesk, Outbox


class Desk:
    """Somebody at a desk proves contact points."""

    def __init__(self, desk: NoticeDesk) -> None:
        self.desk = desk
        self.sms = RecordingChannel()
        self.voice = RecordingChannel(Result(Outcome.ACCEPTED, "call_to_make"))
        self.outbox = Outbox(desk, sms=self.sms, voice=self.voice)
        store = SqlNoticeStore(desk.engine, desk.clock)
        self.ask = AskProof(store, desk.clock)
        self.confirm = ConfirmProof(store, self.outbox.codes, desk.clock)
        with writing(desk.engine) as connection:
            connection.execute(
                insert(people).values(id="p1", organisation_id="district", name="陈强", roles=["responder"])
            )
            connection.commit()

    def code(self) -> str:
        """The code that arrived last."""
        self.outbox.run()
        return self.sms.messages[-1].code

    def verified(self, point_id: str) -> bool:
        with self.desk.engine.connect() as connection:
            row = connection.execute(select(contact_points).where(contact_points.c.id == point_id)).one()
        return row.verified_at is not None and row.disabled_at is None


@pytest.fixture
def proving(desk: NoticeDesk) -> Desk:
    return Desk(desk)


def test_the_code_that_arrived_proves_it_and_nothing_of_it_is_kept(proving: Desk) -> None:
    point = proving.desk.point("p1", verified_at=None)
    assert proving.ask(point, "op1") is Asked.SENT
    code = proving.code()
    assert (len(code), code.isdigit()) == (6, True)
    (notice_id, _) = proving.sms.sent[0]
    assert code not in str(dict(proving.desk.row(notice_id)))
    assert proving.confirm(point, code, "op1") is Proved.PROVED
    assert proving.verified(point)
    assert proving.confirm(point, code, "op1") is Proved.NO_CODE


def test_five_wrong_codes_are_the_end_of_it(proving: Desk) -> None:
    point = proving.desk.point("p1", verified_at=None)
    proving.ask(point, "op1")
    code = proving.code()
    wrong = "000000" if code != "000000" else "111111"
    assert [proving.confirm(point, wrong, "op1") for _ in range(5)] == [Proved.WRONG] * 5
    assert proving.confirm(point, code, "op1") is Proved.NO_CODE
    assert not proving.verified(point)


def test_a_code_is_valid_for_ten_minutes_and_asked_for_once_in_two(proving: Desk) -> None:
    point = proving.desk.point("p1", verified_at=None)
    assert proving.ask(point, "op1") is Asked.SENT
    first = proving.code()
    assert proving.ask(point, "op1") is Asked.TOO_SOON
    proving.desk.clock.turn(timedelta(minutes=2))
    assert proving.ask(point, "op1") is Asked.SENT
    second = proving.code()
    proving.desk.clock.turn(timedelta(minutes=8))
    assert proving.confirm(point, first, "op1") is Proved.WRONG
    assert proving.confirm(point, second, "op1") is Proved.PROVED


def test_a_disabled_number_is_enabled_by_its_proof(proving: Desk) -> None:
    now = proving.desk.clock.now()
    point = proving.desk.point("p1", disabled_at=now, disabled_reason="address_unknown")
    proving.ask(point, "op1")
    assert proving.confirm(point, proving.code(), "op1") is Proved.PROVED
    assert proving.verified(point)


def test_a_telephone_is_proved_by_the_call_that_was_answered(proving: Desk) -> None:
    point = proving.desk.point("p1", Channel.VOICE, verified_at=None)
    proving.ask(point, "op1")
    proving.outbox.run()
    ((notice_id, _),) = proving.voice.sent
    actor = Actor(ActorKind.STAFF, "op1", "王丽")
    assert proving.outbox.call(notice_id, point, CallOutcome.REACHED, actor) is Received.RECORDED
    assert proving.verified(point)


def test_what_does_not_exist_cannot_be_proved(proving: Desk) -> None:
    orphan = proving.desk.point("nobody", verified_at=None)
    assert proving.ask("cp-none", "op1") is Asked.NOT_FOUND
    assert proving.ask(orphan, "op1") is Asked.NOT_FOUND
    assert proving.confirm("cp-none", "123456", "op1") is Proved.NOT_FOUND
