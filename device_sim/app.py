"""The simulator as a whole, embeddable: which devices run, and who is told when they are pressed."""

from __future__ import annotations

import asyncio
import secrets
from collections.abc import Callable, Coroutine
from pathlib import Path
from random import Random
from typing import Final

import structlog

from contract.times import parse_time
from device_sim.adapters.clock import Clock, SystemClock
from device_sim.adapters.control import ControlServer
from device_sim.adapters.enrolment import Enrolment
from device_sim.adapters.fleet_file import Enrolled, load_fleet, save_fleet
from device_sim.adapters.ledger import Ledger, Watcher, read_ledger
from device_sim.adapters.link import Broker, Link, Listener, Loss
from device_sim.adapters.metrics import FleetFigures, MetricsServer
from device_sim.adapters.mqtt import Connection
from device_sim.adapters.pacing import Backoff, ConnectGate
from device_sim.adapters.session import Session, Surroundings
from device_sim.model.device import Counters, Device
from device_sim.model.fleet import Planned, plan
from device_sim.model.memory import Memory, remember
from device_sim.model.scenario import Scenario, spontaneous_type
from device_sim.settings import Settings

PROGRESS_SECONDS: Final = 2.0
_log = structlog.get_logger("device_sim")


class TokenMissing(Exception):  # noqa: N818 - an answer, not a fault
    """There are devices to enrol, and no token to do it with."""


