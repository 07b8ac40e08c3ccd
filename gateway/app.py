"""How a lane is put together, started and ended. Embeddable: tests run the real lane in their own process."""

from __future__ import annotations

import threading
from collections.abc import Callable
from pathlib import Path
from typing import Final

import structlog

from gateway.adapters.clock import SystemClock
from gateway.adapters.desks import ClaimDesk, DrainDesk, IntakeDesk, OutcomeDesk
from gateway.adapters.health import HealthDesk, Rhythm
from gateway.adapters.inbox import Inbox
from gateway.adapters.inspection import InspectionFile
from gateway.adapters.metrics import Metrics
from gateway.adapters.mqtt.client import Address
from gateway.adapters.mqtt.connection import Surroundings
from gateway.adapters.mqtt.link import MqttLink
from gateway.adapters.mqtt.state import LinkState
from gateway.adapters.spool import SqliteSpool
from gateway.adapters.threads import Loop
from gateway.adapters.uplink import HttpUplink, token_file
from gateway.codecs.guarded import Guarded
from gateway.codecs.native import NativeCodec
from gateway.core.commands import CommandDesk
from gateway.core.forwarding import Drainer, Line
from gateway.core.health import Trouble
from gateway.core.intake import Intake
from gateway.core.lanes import PLANS, LaneName
from gateway.core.ports import Kind
from gateway.settings import Settings

LINK_STOP_SECONDS: Final = 2.0
OUTCOMES_STOP_SECONDS: Final = 2.0
STOP_SECONDS: Final = 5.0
"""For all loops together; with the other two it stays under the 10 s that a program has."""
INBOX_MESSAGES: Final = 20_000
INBOX_BYTES: Final = 64_000_000
log = structlog.get_logger()


