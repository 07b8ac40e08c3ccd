"""Which parts a backend is made of, by role. The only file that sees all of them; starts inside a test too."""

from __future__ import annotations

import threading
from collections.abc import Collection, Iterator
from enum import StrEnum
from functools import partial
from pathlib import Path
from typing import Final, Self

import structlog
from fastapi import APIRouter, FastAPI
from sqlalchemy.exc import InterfaceError, OperationalError
from sqlalchemy.exc import TimeoutError as PoolTimeoutError

from backend.adapters.clock import SystemClock
from backend.adapters.db.access_desks import DeskSqlReader
from backend.adapters.db.access_subjects import SubjectSqlReader
from backend.adapters.db.alarm_changes import AlarmSqlChanges
from backend.adapters.db.alarm_reading import AlarmSqlReader
from backend.adapters.db.alarm_store import AlarmSqlStore
from backend.adapters.db.engine import make_engine
from backend.adapters.db.health import HealthSqlStore
from backend.adapters.db.health_backlog import AlarmBacklogReader
from backend.adapters.db.migrations import migrate
from backend.adapters.db.registry_store import SqlRegistryStore
from backend.adapters.disk import Disk
from backend.adapters.ids import RandomIds
from backend.adapters.secret_files import KeyFile
from backend.api import (
    alerts,
    commands,
    devices,
    health,
    ingest_events,
    metrics,
    stream,
    vocabulary,
)
from backend.api.audit import AuditCalls
from backend.api.server import HttpServer
from backend.api.shell import make_api
from backend.dispatch_parts import DispatchParts
from backend.parts.audit_log import AuditLogParts
from backend.parts.broker import BrokerParts
from backend.parts.identity import IdentityParts
from backend.parts.registry import RegistryParts
from backend.parts.residents_privacy import ResidentsPrivacyParts
from backend.services.access.authorise import Authorise
from backend.services.alarm.act import Act
from backend.services.alarm.forget import Forget
from backend.services.alarm.hand_out_commands import ClaimCommands, ExpireCommands, RecordOutcomes, RecordResult
from backend.services.alarm.ingest_events import IngestEvents
from backend.services.alarm.requeue_due import RequeueDue
from backend.services.health.metrics import Gauges, Metrics
from backend.services.health.ports import TickState
from backend.services.health.read_components import ReadComponents, as_json
from backend.services.health.report_health import ReportHealth
from backend.services.health.watch import WATCH_SECONDS, Sources, Watch
from backend.services.live.hub import Hub
from backend.services.live.lens import lens_of
from backend.services.live.tail import Tail
from backend.services.live.watch_changes import WatchChanges
from backend.services.registry.enrol import Enrol
from backend.settings import Settings
from backend.telemetry_parts import TelemetryParts
from backend.workers.loop import Loop, Tick
from backend.workers.timers import FORGET_SECONDS, DueAlerts, DueCommands, DueForgetting

log = structlog.get_logger()

DATABASE_AWAY: Final = (OperationalError, InterfaceError, PoolTimeoutError)
"""What the database raises when it cannot be reached or is busy: 503, nothing was stored, come again."""
PRESS_CONNECTIONS: Final = 4


class Role(StrEnum):
    """What a backend process does."""

    API = "api"
    INGEST_EVENTS = "ingest-events"
    INGEST_TELEMETRY = "ingest-telemetry"
    WORKER = "worker"
    ALL = "all"


def every_role(roles: Collection[Role]) -> frozenset[Role]:
    """The roles with `all` spelled out."""
    return frozenset(Role) - {Role.ALL} if Role.ALL in roles else frozenset(roles)


