"""Notices: channels and texts of `config/`, the worker that sends, receipts, the delivery log, proof of contacts."""

from __future__ import annotations

import re
from collections.abc import Iterator
from datetime import timedelta
from functools import cache
from pathlib import Path
from typing import Final
from zoneinfo import ZoneInfo

import structlog
from fastapi import APIRouter
from sqlalchemy import Connection, Engine
from sqlalchemy.exc import InterfaceError, OperationalError
from sqlalchemy.exc import TimeoutError as PoolTimeoutError

from backend.adapters.channels.assemble import assemble
from backend.adapters.channels.config import ChannelsFile, ChannelsRefused, read_channels
from backend.adapters.channels.http import Http
from backend.adapters.channels.reports import read_reports
from backend.adapters.channels.texts import Texts
from backend.adapters.clock import SystemClock
from backend.adapters.db.notices_forgetting import SqlDeliveryLog
from backend.adapters.db.notices_outbox import SqlNoticeOutbox
from backend.adapters.db.notices_queue import SqlNoticeQueue
from backend.adapters.db.notices_reading import SqlNoticeReader
from backend.adapters.db.notices_store import SqlNoticeStore
from backend.adapters.secret_files import KeyFile
from backend.api import notices, receipts
from backend.domain.delivery.model import Reason
from backend.domain.escalation.targets import Channel
from backend.services.alarm.ports import Ids
from backend.services.notices.delivery_ports import AnswerLinks
from backend.services.notices.figures import NoticeFigures
from backend.services.notices.forget_old import ForgetDeliveries
from backend.services.notices.prove_contact import AskProof, ConfirmProof, ProofCodes
from backend.services.notices.record import RecordAttempt, RecordCall, RecordReceipt
from backend.services.notices.send import SendNotice
from backend.services.notices.words import Wording
from backend.settings import Settings
from backend.workers.loop import Tick
from backend.workers.outbox import OutboxWorker

log = structlog.get_logger()

FILE_NAME: Final = "channels.toml"
TEXTS: Final = "notices"
FORGET_SECONDS: Final = 3600.0
_AWAY: Final = (OperationalError, InterfaceError, PoolTimeoutError)
_RECEIPT: Final = re.compile(r"/receipts/(alibaba|tencent|webhook)/[^/]{8,128}")


def is_public(method: str, path: str) -> bool:
    """Whether a stranger may call it: POST of a provider's receipts, whose address holds a secret."""
    return method == "POST" and _RECEIPT.fullmatch(path) is not None


class NoticesParts:
    """Made once per process. With a `channels.toml` that cannot be used no channel is set up; for texts that cannot be
    used there are built-in ones. Log and health say why.

    `links`: how a notice is answered. `figures`: to be registered with Prometheus. `wake` may be called after a
    transaction that has put notices: they leave now instead of at the next bell.
    """

    def __init__(
        self, settings: Settings, folder: Path, engine: Engine, clock: SystemClock, ids: Ids, links: AnswerLinks
    ) -> None:
        zone = ZoneInfo(settings.time_zone)
        path = folder / FILE_NAME
        self._http = Http()
        self.refused: list[str] = []
        """What cannot be used of `channels.toml` and the texts, each with file and place."""
        try:
            file = read_channels(path)
            self._channels = assemble(file, path, self._http, clock, ids)
        except ChannelsRefused as refused:
            # Without channels call-outs fail, and the district desk hears it; without a backend nobody hears a press.
            self.refused.append(str(refused))
            file = ChannelsFile()
            self._channels = assemble(file, path, self._http, clock, ids)
        texts = Texts(folder / TEXTS, Wording(zone, file.mask_names), settings.locale, self.refused)
        for why in self.refused:
            log.error("notices_config_refused", why=why)
        self._store = SqlNoticeStore(engine, clock)
        self._reader = SqlNoticeReader(engine)
        self._clock = clock
        self._codes = ProofCodes(cache(KeyFile(settings.answer_key_file).read))
        queue = SqlNoticeQueue(engine, ids, zone, settings.locale, self._channels.admit)
        self.figures = NoticeFigures(queue.oldest_due, clock, _AWAY)
        record = RecordAttempt(self._store, clock)
        send = SendNotice(self._channels.senders, texts, links, self._codes, record, self.figures.attempted)
        self._forget = ForgetDeliveries(SqlDeliveryLog(engine), clock, timedelta(days=settings.delivery_log_days))
        self._record = record
        self._worker = OutboxWorker(queue, send, self._settle, clock)

    def _settle(self, notice_id: str, unreadable: bool) -> Reason:
        reason = self._record.settle(notice_id, unreadable)
        if reason is Reason.UNREADABLE:
            self.figures.unreadable()
        return reason

    @property
    def configured(self) -> frozenset[Channel]:
        """Channels that a notice can leave by."""
        return frozenset(self._channels.senders)

    @staticmethod
    def outbox(connection: Connection) -> SqlNoticeOutbox:
        """The outbox inside somebody's transaction."""
        return SqlNoticeOutbox(connection)

    def wake(self) -> None:
        """Look now. Does nothing in a process that is no worker, so it may be called anywhere."""
        self._worker.wake()

    def staff_routers(self) -> Iterator[APIRouter]:
        """Under `/api/v1`."""
        store, clock = self._store, self._clock
        yield notices.router(
            notices.NoticeCalls(
                self._reader,
                RecordCall(store, clock),
                AskProof(store, clock),
                ConfirmProof(store, self._codes, clock),
                self.configured,
            )
        )

    def public_routers(self) -> Iterator[APIRouter]:
        """Outside `/api/v1`, open to strangers as `is_public` says."""
        record = RecordReceipt(self._store, self._clock)
        yield receipts.router(receipts.ReceiptCalls(record, self._channels.doors, read_reports, self.figures.received))

    def ticks(self) -> Iterator[Tick]:
        """For the worker."""
        yield Tick("outbox", self._worker)
        yield Tick("delivery_log", self._forget, seconds=FORGET_SECONDS, deadline=60.0)

    def stop(self) -> None:
        """Take no more notices. One that is being sent ends by itself, or is sent again when its lease is over."""
        self._worker.stop()
