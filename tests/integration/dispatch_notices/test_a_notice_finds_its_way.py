"""From the outbox over one channel and the next to the timeline: what a recipient gets, and what the alert learns."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import datetime, time, timedelta
from typing import Any

import pytest
from sqlalchemy import select, update

from backend.adapters.db.engine import writing
from backend.adapters.db.escalation import runs
from backend.adapters.db.people import contact_points
from backend.domain.alert.model import Actor, ActorKind
from backend.domain.delivery.model import Outcome, Reason, Result
from backend.domain.escalation.targets import Channel
from backend.services.notices.ports import NoticeKind
from backend.services.notices.record import CallOutcome, Received
from contract.vocabulary import Severity
from tests.fakes.notice_channels import RecordingChannel
from tests.harness.alarm import Alarm
from tests.harness.notices import NoticeDesk, Outbox

OPERATOR = Actor(ActorKind.STAFF, "op1", "王丽")


@pytest.fixture
def alert_id(alarm: Alarm) -> str:
    alarm.enrol("t1")
    alarm.press("t1")
    return alarm.only().id


def _told(alarm: Alarm, alert_id: str) -> list[tuple[str, str]]:
    return [(e.kind, e.reason) for e in alarm.detail(alert_id).timeline if e.kind.startswith("notice_")]


def _run_due(desk: NoticeDesk, alert_id: str) -> datetime | None:
    with desk.engine.connect() as connection:
        return connection.scalar(select(runs.c.due_at).where(runs.c.alert_id == alert_id))


def _sleep_run(desk: NoticeDesk, alert_id: str) -> None:
    with writing(desk.engine) as connection:
        later = desk.clock.now() + timedelta(hours=1)
        connection.execute(update(runs).where(runs.c.alert_id == alert_id).values(due_at=later))
        connection.commit()


def _point(desk: NoticeDesk, point_id: str) -> Any:
    with desk.engine.connect() as connection:
        return connection.execute(select(contact_points).where(contact_points.c.id == point_id)).mappings().one()


def test_it_is_delivered_and_the_timeline_says_to_whom_and_never_the_address(
    desk: NoticeDesk, alarm: Alarm, alert_id: str
) -> None:
    sms = RecordingChannel()
    outbox = Outbox(desk, sms=sms)
    notice = desk.notice(desk.point("p1", address="+8613800009999"), alert_id=alert_id)
    desk.put(notice)
    assert outbox.run() == [Reason.DELIVERED]
    assert sms.sent == [(notice.id, "+8613800009999")]
    assert sms.messages[0].link.startswith("https://care.example/")
    (entry,) = [e for e in alarm.detail(alert_id).timeline if e.kind == "notice_delivered"]
    assert entry.detail["recipient"] == {"kind": "person", "id": "p1", "name": "陈强"}
    assert entry.detail["channel"] == "sms"
    assert "9999" not in repr(entry)
    (attempt,) = desk.attempts(notice.id)
    assert (attempt["result"], attempt["ended_at"]) == ("delivered", desk.clock.now())


def test_a_permanent_failure_goes_to_the_next_channel_at_once(desk: NoticeDesk, alarm: Alarm, alert_id: str) -> None:
    outbox = Outbox(
        desk, sms=RecordingChannel(Result(Outcome.PERMANENT, "refused")), wecom=(wecom := RecordingChannel())
    )
    notice = desk.notice(desk.point("p1"), desk.point("p1", Channel.WECOM, "key"), alert_id=alert_id)
    desk.put(notice)
    assert outbox.run() == [Reason.NEXT_POINT, Reason.DELIVERED]
    assert wecom.sent == [(notice.id, "key")]
    assert _told(alarm, alert_id) == [("notice_delivered", "")]


def test_when_all_channels_fail_the_run_is_woken_and_the_timeline_says_why(
    desk: NoticeDesk, alarm: Alarm, alert_id: str
) -> None:
    _sleep_run(desk, alert_id)
    outbox = Outbox(desk, sms=RecordingChannel(Result(Outcome.PERMANENT, "refused")))
    notice = desk.notice(desk.point("p1"), desk.point("p1", Channel.WECOM, "key"), alert_id=alert_id)
    desk.put(notice)
    assert outbox.run() == [Reason.NEXT_POINT, Reason.ALL_CHANNELS_FAILED]
    assert _told(alarm, alert_id) == [("notice_failed", "channel_not_configured")]
    assert _run_due(desk, alert_id) == desk.clock.now()
    assert desk.row(notice.id)["state"] == "failed"


def test_a_channel_that_is_down_is_tried_again_with_growing_pauses_then_given_up(
    desk: NoticeDesk, alarm: Alarm, alert_id: str
) -> None:
    sms = RecordingChannel(Result(Outcome.RETRY, "timeout"))
    outbox = Outbox(desk, sms=sms)
    notice = desk.notice(desk.point("p1"), alert_id=alert_id)
    desk.put(notice)
    outbox.run_for(timedelta(seconds=120))
    began = [attempt["began_at"] - notice.created_at for attempt in desk.attempts(notice.id)]
    assert [span.total_seconds() for span in began] == [0, 1, 3, 8, 18, 33, 48, 63]
    assert _told(alarm, alert_id) == [("notice_failed", "timeout")]


def test_past_its_deadline_nobody_tries_and_it_counts_as_failed(desk: NoticeDesk, alarm: Alarm, alert_id: str) -> None:
    sms = RecordingChannel()
    outbox = Outbox(desk, sms=sms)
    notice = desk.notice(desk.point("p1"), alert_id=alert_id)
    desk.put(notice)
    desk.clock.turn(timedelta(minutes=10))
    assert outbox.run() == []
    assert sms.sent == []
    assert desk.row(notice.id)["state"] == "expired"
    with desk.outbox() as box:
        assert box.progress(alert_id, 0, 0).failed == 1
    assert _told(alarm, alert_id) == [("notice_failed", "deadline")]


def test_an_emergency_without_a_receipt_goes_to_the_next_channel_and_the_receipt_still_counts(
    desk: NoticeDesk, alarm: Alarm, alert_id: str
) -> None:
    sms = RecordingChannel(Result(Outcome.ACCEPTED, "", provider_id="biz-1"))
    wecom = RecordingChannel(Result(Outcome.RETRY, "timeout"))
    outbox = Outbox(desk, sms=sms, wecom=wecom)
    notice = desk.notice(desk.point("p1"), desk.point("p1", Channel.WECOM, "key"), alert_id=alert_id)
    desk.put(notice)
    assert outbox.run() == [Reason.ACCEPTED]
    outbox.run_for(timedelta(seconds=59))
    assert wecom.sent == []
    outbox.run_for(timedelta(seconds=2))
    assert len(wecom.sent) == 2
    channels = frozenset({Channel.SMS})
    assert outbox.receipt(channels, "biz-1", True, "") is Received.RECORDED
    assert outbox.receipt(channels, "biz-1", True, "") is Received.KNOWN
    assert outbox.receipt(channels, "biz-2", True, "") is Received.UNKNOWN
    assert desk.row(notice.id)["state"] == "delivered"
    outbox.run_for(timedelta(seconds=30))
    assert len(wecom.sent) == 2
    assert _told(alarm, alert_id) == [("notice_sent", ""), ("notice_delivered", "")]


def test_a_receipt_that_says_no_goes_on_at_once_and_two_of_them_disable_the_number(
    desk: NoticeDesk, alarm: Alarm, alert_id: str
) -> None:
    ids: Iterator[str] = iter(["biz-1", "biz-2"])
    sms = RecordingChannel(lambda message, address: Result(Outcome.ACCEPTED, "", provider_id=next(ids)))
    outbox = Outbox(desk, sms=sms, wecom=(wecom := RecordingChannel()))
    number = desk.point("p1")
    for index, provider_id in enumerate(("biz-1", "biz-2")):
        desk.put(desk.notice(number, desk.point("p1", Channel.WECOM, "key"), alert_id=alert_id, round=index))
        assert outbox.run() == [Reason.ACCEPTED]
        outbox.receipt(frozenset({Channel.SMS}), provider_id, False, "address_unknown")
        assert outbox.run() == [Reason.DELIVERED]
    assert len(wecom.sent) == 2
    point = _point(desk, number)
    assert (point["disabled_reason"], point["disabled_at"]) == ("address_unknown", desk.clock.now())
    desk.put(desk.notice(number, alert_id=alert_id, round=2))
    assert outbox.run() == [Reason.ALL_CHANNELS_FAILED]
    assert outbox.attempts[-1] == ("sms", "permanent", "contact_point_disabled")


def test_a_number_that_works_again_starts_from_nothing(desk: NoticeDesk) -> None:
    unknown = Result(Outcome.PERMANENT, "address_unknown")
    answers = iter([unknown, Result(Outcome.DELIVERED), unknown])
    outbox = Outbox(desk, sms=RecordingChannel(lambda message, address: next(answers)))
    number = desk.point("p1")
    for index in range(3):
        desk.put(desk.notice(number, round=index))
        outbox.run()
    assert _point(desk, number)["disabled_at"] is None


def test_an_unverified_number_gets_its_code_and_nothing_else(desk: NoticeDesk) -> None:
    sms = RecordingChannel()
    outbox = Outbox(desk, sms=sms)
    number = desk.point("p1", verified_at=None)
    call_out, code = desk.notice(number), desk.notice(number, kind=NoticeKind.VERIFY, sos=False)
    desk.put(call_out, code)
    outbox.run()
    assert [id_ for id_, _ in sms.sent] == [code.id]
    assert desk.row(call_out.id)["cause"] == "contact_point_unverified"


def test_quiet_hours_hold_back_advisory_notices_only(desk: NoticeDesk) -> None:
    outbox = Outbox(desk, sms=(sms := RecordingChannel()))
    # The test's clock stands at 11:12 in Shanghai.
    number = desk.point("p1", quiet_from="11:00", quiet_until="13:30")
    long = desk.clock.now() + timedelta(hours=8)
    sos = desk.notice(number)
    urgent = desk.notice(number, sos=False, severity=Severity.URGENT, step=1)
    advisory = desk.notice(number, sos=False, severity=Severity.ADVISORY, step=2, deadline_at=long)
    desk.put(sos, urgent, advisory)
    outbox.run()
    assert [id_ for id_, _ in sms.sent] == [sos.id, urgent.id]
    local = desk.row(advisory.id)["due_at"].astimezone(outbox.queue.zone)
    assert local.time() == time(13, 30)
    assert desk.row(advisory.id)["attempts"] == 0
    desk.clock.turn(timedelta(hours=3))
    outbox.run()
    assert sms.sent[-1][0] == advisory.id


def test_grave_news_goes_by_voice_and_is_told_when_an_operator_says_so(
    desk: NoticeDesk, alarm: Alarm, alert_id: str
) -> None:
    text = RecordingChannel()
    outbox = Outbox(desk, sms=text, wecom=text, voice=(calls := RecordingChannel(_to_call)))
    wecom, number = desk.point("p1", Channel.WECOM, "key"), desk.point("p1")
    notice = desk.notice(wecom, number, alert_id=alert_id, kind=NoticeKind.ENDED, voice_only=True)
    desk.put(notice)
    outbox.run()
    assert text.sent == []
    assert calls.sent == [(notice.id, "+8613800000001")]
    outbox.run_for(timedelta(minutes=5), timedelta(seconds=20))
    assert len(calls.sent) == 1
    assert outbox.call(notice.id, number, CallOutcome.NO_ANSWER, OPERATOR) is Received.RECORDED
    assert outbox.call(notice.id, number, CallOutcome.NO_ANSWER, OPERATOR) is Received.KNOWN
    outbox.run()
    assert [address for _, address in calls.sent] == ["+8613800000001", ""]
    assert outbox.call(notice.id, "desk", CallOutcome.VOICEMAIL, OPERATOR) is Received.RECORDED
    assert desk.row(notice.id)["state"] == "pending"
    assert outbox.call(notice.id, "desk", CallOutcome.REACHED, OPERATOR) is Received.RECORDED
    assert desk.row(notice.id)["state"] == "delivered"
    assert outbox.call(notice.id, "desk", CallOutcome.REACHED, OPERATOR) is Received.KNOWN
    assert outbox.call(notice.id, wecom, CallOutcome.REACHED, OPERATOR) is Received.UNKNOWN
    (entry,) = [e for e in alarm.detail(alert_id).timeline if e.kind == "notice_delivered"]
    assert entry.actor.id == "op1"
    assert text.sent == []


def _to_call(message: object, address: str) -> Result:
    return Result(Outcome.ACCEPTED, "call_to_make")


def test_an_emergency_does_not_wait_for_an_operator_to_call(desk: NoticeDesk) -> None:
    outbox = Outbox(desk, voice=RecordingChannel(_to_call), sms=(sms := RecordingChannel()))
    notice = desk.notice(desk.point("p1", Channel.VOICE), desk.point("p1"))
    desk.put(notice)
    assert outbox.run() == [Reason.ACCEPTED, Reason.DELIVERED]
    assert [id_ for id_, _ in sms.sent] == [notice.id]
    calm = desk.notice(*notice.contact_points, step=1, sos=False, severity=Severity.URGENT)
    desk.put(calm)
    assert outbox.run() == [Reason.ACCEPTED]


def test_an_error_of_ours_is_an_attempt_and_not_the_end(desk: NoticeDesk) -> None:
    answers: Iterator[Result] = iter([])

    def broken(message: object, address: str) -> Result:
        for result in answers:
            return result
        raise ZeroDivisionError

    outbox = Outbox(desk, sms=RecordingChannel(broken))
    desk.put(desk.notice(desk.point("p1")))
    assert outbox.run() == [Reason.TRY_AGAIN]
    assert outbox.attempts == [("sms", "retry", "fault")]


def test_somebody_accepts_while_it_is_being_sent(desk: NoticeDesk, alarm: Alarm, alert_id: str) -> None:
    outbox = Outbox(desk, sms=RecordingChannel(Result(Outcome.RETRY, "timeout")))
    notice = desk.notice(desk.point("p1"), alert_id=alert_id)
    desk.put(notice)
    ticket = outbox.claim()
    assert ticket is not None
    with desk.outbox() as box:
        assert box.cancel(alert_id, "accepted", desk.clock.now()) == 1
    assert outbox.send(ticket) is Reason.OVER
    outbox.run_for(timedelta(seconds=10))
    assert [a["result"] for a in desk.attempts(notice.id)] == ["retry"]
    assert desk.row(notice.id)["state"] == "cancelled"
    with desk.outbox() as box:
        # A text message that timed out may have arrived, so its recipient learns how it ended.
        assert [alarmed.id for alarmed in box.recipients_of(alert_id)] == ["p1"]


def test_an_sos_is_chosen_before_all_others(desk: NoticeDesk) -> None:
    low = [
        desk.notice("cp-x", recipient=f"p{n}", sos=False, severity=Severity.TECHNICAL, kind=NoticeKind.ADVISORY)
        for n in range(300)
    ]
    desk.put(*low)
    desk.clock.turn(timedelta(seconds=30))
    sos = desk.notice(desk.point("p1"))
    desk.put(sos)
    ticket = Outbox(desk).claim()
    assert ticket is not None
    assert ticket.to.notice_id == sos.id