class Backend:
    """One backend process. Opens nothing until `start`, so that it can describe its API without a database."""

    def __init__(self, settings: Settings, roles: Collection[Role]) -> None:
        self._settings = settings
        self._roles = every_role(roles)
        self._stopping = threading.Event()
        self._clock = SystemClock()
        self._ids = RandomIds()
        self.engine = make_engine(settings.database_url, pool_size=settings.database_pool_size)
        # Presses have database connections of their own, so that no number of busy desks can take them all (rule 9).
        self._press_engine = make_engine(settings.database_url, pool_size=PRESS_CONNECTIONS)
        self._alarms = AlarmSqlStore(self.engine, self._clock)
        self._registry = SqlRegistryStore(self.engine)
        self._broker = BrokerParts(settings, self.engine, self._clock)
        self._telemetry = TelemetryParts(settings, self.engine, self._clock)
        self._dispatch = DispatchParts(settings, self.engine, self._clock, self._ids)
        self._audit_log = AuditLogParts(settings, self.engine, self._clock)
        self._residents = ResidentsPrivacyParts(settings, self.engine, self._clock, self._telemetry.readings)
        self._identity = IdentityParts(settings, self.engine, self._clock, self._audit_log.recorder)
        key = KeyFile(settings.enrol_key_file)
        self._enrol = Enrol(self._registry, self._broker.accounts, key, self._broker.hash_secret, self._clock)
        self._registry_parts = RegistryParts(
            settings,
            self.engine,
            self._clock,
            self._enrol,
            self._broker.accounts,
            self._broker.hash_secret,
            key,
            self._dispatch.orders,
            self._telemetry.read_device.statuses,
        )
        self._wire_health()
        self._wire_live()
        self.api = self._make_api()
        self._server = HttpServer(
            self.api, settings.host, settings.port, settings.trusted_proxies, secure=settings.secure_cookie
        )

    def _wire_health(self) -> None:
        self._components = HealthSqlStore(self.engine)
        self._read_components = ReadComponents(self._components, self._clock)
        takes_telemetry = Role.INGEST_TELEMETRY in self._roles
        sources = Sources(
            self._components,
            AlarmBacklogReader(self.engine),
            Disk(list(_folders(self._settings, self.engine.url.database))),
            self._clock,
            self._telemetry.chosen.store if takes_telemetry else None,
            self._dispatch.refused,
        )
        component = "backend-telemetry" if self._roles == {Role.INGEST_TELEMETRY} else "backend"
        self._watch = Watch(component, sources, self._tick_states)
        self._loop = Loop(list(self._ticks()), self._clock)

    def _ticks(self) -> Iterator[Tick]:
        yield Tick("watch", self._watch, seconds=WATCH_SECONDS)
        if self._roles & {Role.API, Role.WORKER}:
            yield from self._broker.ticks(self._components)
        if Role.WORKER in self._roles:
            yield Tick("alerts", DueAlerts(RequeueDue(self._alarms, self._clock)))
            yield Tick("commands", DueCommands(ExpireCommands(self._alarms, self._clock)))
            yield from self._dispatch.ticks()
            yield from self._registry_parts.ticks()
            yield from self._audit_log.ticks()
            yield from self._residents.ticks()
            yield Tick("forgetting", DueForgetting(Forget(self._alarms, self._clock)), seconds=FORGET_SECONDS)

        if Role.INGEST_TELEMETRY in self._roles:
            yield from self._telemetry.ticks()

    def _tick_states(self) -> list[TickState]:
        return self._loop.states()

    def _wire_live(self) -> None:
        changes = AlarmSqlChanges(self.engine)
        self._hub = Hub()
        poll_seconds = self._settings.stream_poll_ms / 1000
        self._tail = Tail(
            self._hub, changes, self._shown_components, self._clock, poll_seconds, self._dispatch.incoming
        )
        self._changes = WatchChanges(
            self._hub, self._tail, changes, self._shown_components, self._clock, calls=self._dispatch.incoming
        )
        is_api = Role.API in self._roles
        self._metrics = Metrics()
        self._metrics.also(self._dispatch.odd)
        self._metrics.also(self._identity.figures)
        if self._roles & {Role.API, Role.WORKER}:
            self._metrics.also(self._broker.figures)
        if Role.WORKER in self._roles:
            for figures in self._dispatch.figures:
                self._metrics.also(figures)
        self._metrics.show(
            Gauges(
                self._watch,
                self._tick_states,
                watchers=(lambda: self._hub.watchers) if is_api else None,
                overflows=(lambda: self._hub.overflows) if is_api else None,
                telemetry=self._telemetry.chosen.backlog if Role.INGEST_TELEMETRY in self._roles else None,
            )
        )

    def _shown_components(self) -> list[dict[str, object]]:
        return [as_json(component) for component in self._read_components()]

    def _make_api(self) -> FastAPI:
        calls = health.HealthCalls(
            self._read_components, ReportHealth(self._components, self._clock), self._watch.checks
        )
        routers = [health.probe_router(calls), metrics.router(self._metrics)]
        if Role.API in self._roles:
            routers.append(_under("/api/v1", [*self._staff_routers(), health.staff_router(calls)]))
            routers.extend(self._dispatch.public_routers())
            routers.extend(self._broker.routers())
        if Role.INGEST_EVENTS in self._roles:
            routers.append(_under("/ingest/v1", [*self._event_routers(), health.ingest_router(calls)]))
        if Role.INGEST_TELEMETRY in self._roles:
            results = RecordResult(self._alarms, self._clock, self._dispatch.odd)
            routers.append(_under("/ingest/v1", [self._telemetry.ingest_router(results, self._metrics)]))
        return make_api(
            routers,
            identify=self._identity.identify,
            authorise=Authorise(SubjectSqlReader(self.engine), self._clock),
            console_dir=self._settings.console_dir if Role.API in self._roles else None,
            unavailable_errors=DATABASE_AWAY,
            also_public=self._is_public,
            audit=lambda app: AuditCalls(app, put=self._audit_log.recorder.put, clock=self._clock),
        )

    def _is_public(self, method: str, path: str) -> bool:
        """What a stranger may call, besides the log-in and the console's files."""
        return any(part.is_public(method, path) for part in (self._dispatch, self._identity, self._registry_parts))

    def _staff_routers(self) -> Iterator[APIRouter]:
        yield from self._identity.staff_routers()
        yield alerts.router(
            alerts.AlertCalls(Act(self._alarms, self._clock, self._dispatch.gate), AlarmSqlReader(self.engine))
        )
        yield vocabulary.router()
        desks = DeskSqlReader(self.engine)
        yield stream.router(
            stream.StreamCalls(
                self._changes,
                self._hub,
                self._identity.identify.still_open,
                partial(lens_of, desks=desks, now=self._clock.now),
            )
        )
        key = KeyFile(self._settings.enrol_key_file)
        enrol = Enrol(self._registry, self._broker.accounts, key, self._broker.hash_secret, self._clock)
        yield from self._registry_parts.enrolment_routers()
        yield devices.router(devices.DeviceCalls(enrol, self._registry, self._telemetry.read_device))
        yield from self._registry_parts.staff_routers()
        yield from self._telemetry.staff_routers(self._ids.new)
        yield from self._dispatch.staff_routers()
        yield from self._audit_log.staff_routers()
        yield from self._residents.staff_routers()

    def _event_routers(self) -> Iterator[APIRouter]:
        lease_seconds = float(self._settings.command_lease_seconds)
        alarms = AlarmSqlStore(self._press_engine, self._clock, first=True)
        ingest = IngestEvents(alarms, self._clock, self._ids, lease_seconds, self._dispatch.odd)
        yield ingest_events.router(ingest, lambda outcome, reason: self._metrics.ingested("event", outcome, reason))
        yield commands.router(
            commands.CommandCalls(
                ClaimCommands(alarms, self._clock, self._ids, lease_seconds),
                RecordOutcomes(alarms, self._clock),
                lambda lane: alarms.has_due(lane, self._clock.now()),
                self._stopping.is_set,
            )
        )

    @property
    def url(self) -> str:
        """Where it listens, once started."""
        host = f"[{self._settings.host}]" if ":" in self._settings.host else self._settings.host
        return f"http://{host}:{self._server.port}"

    @property
    def alive(self) -> bool:
        """Whether it is serving."""
        return self._server.alive

    def start(self) -> None:
        """Bring the database up to date, let people and devices in, serve. Raises what stands in the way."""
        migrate(self.engine)
        if self._roles & {Role.INGEST_EVENTS, Role.WORKER}:
            self._dispatch.start()
        if Role.API in self._roles:
            self._identity.make_first_accounts()
            self._broker.accounts.publish()
        self._telemetry.chosen.start(sends=Role.INGEST_TELEMETRY in self._roles)
        self._audit_log.recorder.start()
        self._server.start()
        self._loop.start()
        log.info("started", roles=sorted(self._roles), port=self._server.port)

    def stop(self) -> None:
        """Take no more, finish what runs, let go of everything: within 10 s."""
        self._stopping.set()
        self._tail.stop()
        self._dispatch.stop()
        self._server.stop()
        self._audit_log.recorder.stop()
        self._loop.stop(1.0)
        self._watch.say_stopping()
        self._telemetry.chosen.stop()
        self.engine.dispose()
        self._press_engine.dispose()
        log.info("stopped")

    def __enter__(self) -> Self:
        self.start()
        return self

    def __exit__(self, *_: object) -> None:
        self.stop()


def _under(prefix: str, routers: Collection[APIRouter]) -> APIRouter:
    together = APIRouter(prefix=prefix)
    for router in routers:
        together.include_router(router)
    return together


def _folders(settings: Settings, database: str | None) -> Iterator[Path]:
    yield settings.telemetry_path.parent
    if settings.telemetry_store == "influx":
        yield settings.influx_backlog_path.parent
    if database is not None and settings.database_url.startswith("sqlite"):
        yield Path(database).parent
