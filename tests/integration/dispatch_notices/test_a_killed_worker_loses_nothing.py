"""A worker is killed while a provider has the message and before the answer is on record: it is sent again."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
import threading
from datetime import timedelta

from backend.adapters.channels.http import Http
from backend.adapters.channels.webhook import Webhook
from backend.domain.delivery.model import Reason
from backend.domain.escalation.targets import Channel
from tests.harness.clock import ManualClock, wait_until, wall_now
from tests.harness.notices import NoticeDesk, Outbox
from tests.harness.provider import provider

WORKER = """
import sys
from backend.adapters.channels.http import Http
from backend.adapters.channels.webhook import Webhook
from backend.adapters.clock import SystemClock
from backend.adapters.db.engine import make_engine
from tests.harness.notices import NoticeDesk, Outbox

clock = SystemClock()
desk = NoticeDesk(make_engine(sys.argv[1]), clock)
Outbox(desk, webhook=Webhook(Http(answer_seconds=60), clock.now, "s3cret", plain_http=True)).run()
"""


def test_it_is_sent_again_and_the_receiver_can_tell(database_url: str, desk: NoticeDesk) -> None:
    desk.clock.turn(wall_now() - desk.clock.now())
    with provider() as server:
        server.hold = threading.Event()
        notice = desk.notice(desk.point("p1", Channel.WEBHOOK, f"{server.url}/hook"))
        desk.put(notice)
        worker = subprocess.Popen([sys.executable, "-c", WORKER, database_url])
        wait_until(lambda: server.requests, "the provider has the message", seconds=30)
        os.kill(worker.pid, signal.SIGKILL)
        worker.wait()
        server.hold.set()
        assert desk.row(notice.id)["state"] == "sending"

        later = NoticeDesk(desk.engine, ManualClock(wall_now() + timedelta(seconds=61)))
        http = Http()
        outbox = Outbox(later, webhook=Webhook(http, later.clock.now, "s3cret", plain_http=True))
        assert outbox.run() == [Reason.DELIVERED]
        http.close()
        first, second = server.requests
    assert first.headers["care-id"] == second.headers["care-id"] == notice.id
    assert first.body == second.body
    assert [attempt["result"] for attempt in desk.attempts(notice.id)] == [None, "delivered"]
