"""Several processes share one outbox: each notice leaves once, an SOS before the others, and none is lost to a kill."""

from __future__ import annotations

import threading
from collections import Counter
from datetime import timedelta
from zoneinfo import ZoneInfo

import pytest
from sqlalchemy import Engine

from backend.adapters.clock import SystemClock
from backend.adapters.db.notices_outbox import SqlNoticeOutbox
from backend.adapters.db.notices_queue import SqlNoticeQueue
from backend.adapters.db.notices_store import SqlNoticeStore
from backend.domain.delivery.model import Outcome, Reason, Result
from backend.domain.escalation.targets import Channel
from backend.services.notices.delivery_ports import SendingChannel
from backend.services.notices.ports import NoticeKind
from backend.services.notices.prove_contact import ProofCodes
from backend.services.notices.record import RecordAttempt
from backend.services.notices.send import SendNotice
from backend.workers.outbox import OutboxWorker
from contract.vocabulary import Severity
from tests.fakes.notice_channels import NumberedLinks, PlainWriter, RecordingChannel
from tests.harness.alarm import Alarm, Uuids
from tests.harness.clock import ManualClock, wait_until, wall_now
from tests.harness.notices import NoticeDesk, Outbox

MANY = 120


@pytest.fixture
def now_desk(database: Engine) -> NoticeDesk:
    """Notices that are due by the machine's clock, as threads need it."""
    return NoticeDesk(database, ManualClock(wall_now()))


def _worker(desk: NoticeDesk, sms: SendingChannel, ntfy: SendingChannel) -> OutboxWorker:
    clock = SystemClock()
    record = RecordAttempt(SqlNoticeStore(desk.engine, clock), clock)
    queue = SqlNoticeQueue(desk.engine, Uuids(), ZoneInfo("Asia/Shanghai"))
    channels = {Channel.SMS: sms, Channel.NTFY: ntfy}
    send = SendNotice(channels, PlainWriter(), NumberedLinks(), ProofCodes(lambda: b""), record, lambda *_: None)
    return OutboxWorker(queue, send, record.settle, clock)


def test_two_workers_send_each_notice_once(now_desk: NoticeDesk) -> None:
    desk = now_desk
    point = desk.point("p1")
    desk.put(*[desk.notice(point, recipient=f"p{n}", sos=n % 10 == 0) for n in range(MANY)])
    channel = RecordingChannel()
    workers = [_worker(desk, channel, channel) for _ in range(2)]

    def all_delivered() -> bool:
        for worker in workers:
            worker()
        return desk.states() == {"delivered": MANY}

    wait_until(all_delivered, "every notice delivered", seconds=30, every=0.1)
    assert Counter(id_ for id_, _ in channel.sent).most_common(1)[0][1] == 1
    assert len(channel.sent) == MANY


def test_an_sos_leaves_within_one_cycle_behind_others_that_hang(now_desk: NoticeDesk) -> None:
    desk = now_desk
    slow, point = desk.point("p1", Channel.NTFY), desk.point("p1")
    hanging = RecordingChannel()
    hanging.gate = threading.Event()
    low = [
        desk.notice(slow, recipient=f"p{n}", sos=False, severity=severity, kind=NoticeKind.ADVISORY)
        for n, severity in enumerate([Severity.TECHNICAL, Severity.URGENT, Severity.EMERGENCY] * 100)
    ]
    desk.put(*low)
    quick = RecordingChannel()
    worker = _worker(desk, quick, hanging)
    worker()
    wait_until(lambda: sum(worker.busy.values()) >= 12, "all other hands hang")
    sos = desk.notice(point, recipient="sos")
    desk.put(sos)
    began = wall_now()
    worker()
    wait_until(lambda: quick.sent, "the SOS has left", seconds=5)
    assert wall_now() - began < timedelta(seconds=1)
    assert [id_ for id_, _ in quick.sent] == [sos.id]
    hanging.gate.set()
    worker.stop()
    wait_until(lambda: not any(worker.busy.values()), "all hands are free")


def test_sending_and_escalating_the_same_alert_never_stand_in_each_others_way(desk: NoticeDesk, alarm: Alarm) -> None:
    """The tick of the escalation locks the alert, then its notices and its run; so does whoever keeps a result."""
    alarm.enrol("t1")
    alarm.press("t1")
    alert_id = alarm.only().id
    point = desk.point("p1")
    rounds = 25
    failing = RecordingChannel(Result(Outcome.PERMANENT, "refused"))
    outbox = Outbox(desk, sms=failing)
    errors: list[Exception] = []

    def escalate() -> None:
        try:
            for number in range(rounds):
                with SqlNoticeStore(desk.engine, desk.clock).begin() as tx:
                    tx.alert(alert_id)
                    box = SqlNoticeOutbox(tx._db)  # type: ignore[attr-defined]
                    people = [desk.notice(point, alert_id=alert_id, round=number, recipient=f"p{n}") for n in range(4)]
                    box.put(people, desk.clock.now())
                    box.cancel(alert_id, "again", desk.clock.now())
                    box.put([desk.notice(point, alert_id=alert_id, round=number, step=1)], desk.clock.now())
                    tx.wake_run(alert_id, desk.clock.now())
                    tx.touch(alert_id)
                    tx.commit()
        except Exception as error:
            errors.append(error)

    def send() -> None:
        try:
            while not done.is_set() or outbox.queue.due(4, desk.clock.now(), 1):
                outbox.run()
        except Exception as error:
            errors.append(error)

    done = threading.Event()
    senders = [threading.Thread(target=send, name=f"send-{n}") for n in range(3)]
    for thread in senders:
        thread.start()
    escalate()
    done.set()
    for thread in senders:
        thread.join(30)
    assert errors == []
    assert set(desk.states()) <= {"failed", "cancelled"}


def test_a_notice_whose_worker_died_is_sent_again_when_its_lease_ends(desk: NoticeDesk) -> None:
    """The process dies between the attempt's row and the result: nobody knows whether the message left."""
    outbox = Outbox(desk, sms=(sms := RecordingChannel()))
    notice = desk.notice(desk.point("p1"))
    desk.put(notice)
    lost = outbox.claim()
    assert lost is not None
    assert outbox.run() == []
    desk.clock.turn(timedelta(seconds=61))
    assert outbox.run() == [Reason.DELIVERED]
    assert [a["result"] for a in desk.attempts(notice.id)] == [None, "delivered"]
    assert len(sms.sent) == 1
    # The dead one was only slow: what it says now changes nothing any more.
    assert outbox.record(lost, Result(Outcome.PERMANENT, "refused")) is Reason.OVER
    assert desk.row(notice.id)["state"] == "delivered"
    assert [a["result"] for a in desk.attempts(notice.id)] == ["permanent", "delivered"]


def test_a_late_result_does_not_disturb_the_worker_that_has_it_now(desk: NoticeDesk) -> None:
    outbox = Outbox(desk, sms=RecordingChannel())
    notice = desk.notice(desk.point("p1"))
    desk.put(notice)
    slow = outbox.claim()
    desk.clock.turn(timedelta(seconds=61))
    second = outbox.claim()
    assert slow is not None
    assert second is not None
    assert outbox.record(slow, Result(Outcome.PERMANENT, "refused")) is Reason.OVER
    assert desk.row(notice.id)["state"] == "sending"
    assert outbox.record(second, Result(Outcome.DELIVERED)) is Reason.DELIVERED
