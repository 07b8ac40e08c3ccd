"""Notices, attempts and replies of closed alerts go after their time; those of open alerts never do."""

from __future__ import annotations

from datetime import timedelta

from sqlalchemy import func, insert, select

from backend.adapters.db.answering import replies
from backend.adapters.db.engine import writing
from backend.adapters.db.notices import attempts, notices
from backend.adapters.db.notices_forgetting import SqlDeliveryLog
from backend.domain.alert.lifecycle import Verb
from backend.services.notices.forget_old import PORTION, ForgetDeliveries
from backend.services.notices.ports import NoticeKind
from tests.fakes.notice_channels import RecordingChannel
from tests.harness.alarm import Alarm
from tests.harness.notices import NoticeDesk, Outbox

KEPT = timedelta(days=730)


def _counts(desk: NoticeDesk) -> tuple[int, int, int]:
    with desk.engine.connect() as connection:
        one, two, three = (
            connection.scalar(select(func.count()).select_from(table)) or 0 for table in (notices, attempts, replies)
        )
    return one, two, three


def _reply(desk: NoticeDesk, id_: str, alert_id: str | None) -> None:
    with writing(desk.engine) as connection:
        values = {"provider": "plain", "phone": "+8613800000001", "text": "1", "outcome": "accepted"}
        connection.execute(insert(replies).values(id=id_, alert_id=alert_id, at=desk.clock.now(), **values))
        connection.commit()


def test_only_what_belongs_to_nothing_open_and_is_old_enough_goes(desk: NoticeDesk, alarm: Alarm) -> None:
    forget = ForgetDeliveries(SqlDeliveryLog(desk.engine), desk.clock, KEPT)
    point = desk.point("p1")
    ids = {}
    for device in ("T1", "T2"):
        alarm.enrol(device)
        ids[device] = alarm.press(device).outcomes[0].alert_id or ""
        desk.put(desk.notice(point, alert_id=ids[device]))
        _reply(desk, device, ids[device])
    gap = {"kind": NoticeKind.ROSTER_GAP, "sos": False}
    desk.put(desk.notice(point, subject="gap", **gap))
    _reply(desk, "stray", None)
    Outbox(desk, sms=RecordingChannel()).run()
    waiting = desk.notice(point, subject="waits", deadline_at=desk.clock.now() + 2 * KEPT, recipient="p2", **gap)
    desk.put(waiting)
    alarm.do(Verb.ACCEPT, ids["T1"])
    alarm.do(Verb.CLOSE, ids["T1"], outcome="helped_by_phone")

    desk.clock.turn(KEPT - timedelta(seconds=1))
    forget()
    assert _counts(desk) == (4, 3, 3)
    desk.clock.turn(timedelta(seconds=2))
    forget()
    assert _counts(desk) == (2, 1, 1)
    assert desk.states() == {"delivered": 1, "pending": 1}
    assert len(alarm.detail(ids["T1"]).timeline) > 0


def test_as_many_as_there_are_go_in_portions(desk: NoticeDesk) -> None:
    point = desk.point("p1")
    many = [desk.notice(point, subject="s", recipient=f"p{n}", contact_points=()) for n in range(PORTION + 5)]
    desk.put(*many)
    log = SqlDeliveryLog(desk.engine)
    later = desk.clock.now() + timedelta(seconds=1)
    assert log.forget(later, PORTION) == PORTION
    assert log.forget(later, PORTION) == 5
    assert log.forget(later, PORTION) == 0