class Simulator:
    """The simulated fleet. `start` returns when the known devices run; missing ones are enrolled beside them."""

    def __init__(self, settings: Settings, clock: Clock | None = None) -> None:
        self.sessions: dict[str, Session] = {}
        self._settings = settings
        self._clock = clock or SystemClock()
        self._dice = Random(f"{settings.seed}/fleet/{secrets.token_hex(8)}")
        self._nonce = secrets.token_hex(4)  # tells the event ids of this start from those of all others
        self._broker = _broker(settings)
        self._plan = {device.key: device for device in plan(settings.terminals, settings.sensors, settings.seed)}
        self._tasks: set[asyncio.Task[None]] = set()
        self._control = ControlServer(settings.control_socket, self)
        self._metrics = MetricsServer(self.figures)
        self._scenario = Scenario(
            settings.heartbeat_seconds, settings.telemetry_seconds, settings.spontaneous_presses_per_hour
        )

    async def start(self) -> None:
        """Start. Raises `LedgerBusy` where it already runs, `FleetFileUnreadable`, or OSError of the disk."""
        self._ledger = Ledger(self._settings.ledger_file)
        self._fleet = load_fleet(self._settings.fleet_file)
        memories = remember(read_ledger(self._settings.ledger_file))
        known = [device for device in self._fleet.devices if device.key in self._plan]
        for device in known:
            _boot(device, memories.get(device.device_id, Memory()))
        save_fleet(self._settings.fleet_file, self._fleet)  # a boot counter is never used twice
        self._around = Surroundings(
            ledger=self._ledger,
            clock=self._clock,
            scenario=self._scenario,
            backoff=Backoff(self._settings.reconnect_seconds, self._settings.reconnect_pressed_seconds),
            gate=ConnectGate(self._settings.connects_per_second),
            counters_changed=self._store_counters,
        )
        await self._control.start()
        self._serve_metrics()
        for device in known:
            self._run(device, memories.get(device.device_id, Memory()))
        self._enrolment = self._begin(self._enrol(), "enrolment")
        self._begin(self._tell_progress(), "progress")
        if self._scenario.presses_per_hour > 0:
            self._begin(self._press_by_itself(), "spontaneous presses")
        _log.info("started", known=len(known), planned=len(self._plan))

    async def enrolled(self) -> None:
        """Return when every planned device is enrolled. Raises `TokenMissing` or `EnrolmentRefused`."""
        await asyncio.shield(self._enrolment)

    async def stop(self) -> None:
        """Say farewell for every device and store the counters."""
        await self._control.stop()
        self._metrics.stop()
        for task in self._tasks:
            task.cancel()
        await asyncio.gather(*self._tasks, return_exceptions=True)
        for session in self.sessions.values():
            self._note_counters(session.device)
        save_fleet(self._settings.fleet_file, self._fleet)
        self._ledger.close()
        _log.info("stopped", devices=len(self.sessions))

    # what the control socket needs

    def find(self, device_id: str | None) -> str | None:
        """The device itself where it runs; for None a terminal, a connected one if there is any."""
        if device_id is not None:
            return device_id if device_id in self.sessions else None
        kinds = {device.device_id: device.kind for device in self._fleet.devices}
        terminals = [found for found in self.sessions if kinds[found] == "terminal"]
        connected = [found for found in terminals if self.sessions[found].connected]
        return self._dice.choice(connected or terminals) if terminals else None

    def press(self, device_id: str, type_name: str) -> str:
        """Somebody presses `device_id`; the event id. Raises KeyError, or OSError of the ledger."""
        return self.sessions[device_id].press(type_name)

    def watch(self, device_id: str, watcher: Watcher) -> Callable[[], None]:
        """Be told each record of a device as it is written; the answer stops that."""
        return self._ledger.watch(device_id, watcher)

    def figures(self) -> FleetFigures:
        """How the fleet stands now; may be asked from any thread."""
        sessions = list(self.sessions.values())
        connected = sum(session.connected for session in sessions)
        refused = sum(session.loss is Loss.NOT_AUTHORIZED for session in sessions)
        return FleetFigures(
            planned=len(self._plan),
            connected=connected,
            refused=refused,
            away=len(sessions) - connected - refused,
            unanswered=sum(len(session.device.presses) for session in sessions),
            records={str(kind): count for kind, count in self._ledger.written.items()},
        )

    def _serve_metrics(self) -> None:
        if not self._settings.metrics_port:
            return
        try:
            self._metrics.start(self._settings.metrics_host, self._settings.metrics_port)
        except OSError:  # figures are worth less than a fleet that runs
            _log.error("metrics_port_taken", port=self._settings.metrics_port)

    # how devices come to run

    def _run(self, enrolled: Enrolled, memory: Memory) -> None:
        device = self._make(enrolled)
        now, wall = self._clock.monotonic(), self._clock.now()
        for press in memory.pending.values():
            pressed = parse_time(press.pressed_at) or wall
            age = max(0.0, (wall - pressed).total_seconds())
            device.presses.keep(press.event_id, press.type, press.payload, now - age, now)

        def dial(will: bytes, listener: Listener) -> Link:
            return Connection(self._broker, enrolled.device_id, enrolled.secret, will, listener)

        session = Session(device, dial, self._around, Random(f"{self._nonce}/{enrolled.device_id}"))
        self.sessions[enrolled.device_id] = session
        self._begin(session.run(), enrolled.device_id)

    def _make(self, enrolled: Enrolled) -> Device:
        counters = Counters(boot=enrolled.boot, sos_seq=enrolled.sos_seq)
        dice = Random(f"{self._settings.seed}/{enrolled.key}")
        return Device(enrolled.device_id, counters, self._nonce, self._plan[enrolled.key].model, dice)

    async def _enrol(self) -> None:
        missing = self._missing()
        if not missing:
            return
        enrolment = Enrolment(
            self._settings.backend_url, _token(self._settings.token_file), self._settings.enrol_retry_seconds
        )
        async for batch in enrolment.enrol(self._fleet, missing):
            for device in batch:
                _boot(device, Memory())
            self._fleet.devices.extend(batch)
            save_fleet(self._settings.fleet_file, self._fleet)  # a secret is given once: durable before it is used
            for device in batch:
                self._run(device, Memory())

    def _missing(self) -> list[Planned]:
        known = {device.key for device in self._fleet.devices}
        return [device for device in self._plan.values() if device.key not in known]

    async def _press_by_itself(self) -> None:
        while (seconds := self._scenario.until_press(self._dice)) is not None:
            await asyncio.sleep(seconds)
            device_id = self.find(None)
            if device_id is None:
                continue
            try:
                self.press(device_id, spontaneous_type(self._dice))
            except OSError:
                _log.exception("ledger_failed", device_id=device_id)

    async def _tell_progress(self) -> None:
        """Say how many are connected whenever that has changed, and whether the broker refuses some."""
        told = (0, 0)
        while True:
            await asyncio.sleep(PROGRESS_SECONDS)
            now = self.figures()
            if (now.connected, now.refused) != told:
                told = (now.connected, now.refused)
                _log.info("fleet", connected=now.connected, refused=now.refused, devices=len(self.sessions))
                if now.refused:
                    _log.warning("credentials_refused", hint="another platform? move the fleet file away to enrol anew")

    def _begin(self, work: Coroutine[None, None, None], name: str) -> asyncio.Task[None]:
        task = asyncio.get_running_loop().create_task(work, name=name)
        self._tasks.add(task)
        return task

    def _note_counters(self, device: Device) -> None:
        for enrolled in self._fleet.devices:
            if enrolled.device_id == device.device_id:
                enrolled.boot, enrolled.sos_seq = device.counters.boot, device.counters.sos_seq

    def _store_counters(self, device: Device) -> None:
        self._note_counters(device)
        save_fleet(self._settings.fleet_file, self._fleet)


def _boot(device: Enrolled, memory: Memory) -> None:
    """The next boot; the ledger knows better than a fleet file that a crash left behind."""
    device.boot = max(device.boot, memory.boot) + 1
    device.sos_seq = max(device.sos_seq, memory.sos_seq)


def _broker(settings: Settings) -> Broker:
    return Broker(
        host=settings.broker_host,
        port=settings.broker_port,
        tls=settings.broker_tls,
        ca_file=settings.broker_ca_file or None,
        keepalive=settings.keepalive_seconds,
        session_expiry=settings.session_expiry_seconds,
        will_delay=settings.will_delay_seconds,
    )


def _token(path: Path) -> str:
    try:
        return path.read_text().strip()
    except FileNotFoundError:
        raise TokenMissing(str(path)) from None