class GatewayLane:
    """One lane. `failed` is set, with `failure`, when it must be started afresh (rule 13)."""

    def __init__(self, settings: Settings, name: LaneName) -> None:
        self.failed = threading.Event()
        self.failure = ""
        self.metrics = Metrics(name)
        self._settings = settings
        self._plan = PLANS[name]
        self._account = settings.account(name)
        self._clock = SystemClock()
        self._loops: list[Loop] = []
        self._inspection = InspectionFile(self._file("refused.jsonl"), settings.inspection_max_bytes)
        self.spool = SqliteSpool(self._file("sqlite"), settings.spool_max_rows, settings.spool_max_bytes)
        self._inboxes = {kind: self._inbox(kind) for kind in self._plan.kinds}
        self.link = MqttLink(self._surroundings(settings, name))
        token = token_file(settings.token_path())
        self._backend = HttpUplink(settings.backend_url, settings.gateway, token, settings.events_deadline_ms / 1000)
        self._telemetry = HttpUplink(
            settings.telemetry_backend_url, settings.gateway, token, settings.telemetry_deadline_ms / 1000
        )
        # One line for each kind: `status` may be served while `telemetry` times out.
        self._lines = {kind: Line() for kind in self._plan.kinds}
        self._outcomes = OutcomeDesk(self._backend)
        self._commands = CommandDesk(self.link, self._clock, self.metrics, self._outcomes.say)
        self.health = self._health_desk(settings)
        self._make_loops(settings)

    def start(self) -> None:
        """Everything runs when this returns; the connection is made in the background."""
        if self._settings.metrics_port:
            try:
                self.metrics.serve(self._settings.metrics_host, self._settings.metrics_port)
            except OSError:  # figures are worth less than presses
                self.health.lasting.add(Trouble.METRICS_PORT_TAKEN)
                log.error("metrics_port_taken", port=self._settings.metrics_port)
        self.link.start()
        for loop in self._loops:
            loop.start()
        log.info("lane_started", lane=self._plan.name, account=self._account)

    def stop(self) -> None:
        """Ends within 10 s: batches under way are finished and acknowledged, what is unacknowledged comes again.

        The link outlives the loops: what a last claim brings still goes out. The outcomes come last: a PUBACK of the
        last moments is told, and a command that did not go out is free for whoever claims next.
        """
        for loop in self._loops:
            loop.stop()
        for inbox in self._inboxes.values():
            inbox.close()
        until = self._clock.monotonic() + STOP_SECONDS
        for loop in self._loops:
            loop.join(max(0.0, until - self._clock.monotonic()))
        self.link.stop(LINK_STOP_SECONDS)
        self._outcomes.finish(self._clock, OUTCOMES_STOP_SECONDS)
        self._backend.close()
        self._telemetry.close()
        self.spool.close()
        log.info("lane_stopped", lane=self._plan.name)

    def _make_loops(self, settings: Settings) -> None:
        for kind in self._plan.kinds:
            self._add_kind(kind, self._most(kind))
        claim = ClaimDesk(
            self._plan.command_lane,
            self._backend,
            self._commands,
            self._clock,
            lambda: self.link.state.ready,
            settings.claim_wait_seconds,
        )
        self._add("claim", claim.step)
        outcomes = self._add("outcomes", self._outcomes.step)
        self._outcomes.ring = outcomes.wake
        self.health.watched = list(self._loops)
        self._add("health", self.health.look)

    def _add_kind(self, kind: Kind, most: int) -> None:
        """Intake and drainer each have a thread: a new press never waits for the old ones."""
        uplink = self._backend if kind is Kind.EVENT else self._telemetry
        line = self._lines[kind]
        drainer = Drainer(
            kind, uplink, self.spool, self._inspection, line, self._clock, self.metrics, self._commands.hand_out, most
        )
        drain = self._add(f"drain-{kind}", DrainDesk(drainer).step)
        intake = Intake(
            kind, Guarded(NativeCodec()), uplink, self.spool, self._inspection, self.link, line, self.metrics,
            self._commands.hand_out, drain.wake, most,
        )  # fmt: skip
        desk = IntakeDesk(self._inboxes[kind], intake, self.health.note_spool_took, self.health.note_spool_declined)
        self._add(f"intake-{kind}", desk.step)

    def _add(self, name: str, step: Callable[[], float]) -> Loop:
        loop = Loop(name, step, self._clock)
        self._loops.append(loop)
        return loop

    def _health_desk(self, settings: Settings) -> HealthDesk:
        rhythm = Rhythm(
            settings.canary_seconds,
            settings.canary_limit_seconds,
            settings.health_seconds,
            settings.broker_stored_alarm,
        )
        return HealthDesk(
            self._plan.component(settings.gateway), self.link, self.spool, list(self._lines.values()), self._backend,
            self.metrics, self._clock, rhythm, self._fail,
        )  # fmt: skip

    def _surroundings(self, settings: Settings, name: LaneName) -> Surroundings:
        emergency = name is LaneName.EMERGENCY
        password = settings.password_path(name)
        address = Address(
            host=settings.broker_host,
            port=settings.broker_port,
            tls=settings.broker_tls,
            ca_file=settings.broker_ca_file or None,
            username=self._account,
            password=lambda: password.read_text(encoding="utf-8").strip(),
            keepalive_seconds=settings.keepalive_seconds,
            receive_maximum=settings.receive_maximum_events if emergency else settings.receive_maximum_telemetry,
        )
        marker = self._file("session")
        return Surroundings(
            address,
            self._plan,
            self._inboxes,
            self._clock,
            LinkState(self._clock, self.metrics),
            known_session=marker.exists,
            remember_session=marker.touch,
        )

    def _inbox(self, kind: Kind) -> Inbox:
        settings = self._settings
        age_ms = {Kind.EVENT: 0, Kind.TELEMETRY: settings.batch_max_age_ms}.get(kind, settings.prompt_max_age_ms)
        return Inbox(self._clock, INBOX_MESSAGES, INBOX_BYTES, self._most(kind), age_ms / 1000)

    def _most(self, kind: Kind) -> int:
        return self._settings.events_batch_max_items if kind is Kind.EVENT else self._settings.batch_max_items

    def _file(self, name: str) -> Path:
        """Named after the account: several gateways and lanes may share the folder."""
        return self._settings.spool_dir / f"{self._account}.{name}"

    def _fail(self, why: str) -> None:
        if not self.failed.is_set():
            self.failure = why
            log.error("lane_failed", why=why)
            self.failed.set()
