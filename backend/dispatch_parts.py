"""How the parts of the dispatch are put together: who asks whom, what is open to strangers, what is read at start."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import Final
from zoneinfo import ZoneInfo

from fastapi import APIRouter
from prometheus_client.registry import Collector
from sqlalchemy import Connection, Engine

from backend.adapters.clock import SystemClock
from backend.adapters.db.calls_incoming import IncomingSqlStore
from backend.adapters.db.escalation_facts import facts_of
from backend.adapters.db.escalation_store import RunParts
from backend.adapters.db.notices_outbox import SqlNoticeOutbox
from backend.adapters.db.organisation_reader import OrganisationReader
from backend.adapters.db.script_store import Neighbours
from backend.adapters.db.work_order_store import SqlWorkOrders
from backend.domain.escalation.targets import Channel
from backend.parts import answering, notices
from backend.parts.accounting import AccountingParts
from backend.parts.answering import AnsweringParts
from backend.parts.audit import AuditParts
from backend.parts.escalation import EscalationParts
from backend.parts.notices import NoticesParts
from backend.parts.organisation import OrganisationParts
from backend.parts.privacy import PrivacyParts
from backend.parts.roster import RosterParts
from backend.parts.script import Others, ScriptParts
from backend.parts.work_order import WorkOrderParts
from backend.services.alarm.act import ClosingGate
from backend.services.alarm.oddities import OddFigures
from backend.services.alarm.ports import Ids
from backend.settings import Settings, config_file
from backend.workers.loop import Tick

POLICIES: Final = "escalation"


class DispatchParts:
    """Reads scripts, channels and work orders of `config/` at once, policies in `start`.

    None of them that cannot be used ever keeps presses from being taken: it is said in the log and by health, and what
    was before, or is built in, is in force.
    """

    def __init__(self, settings: Settings, engine: Engine, clock: SystemClock, ids: Ids) -> None:
        zone = ZoneInfo(settings.time_zone)
        self._organisation = OrganisationParts(engine, clock, ids, zone)
        self._roster = RosterParts(settings, engine, clock, ids, SqlNoticeOutbox, self._configured)
        self._work_orders = WorkOrderParts(settings, engine, clock, ids, SqlNoticeOutbox)
        self._accounting = AccountingParts(settings, engine, clock, self._work_orders.orders)
        self._privacy = PrivacyParts(settings, engine, clock)
        by_link = self._privacy.look.by_responder
        self._answering = AnsweringParts(settings, engine, clock, ids, self._roster.cover, by_link)
        folder = config_file().parent
        self._notices = NoticesParts(settings, folder, engine, clock, ids, self._answering.links)
        neighbours = Neighbours(self._roster.cover, SqlNoticeOutbox, facts_of)
        others = Others(neighbours, OrganisationReader, self._work_orders.follow_ups())
        self._script = ScriptParts(settings, engine, clock, ids, others)
        runs = RunParts(self._roster.cover, SqlNoticeOutbox, self._work_orders.service_orders)
        self._audit = AuditParts(settings, engine, clock, runs)
        self._escalation = EscalationParts(folder / POLICIES, engine, clock, zone, runs, self._notices.wake)

    def _configured(self) -> frozenset[Channel]:
        return self._notices.configured

    @property
    def gate(self) -> ClosingGate:
        """What stands in the way of closing an alert."""
        return self._script.gate

    @property
    def incoming(self) -> IncomingSqlStore:
        """Calls that come in, for the live stream."""
        return self._script.incoming

    def orders(self, connection: Connection) -> SqlWorkOrders:
        """Work orders within the transaction on `connection`."""
        return self._work_orders.orders(connection)

    def refused(self) -> Sequence[str]:
        """What cannot be used of the configuration, each with file and place."""
        parts = (self._escalation, self._notices, self._script, self._work_orders)
        return [why for part in parts for why in part.refused]

    def start(self) -> None:
        """Read the policies."""
        self._escalation.start()

    def staff_routers(self) -> Iterator[APIRouter]:
        """Under `/api/v1`."""
        for part in (
            self._escalation,
            self._organisation,
            self._roster,
            self._notices,
            self._answering,
            self._script,
            self._work_orders,
            self._audit,
            self._accounting,
            self._privacy,
        ):
            yield from part.staff_routers()

    def public_routers(self) -> Iterator[APIRouter]:
        """Outside `/api/v1`."""
        yield from self._answering.public_routers()
        yield from self._roster.public_routers()
        yield from self._notices.public_routers()

    def is_public(self, method: str, path: str) -> bool:
        """Whether a stranger may call it: an answer's link, a provider's reply or receipt, a calendar's address."""
        doors = (answering.is_public, notices.is_public, self._roster.is_public)
        return any(door(method, path) for door in doors)

    def ticks(self) -> Iterator[Tick]:
        """For the worker."""
        for part in (
            self._escalation,
            self._notices,
            self._roster,
            self._answering,
            self._script,
            self._work_orders,
            self._audit,
            self._accounting,
        ):
            yield from part.ticks()

    @property
    def odd(self) -> OddFigures:
        """Hears of messages that are replayed, forged or misnumbered; shown at `/metrics`."""
        return self._accounting.odd

    @property
    def figures(self) -> tuple[Collector, ...]:
        """For `/metrics`."""
        return self._notices.figures, self._audit.figures

    def stop(self) -> None:
        """Send no more notices."""
        self._notices.stop()
