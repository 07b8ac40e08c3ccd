"""10,000 notices of flat batteries wait for a provider that hangs; an SOS leaves within one cycle all the same."""

from __future__ import annotations

import threading
from collections.abc import Iterator
from datetime import timedelta
from zoneinfo import ZoneInfo

import pytest
from sqlalchemy import Engine, insert

from backend.adapters.channels.http import Http
from backend.adapters.channels.webhook import Webhook
from backend.adapters.clock import SystemClock
from backend.adapters.db.engine import writing
from backend.adapters.db.notices import notices
from backend.adapters.db.notices_queue import SqlNoticeQueue
from backend.adapters.db.notices_rows import first_row
from backend.adapters.db.notices_store import SqlNoticeStore
from backend.domain.escalation.targets import Channel
from backend.services.notices.ports import NoticeKind
from backend.services.notices.prove_contact import ProofCodes
from backend.services.notices.record import RecordAttempt
from backend.services.notices.send import SendNotice
from backend.workers.loop import BELL_SECONDS, Loop, Tick
from backend.workers.outbox import OutboxWorker
from contract.vocabulary import Severity
from tests.fakes.notice_channels import NumberedLinks, PlainWriter, RecordingChannel
from tests.harness.alarm import Uuids
from tests.harness.clock import ManualClock, stopwatch, wait_until, wall_now
from tests.harness.notices import NoticeDesk, Outbox
from tests.harness.provider import Provider, provider

WAITING = 10_000


@pytest.fixture
def slow() -> Iterator[Provider]:
    with provider() as server:
        server.hold = threading.Event()
        yield server


@pytest.fixture
def quick() -> Iterator[Provider]:
    with provider() as server:
        yield server


def test_an_sos_leaves_within_one_cycle(database: Engine, slow: Provider, quick: Provider) -> None:
    desk = NoticeDesk(database, ManualClock(wall_now()))
    battery = desk.point("p1", Channel.WEBHOOK, f"{slow.url}/hook")
    phone = desk.point("p2", Channel.WEBHOOK, f"{quick.url}/hook")
    low = desk.notice(battery, sos=False, severity=Severity.TECHNICAL, kind=NoticeKind.ADVISORY)
    with writing(database) as connection:
        connection.execute(insert(notices), [{**first_row(low), "id": f"low-{n}"} for n in range(WAITING)])
        connection.commit()
    clock, http = SystemClock(), Http()
    record = RecordAttempt(SqlNoticeStore(database, clock), clock)
    send = SendNotice(
        {Channel.WEBHOOK: Webhook(http, clock.now, "s3cret", plain_http=True)},
        PlainWriter(),
        NumberedLinks(),
        ProofCodes(lambda: b""),
        record,
        lambda *_: None,
    )
    worker = OutboxWorker(SqlNoticeQueue(database, Uuids(), ZoneInfo("UTC")), send, record.settle, clock)
    loop = Loop([Tick("outbox", worker)], clock)
    loop.start()
    try:
        wait_until(lambda: len(slow.requests) >= worker.busy["rest"] > 0, "the slow provider has its hands full")
        began = stopwatch()
        sos = desk.notice(phone, recipient="p2", deadline_at=wall_now() + timedelta(minutes=10))
        desk.put(sos)
        wait_until(lambda: quick.requests, "the SOS has left", every=0.005)
        # One bell, and what a busy machine adds to it; behind the others it would not leave at all.
        assert stopwatch() - began < BELL_SECONDS + 5.0
        assert quick.only.headers["care-id"] == sos.id
    finally:
        assert slow.hold is not None
        worker.stop()
        loop.stop(1.0)
        slow.hold.set()
        wait_until(lambda: not any(worker.busy.values()), "all hands are free")
        http.close()


def test_a_new_sos_and_every_alarm_leave_before_how_an_earlier_one_ended(desk: NoticeDesk) -> None:
    point = desk.point("p1")
    ended = [desk.notice(point, recipient=f"e{n}", kind=NoticeKind.ENDED) for n in range(3)]
    advisory = desk.notice(point, recipient="a", sos=False, severity=Severity.ADVISORY, kind=NoticeKind.ADVISORY)
    desk.put(advisory, *ended)
    desk.clock.turn(timedelta(seconds=1))
    urgent = desk.notice(point, recipient="u", sos=False, severity=Severity.URGENT)
    sos = desk.notice(point, recipient="s")
    desk.put(urgent, sos)
    channel = RecordingChannel()
    Outbox(desk, sms=channel).run()
    order = [id_ for id_, _ in channel.sent]
    assert order[:2] == [sos.id, urgent.id]
    assert set(order[2:5]) == {notice.id for notice in ended}
    assert order[5:] == [advisory.id]
