"""Answering: links that need no log-in, replies by text, people alone on site, keys; and which routes are public."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import timedelta
from functools import cache
from typing import Final
from zoneinfo import ZoneInfo

from fastapi import APIRouter
from sqlalchemy import Connection, Engine

from backend.adapters.db.answering_reading import AnswerSqlReader
from backend.adapters.db.answering_store import AnswerSqlStore
from backend.adapters.db.engine import reading
from backend.adapters.pages.render import Pages
from backend.adapters.secret_files import KeyFile
from backend.api import answering, answering_pages, answering_replies, answering_state
from backend.domain.home_secrets.looks import Look
from backend.services.alarm.ports import Clock, Ids
from backend.services.answering.answer import Answer, Rules
from backend.services.answering.find_responders import FindResponders
from backend.services.answering.hear_reply import HearReply
from backend.services.answering.link import AnswerLinks
from backend.services.answering.record_key import RecordKey
from backend.services.answering.seals import Seals
from backend.services.answering.send_out import SendOut
from backend.services.answering.show import Show
from backend.services.answering.watch_alone import EndAssignments, WatchAlone
from backend.services.escalation.ports import Cover
from backend.services.home_secrets.ports import Shown
from backend.settings import Settings
from backend.workers.loop import Tick

END_SECONDS: Final = 30.0
_PAGE: Final = re.compile(r"/r/[^/]{1,128}(/state)?")
_STEP: Final = re.compile(r"/r/[^/]{1,128}/[a-z-]{1,20}")
_REPLY: Final = re.compile(r"/replies/[a-z]{1,16}/[0-9a-f]{1,64}")


def is_public(method: str, path: str) -> bool:
    """Whether a stranger may call it: GET and HEAD of a page, POST of a step, POST of a provider's replies."""
    if method in ("GET", "HEAD"):
        return _PAGE.fullmatch(path) is not None
    return method == "POST" and (_STEP.fullmatch(path) is not None or _REPLY.fullmatch(path) is not None)


@dataclass(frozen=True, slots=True)
class _Covers:
    engine: Engine
    cover: Callable[[Connection], Cover]

    @contextmanager
    def begin(self) -> Iterator[Cover]:
        with reading(self.engine) as connection:
            yield self.cover(connection)


class AnsweringParts:
    """Made once per process; opens nothing until it is used. `cover`: who can be reached, on a connection.

    `secrets`: what opens the home of an assignment. `links` is what the outbox asks for the address and the reply code
    of a notice.
    """

    def __init__(
        self,
        settings: Settings,
        engine: Engine,
        clock: Clock,
        ids: Ids,
        cover: Callable[[Connection], Cover],
        secrets: Callable[[str], Shown | Look | None],
    ) -> None:
        self._settings = settings
        self._secrets = secrets
        self._ids = ids
        self._clock = clock
        self._store = AnswerSqlStore(engine, clock)
        self._reader = AnswerSqlReader(engine)
        self._seals = Seals(cache(KeyFile(settings.answer_key_file).read))
        self._answer = Answer(self._store, clock, ids, Rules(timedelta(minutes=settings.lone_worker_minutes)))
        self._find = FindResponders(self._reader, _Covers(engine, cover), clock)
        self.links = AnswerLinks(self._store, clock, ids, self._seals, self._public_url)

    def _public_url(self) -> str:
        settings = self._settings
        host = f"[{settings.host}]" if ":" in settings.host else settings.host
        return settings.public_url.rstrip("/") or f"http://{host}:{settings.port}"

    def public_routers(self) -> Iterator[APIRouter]:
        """Outside /api/v1 and open to strangers, as `is_public` says."""
        pages = Pages(ZoneInfo(self._settings.time_zone), self._settings.map_url)
        show = Show(self._reader, self._clock)
        secure = self._public_url().startswith("https://")
        calls = answering_pages.AnswerCalls(
            show, self._answer, pages, self._seals, self._ids.new, secure, self._secrets
        )
        yield answering_state.router(calls)
        yield answering_pages.router(calls)
        yield answering_replies.router(HearReply(self._answer), self._seals)

    def staff_routers(self) -> Iterator[APIRouter]:
        """Under /api/v1."""
        yield answering.router(
            answering.DeskCalls(
                self._reader,
                self._answer,
                SendOut(self._store, self._clock, self._ids, self._seals),
                RecordKey(self._store, self._clock, self._ids),
                self._find,
                self._seals,
                self._public_url,
            )
        )

    def ticks(self) -> Iterator[Tick]:
        """For the worker."""
        yield Tick("alone", WatchAlone(self._store, self._clock))
        yield Tick("assignments", EndAssignments(self._store, self._clock), seconds=END_SECONDS)
