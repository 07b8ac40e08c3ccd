"""Scripts, calls and the no-voice rule: which use cases, routes and ticks they are made of."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path
from zoneinfo import ZoneInfo

import structlog
from fastapi import APIRouter
from sqlalchemy import Connection, Engine

from backend.adapters.db.calls_incoming import IncomingSqlStore
from backend.adapters.db.calls_store import CallSqlReader, CallSqlStore
from backend.adapters.db.script_reviews import ReviewSqlStore, ScriptSqlReader
from backend.adapters.db.script_store import Neighbours, ScriptSqlRecords, ScriptSqlStore
from backend.adapters.script_files import BadScript, load_scripts
from backend.api import scripts, telephony
from backend.domain.script.model import DEFAULT, Book, Script
from backend.services.alarm.ports import Clock, Ids
from backend.services.script.gate import ScriptGate
from backend.services.script.ports import FollowUps
from backend.services.script.read_script import ReadScript
from backend.services.script.record_hand_over import RecordHandOver
from backend.services.script.review_step import ReviewStep
from backend.services.script.tick_off import TickOff
from backend.services.script.watch_voice import WatchVoice
from backend.services.telephony.begin_call import BeginCall
from backend.services.telephony.end_call import EndCall
from backend.services.telephony.ports import DeskRouting
from backend.services.telephony.take_incoming import TakeIncoming
from backend.settings import Settings, config_file
from backend.workers.loop import Tick
from contract.vocabulary import Label

log = structlog.get_logger()

BATCH = 100
MOST_BATCHES = 20


@dataclass(frozen=True, slots=True)
class Others:
    """What other parts give: `neighbours` and `routing` for a connection, `follow_ups` for a transaction."""

    neighbours: Neighbours
    routing: Callable[[Connection], DeskRouting]
    follow_ups: FollowUps


class ScriptParts:
    """Reads the scripts at once. With one that cannot be used there are none: nothing stands before closing."""

    def __init__(self, settings: Settings, engine: Engine, clock: Clock, ids: Ids, others: Others) -> None:
        self._engine = engine
        self._clock = clock
        self._ids = ids
        self._others = others
        self._zone = ZoneInfo(settings.time_zone)
        self.refused: list[str] = []
        """What cannot be used of the scripts, each with file and place."""
        self.book = _scripts(config_file().parent / "scripts", self.refused)
        self.gate = ScriptGate(self.book, ScriptSqlRecords(), clock)
        self.incoming = IncomingSqlStore(engine, others.routing)
        """Also the `TellLog` of the live stream."""
        self._scripts = ScriptSqlStore(engine, clock, others.neighbours)

    def staff_routers(self) -> Iterator[APIRouter]:
        """Under /api/v1."""
        reviews = ReviewSqlStore(self._engine, self._clock, self._others.neighbours)
        yield scripts.router(
            scripts.ScriptCalls(
                read=ReadScript(ScriptSqlReader(self._engine), self.book),
                tick_off=TickOff(self._scripts, self.book, self._clock),
                hand_over=RecordHandOver(self._scripts, self._others.follow_ups, self._clock),
                review=ReviewStep(reviews, self._clock),
                reviews=reviews,
            )
        )
        calls = CallSqlStore(self._engine, self._clock, self._others.neighbours)
        yield telephony.router(
            telephony.TelephonyCalls(
                begin=BeginCall(calls, self.book, self._clock),
                end=EndCall(calls, self.book, self._clock),
                take=TakeIncoming(self.incoming, self._clock, self._zone),
                reader=CallSqlReader(self._engine),
                incoming=self.incoming,
                new_key=self._ids.new,
            )
        )

    def public_routers(self) -> Iterator[APIRouter]:
        """None: nothing here is open to strangers."""
        yield from ()

    def ticks(self) -> Iterator[Tick]:
        """Of the worker."""
        watch = WatchVoice(self._scripts, self.book, self._clock)
        yield Tick("no_voice", lambda: _in_batches(watch))


def _scripts(folder: Path, refused: list[str]) -> Book:
    """A typing error in a script must not keep a press from being taken at the next start."""
    try:
        return load_scripts(folder)
    except (BadScript, OSError) as bad:
        log.error("scripts_refused", why=str(bad))
        refused.append(str(bad))
        return Book({DEFAULT: Script(DEFAULT, Label("无脚本", "No script"), (DEFAULT,), ())})


def _in_batches(watch: WatchVoice) -> None:
    for _ in range(MOST_BATCHES):
        if watch(BATCH) < BATCH:
            return
