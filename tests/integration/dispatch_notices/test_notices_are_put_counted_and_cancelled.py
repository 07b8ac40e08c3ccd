"""A notice is asked for in the asking transaction: once for ever, counted by step, ended when nobody needs it."""

from __future__ import annotations

from datetime import timedelta

from backend.adapters.db.engine import writing
from backend.adapters.db.notices_outbox import SqlNoticeOutbox
from backend.domain.escalation.targets import Channel, DutyRole, RecipientKind
from backend.services.escalation.ports import NoticeProgress
from backend.services.notices.ports import NoticeKind
from tests.harness.alarm import Alarm
from tests.harness.notices import NoticeDesk


def _alert(alarm: Alarm) -> str:
    alarm.enrol("t1")
    alarm.press("t1")
    return alarm.only().id


def test_the_same_id_is_the_same_notice_for_ever(desk: NoticeDesk, alarm: Alarm) -> None:
    alert_id = _alert(alarm)
    point = desk.point("p1")
    first = desk.notice(point, alert_id=alert_id)
    assert desk.put(first) == 1
    desk.clock.turn(timedelta(seconds=5))
    again = desk.notice(point, alert_id=alert_id)
    assert again.id == first.id
    assert desk.put(again) == 0
    assert desk.row(first.id)["created_at"] == first.created_at
    assert desk.put(desk.notice(point, alert_id=alert_id, round=1)) == 1


def test_nothing_is_kept_of_a_transaction_that_does_not_commit(desk: NoticeDesk) -> None:
    with writing(desk.engine) as connection:
        assert SqlNoticeOutbox(connection).put([desk.notice("cp-x")], desk.clock.now()) == 1
    assert desk.states() == {}


def test_a_desk_is_told_by_its_screen_and_nobody_without_a_channel_is(desk: NoticeDesk, alarm: Alarm) -> None:
    alert_id = _alert(alarm)
    screen = desk.notice(alert_id=alert_id, recipient="o1", recipient_kind=RecipientKind.ORGANISATION)
    mute = desk.notice(alert_id=alert_id, recipient="p2")
    desk.put(screen, mute)
    assert (desk.row(screen.id)["state"], desk.row(screen.id)["cause"]) == ("delivered", "shown_at_desk")
    assert (desk.row(mute.id)["state"], desk.row(mute.id)["cause"]) == ("failed", "no_contact_point")
    with desk.outbox() as outbox:
        assert outbox.progress(alert_id, 0, 0) == NoticeProgress(open=0, delivered=1, failed=1, passed=0)


def test_progress_counts_one_step_of_one_round_and_call_outs_only(desk: NoticeDesk, alarm: Alarm) -> None:
    alert_id = _alert(alarm)
    points = [desk.point(person) for person in ("p1", "p2")]
    desk.put(
        desk.notice(points[0], alert_id=alert_id),
        desk.notice(points[1], alert_id=alert_id, recipient="p2"),
        desk.notice(points[0], alert_id=alert_id, step=1),
        desk.notice(points[0], alert_id=alert_id, round=1),
        desk.notice(points[0], alert_id=alert_id, kind=NoticeKind.LEASE),
    )
    with desk.outbox() as outbox:
        assert outbox.progress(alert_id, 0, 0) == NoticeProgress(open=2)


def test_cancelling_ends_the_calls_for_help_and_no_news_of_the_end(desk: NoticeDesk, alarm: Alarm) -> None:
    alert_id = _alert(alarm)
    point = desk.point("p1")
    call_out = desk.notice(point, alert_id=alert_id)
    ended = desk.notice(point, alert_id=alert_id, kind=NoticeKind.ENDED)
    desk.put(call_out, ended)
    with desk.outbox() as outbox:
        assert outbox.cancel(alert_id, "accepted", desk.clock.now()) == 1
        assert outbox.cancel(alert_id, "accepted", desk.clock.now()) == 0
    row = desk.row(call_out.id)
    assert (row["state"], row["cause"], row["ended_at"]) == ("cancelled", "accepted", desk.clock.now())
    assert desk.row(ended.id)["state"] == "pending"


def test_a_recipient_passes_and_it_counts_as_passed(desk: NoticeDesk, alarm: Alarm) -> None:
    alert_id = _alert(alarm)
    notice = desk.notice(desk.point("p1"), alert_id=alert_id)
    desk.put(notice)
    with desk.outbox() as outbox:
        asked = outbox.notice(notice.id)
        assert asked is not None
        assert (asked.alert_id, asked.role, asked.state) == (alert_id, DutyRole.RESPONDER, "pending")
        assert outbox.pass_on(notice.id, desk.clock.now()) is True
        assert outbox.pass_on(notice.id, desk.clock.now()) is False
        assert outbox.progress(alert_id, 0, 0) == NoticeProgress(passed=1)
        assert outbox.notice("nobody's") is None


def test_whoever_was_not_told_of_the_alarm_is_not_told_of_its_end(desk: NoticeDesk, alarm: Alarm) -> None:
    alert_id = _alert(alarm)
    waiting = desk.notice(desk.point("p1"), alert_id=alert_id)
    screen = desk.notice(alert_id=alert_id, recipient="o1", recipient_kind=RecipientKind.ORGANISATION)
    passing = desk.notice(desk.point("p2", Channel.WECOM), alert_id=alert_id, recipient="p2")
    desk.put(waiting, screen, passing)
    with desk.outbox() as outbox:
        outbox.pass_on(passing.id, desk.clock.now())
        assert {alarmed.id for alarmed in outbox.recipients_of(alert_id)} == {"o1", "p2"}
        (person,) = [alarmed for alarmed in outbox.recipients_of(alert_id) if alarmed.id == "p2"]
    assert person.contact_points == passing.contact_points
