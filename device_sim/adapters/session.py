"""How one device lives: it connects, works until the connection is lost, waits with jitter, and connects again."""

from __future__ import annotations

import asyncio
import contextlib
from collections import deque
from collections.abc import Callable
from dataclasses import dataclass
from random import Random
from typing import Final

import structlog

from contract.codec import Refusal, encode
from contract.topics import Channel
from contract.vocabulary import CommandName
from device_sim.adapters.clock import Clock
from device_sim.adapters.ledger import Ledger
from device_sim.adapters.link import ConnectionLost, Link, Listener, Loss
from device_sim.adapters.pacing import Backoff, ConnectGate
from device_sim.adapters.witness import Witness
from device_sim.model.commands import Hearing
from device_sim.model.device import Device
from device_sim.model.kernel import Kernel
from device_sim.model.presses import Attempt
from device_sim.model.scenario import Duty, Scenario

TEND_SECONDS: Final = 5.0
"""How often the connection is looked at; well below the keepalive."""
PUBACK_SECONDS: Final = 15.0
"""A broker that acknowledges nothing for so long is gone, whatever TCP says."""
_log = structlog.get_logger("device_sim.session")

Dial = Callable[[bytes, Listener], Link]
"""A new connection of this device with this will."""


@dataclass(frozen=True, slots=True)
class Surroundings:
    """What all devices of a fleet share. `counters_changed` stores a device's counters durably."""

    ledger: Ledger
    clock: Clock
    scenario: Scenario
    backoff: Backoff
    gate: ConnectGate
    counters_changed: Callable[[Device], None]


class Session:
    """One device of the fleet."""

    def __init__(self, device: Device, dial: Dial, around: Surroundings, dice: Random) -> None:
        self.device = device
        self.connected = False
        self.loss: Loss | None = None
        self._dial = dial
        self._around = around
        self._dice = dice
        self._witness = Witness(device.device_id, around.ledger, around.clock)
        self._wake = asyncio.Event()
        self._inbox: deque[bytes] = deque()
        self._unacked: dict[int, tuple[Attempt, float]] = {}
        self._agenda: Kernel[Duty] = Kernel()
        self._fresh_failures: int | None = 0
        now = around.clock.monotonic()
        for duty in Duty:
            self._agenda.schedule(now + around.scenario.first(duty, dice), duty)

    def press(self, type_name: str) -> str:
        """Somebody presses: stored first, then sent for as long as it is owed. The event id.

        Raises OSError where the ledger cannot be written; then nothing is sent.
        """
        press = self.device.press(type_name, self._around.clock.now())
        self._witness.pressed(press)
        now = self._around.clock.monotonic()
        self.device.presses.keep(press.event_id, press.type, press.payload, now, now)
        self._wake.set()
        return press.event_id

    async def run(self) -> None:
        """Until cancelled. A fault of one device never ends it, let alone the others."""
        while True:
            await self._around.gate.pass_through()
            try:
                await self._live()
            except ConnectionLost as lost:
                _log.debug("connection_lost", device_id=self.device.device_id, loss=lost.loss, detail=str(lost))
            except Exception:
                _log.exception("device_fault", device_id=self.device.device_id)
            await self._pause()

    async def _live(self) -> None:
        link = self._dial(self.device.will(), self)
        boot = self.device.counters.boot
        try:
            await link.open()
            self._opened(link)
            while self.device.counters.boot == boot:
                self._wake.clear()
                self._work(link)
                await self._rest()
        except asyncio.CancelledError:
            self._say_farewell(link)
            raise
        except ConnectionLost as lost:
            self.loss = lost.loss
            if self._fresh_failures is not None:
                self._fresh_failures += 1
            raise
        finally:
            self.connected = False
            link.close()

    def _opened(self, link: Link) -> None:
        self._fresh_failures = None
        self.loss = None
        self._unacked.clear()  # ids begin again with each connection
        self.device.presses.reconnected(self._around.clock.monotonic())
        link.publish(Channel.STATUS, self.device.status(self._around.clock.now()), retain=True)
        self.connected = True

    def _say_farewell(self, link: Link) -> None:
        if self.connected:
            with contextlib.suppress(ConnectionLost):
                link.publish(Channel.STATUS, self.device.farewell(self._around.clock.now()), retain=True)

    def _work(self, link: Link) -> None:
        link.tend()
        now = self._around.clock.monotonic()
        while self._inbox:
            self._hear(link, self._inbox.popleft())
        for attempt in self.device.presses.due(now):
            mid = link.publish(Channel.EVENT, attempt.payload)
            self._unacked[mid] = (attempt, now)
            self._witness.sent(attempt)
        if any(now - sent_at > PUBACK_SECONDS for _, sent_at in self._unacked.values()):
            raise ConnectionLost(Loss.SILENT, "no PUBACK")
        for duty in self._agenda.due(now):
            self._do(link, duty)
            self._agenda.schedule(now + self._around.scenario.period(duty), duty)

    def _do(self, link: Link, duty: Duty) -> None:
        wall = self._around.clock.now()
        if duty is Duty.HEARTBEAT:
            link.publish(Channel.STATUS, self.device.status(wall), retain=True)
        else:
            link.publish(Channel.TELEMETRY, self.device.telemetry(wall))

    def _hear(self, link: Link, payload: bytes) -> None:
        try:
            command, reply = self.device.hear(payload, self._around.clock.now())
        except Refusal as refusal:
            self._witness.unreadable(refusal)
            return
        if reply.answers is not None:
            settled = self.device.presses.answered(reply.answers)
            self._witness.answered(reply, settled)
        self._witness.heard(command, reply)
        link.publish(Channel.RESULT, encode(reply.result))
        if command.command == CommandName.REBOOT and reply.hearing is Hearing.EXECUTED:
            self._around.counters_changed(self.device)

    async def _rest(self) -> None:
        now = self._around.clock.monotonic()
        times = (now + TEND_SECONDS, self.device.presses.next_at, self._agenda.next_at)
        await self._wait(min(at for at in times if at is not None) - now)

    async def _pause(self) -> None:
        now = self._around.clock.monotonic()
        until = now + self._delay()
        while (left := until - self._around.clock.monotonic()) > 0:
            self._wake.clear()
            if await self._wait(left) and len(self.device.presses):  # pressed meanwhile: no time to lose
                until = min(until, self._around.clock.monotonic() + self._delay())

    def _delay(self) -> float:
        pressed = len(self.device.presses) > 0
        return self._around.backoff.delay(self._dice, pressed=pressed, fresh_failures=self._fresh_failures)

    async def _wait(self, seconds: float) -> bool:
        """True when woken, False when the time is over."""
        try:
            async with asyncio.timeout(max(0.0, seconds)):
                return await self._wake.wait()
        except TimeoutError:
            return False

    # the Listener of its link

    def on_command(self, payload: bytes) -> None:
        self._inbox.append(payload)
        self._wake.set()

    def on_puback(self, mid: int, reason: str, *, accepted: bool) -> None:
        attempt, _ = self._unacked.pop(mid, (None, 0.0))
        if attempt is not None:
            self._witness.puback(attempt, reason, accepted=accepted)
            if accepted:
                self.device.presses.acknowledged(attempt.event_id)

    def on_lost(self) -> None:
        self._wake.set()
