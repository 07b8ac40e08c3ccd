"""One notice or contact point that cannot be read: the others leave, and an SOS goes on to whoever is next."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

import pytest
from sqlalchemy import Table, update

from backend.adapters.db.engine import writing
from backend.adapters.db.escalation import runs
from backend.adapters.db.notices import notices
from backend.adapters.db.people import contact_points
from backend.domain.delivery.model import Reason
from backend.domain.escalation.targets import Channel
from contract.vocabulary import Severity
from tests.fakes.notice_channels import RecordingChannel
from tests.harness.alarm import Alarm
from tests.harness.notices import NoticeDesk, Outbox


def _spoil(desk: NoticeDesk, table: Table, id_: str, **values: Any) -> None:
    with writing(desk.engine) as connection:
        connection.execute(update(table).where(table.c.id == id_).values(**values))
        connection.commit()


def test_quiet_hours_that_are_no_times_hold_back_nothing(desk: NoticeDesk) -> None:
    point = desk.point("p1", quiet_from="24:00", quiet_until="06:00")
    calm = desk.notice(point, sos=False, severity=Severity.ADVISORY)
    desk.put(calm)
    assert Outbox(desk, sms=RecordingChannel()).run() == [Reason.DELIVERED]


def test_a_contact_point_of_an_unknown_channel_is_passed_over_for_the_next_one(desk: NoticeDesk) -> None:
    odd, good = desk.point("p1"), desk.point("p1", Channel.NTFY)
    _spoil(desk, contact_points, odd, channel="pigeon")
    notice = desk.notice(odd, good)
    desk.put(notice)
    assert Outbox(desk, ntfy=RecordingChannel()).run() == [Reason.NEXT_POINT, Reason.DELIVERED]
    assert [attempt["cause"] for attempt in desk.attempts(notice.id)] == ["unreadable", ""]


@pytest.mark.parametrize("values", [{"kind": "from_afar"}, {"severity": "dire"}, {"contact_points": {"a": 1}}])
def test_an_sos_notice_that_cannot_be_read_has_failed_and_the_escalation_goes_on(
    desk: NoticeDesk, alarm: Alarm, values: dict[str, Any]
) -> None:
    alarm.enrol("t1")
    alarm.press("t1")
    alert_id = alarm.only().id
    bad = desk.notice(desk.point("p1"), alert_id=alert_id, recipient="p1")
    desk.put(bad)
    desk.clock.turn(timedelta(seconds=1))
    good = desk.notice(desk.point("p2"), alert_id=alert_id, recipient="p2")
    desk.put(good)
    _spoil(desk, notices, bad.id, **values)
    with writing(desk.engine) as connection:
        connection.execute(update(runs).values(due_at=desk.clock.now() + timedelta(seconds=30)))
        connection.commit()
    channel = RecordingChannel()
    assert Outbox(desk, sms=channel).run() == [Reason.DELIVERED]
    assert [id_ for id_, _ in channel.sent] == [good.id]
    assert (desk.row(bad.id)["state"], desk.row(bad.id)["cause"]) == ("failed", "unreadable")
    assert "notice_failed" in alarm.kinds(alert_id)
    with desk.engine.connect() as connection:
        assert connection.scalar(runs.select().with_only_columns(runs.c.due_at)) == desk.clock.now()


def test_what_cannot_be_read_is_cancelled_with_the_rest_and_keeps_nobody_from_hearing_the_end(
    desk: NoticeDesk, alarm: Alarm
) -> None:
    alarm.enrol("t1")
    alarm.press("t1")
    alert_id = alarm.only().id
    bad, good = (desk.notice(desk.point(p), alert_id=alert_id, recipient=p) for p in ("p1", "p2"))
    desk.put(bad, good)
    _spoil(desk, notices, bad.id, severity="dire", recipient_kind="ghost")
    with desk.outbox() as outbox:
        assert outbox.cancel(alert_id, "closed", desk.clock.now()) == 2
    assert desk.states() == {"cancelled": 2}
    _spoil(desk, notices, bad.id, state="delivered")
    _spoil(desk, notices, good.id, state="delivered")
    with desk.outbox() as outbox:
        assert [each.id for each in outbox.recipients_of(alert_id)] == ["p2"]
