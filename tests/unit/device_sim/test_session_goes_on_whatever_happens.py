"""One device over lost, refused, silent and faulty connections: its press goes on, and the others do not notice."""

from __future__ import annotations

import asyncio
import json
from collections.abc import Callable, Coroutine
from datetime import timedelta
from pathlib import Path
from random import Random
from typing import Any

from contract.codec import encode
from contract.messages import Command
from contract.times import format_time
from contract.topics import Channel
from device_sim.adapters.ledger import Ledger, read_ledger
from device_sim.adapters.link import Listener, Loss
from device_sim.adapters.pacing import Backoff, ConnectGate
from device_sim.adapters.session import Session, Surroundings
from device_sim.model.device import Counters, Device
from device_sim.model.record import Kind
from device_sim.model.scenario import Scenario
from device_sim.model.sensors import Model
from tests.fakes.device_sim.links import FakeLink, eventually
from tests.harness.clock import ManualClock

SOS = "care.sos.pressed"
MakeLink = Callable[[bytes, Listener], FakeLink]


class Bench:
    """One session on fake links; `links` holds each connection that it made."""

    def __init__(self, folder: Path, make_link: MakeLink = FakeLink) -> None:
        self.clock = ManualClock()
        self.path = folder / "ledger.jsonl"
        self.ledger = Ledger(self.path)
        self.links: list[FakeLink] = []
        self.stored_boots: list[int] = []
        self.device = Device("T1", Counters(boot=3), "n", Model.TERMINAL, Random(1))
        around = Surroundings(
            ledger=self.ledger,
            clock=self.clock,
            scenario=Scenario(),
            backoff=Backoff(at_rest=1e-6, pressed=1e-6),
            gate=ConnectGate(1e6),
            counters_changed=lambda device: self.stored_boots.append(device.counters.boot),
        )
        self._make_link = make_link
        self.session = Session(self.device, self._dial, around, Random(1))

    def _dial(self, will: bytes, listener: Listener) -> FakeLink:
        self.clock.turn(timedelta(milliseconds=1))  # so that the pause before it is over
        self.links.append(self._make_link(will, listener))
        return self.links[-1]

    def events(self) -> list[bytes]:
        return [payload for link in self.links for payload in link.sent(Channel.EVENT)]

    def run(self, scene: Coroutine[Any, Any, None]) -> None:
        """Run `scene` beside the session; then the session is cancelled, as at a stop."""

        async def both() -> None:
            running = asyncio.create_task(self.session.run())
            ticking = asyncio.create_task(self._tick())
            try:
                await scene
            finally:
                running.cancel()
                ticking.cancel()
                await asyncio.gather(running, ticking, return_exceptions=True)
                self.ledger.close()

        asyncio.run(both())

    async def _tick(self) -> None:
        while True:
            self.clock.turn(timedelta(microseconds=10))
            await asyncio.sleep(0)


def test_a_lost_connection_is_opened_again_and_the_press_sent_again(tmp_path: Path) -> None:
    bench = Bench(tmp_path)

    async def scene() -> None:
        bench.session.press(SOS)
        await eventually(lambda: len(bench.events()) == 1, "it is sent")
        bench.links[0].cut()
        await eventually(lambda: len(bench.events()) == 2, "it is sent again")

    bench.run(scene())
    assert len(set(bench.events())) == 1
    assert bench.links[0].closed


def test_a_press_while_refused_is_sent_as_soon_as_it_is_let_in(tmp_path: Path) -> None:
    refusals = [Loss.NOT_AUTHORIZED, Loss.UNREACHABLE, None]
    bench = Bench(tmp_path, lambda will, listener: FakeLink(will, listener, refusals.pop(0)))

    async def scene() -> None:
        bench.session.press(SOS)
        await eventually(bench.events, "it is sent")

    bench.run(scene())
    assert len(bench.links) == 3


def test_a_fault_ends_neither_the_device_nor_its_press(tmp_path: Path) -> None:
    class Faulty(FakeLink):
        async def open(self) -> None:
            raise RuntimeError("a bug")

    kinds: list[type[FakeLink]] = [Faulty, FakeLink]
    bench = Bench(tmp_path, lambda will, listener: kinds.pop(0)(will, listener))

    async def scene() -> None:
        bench.session.press(SOS)
        await eventually(bench.events, "it is sent after the fault")

    bench.run(scene())
    assert bench.links[0].closed


def test_a_broker_that_acknowledges_nothing_is_left(tmp_path: Path) -> None:
    bench = Bench(tmp_path, lambda will, listener: FakeLink(will, listener, silent=True))

    async def scene() -> None:
        bench.session.press(SOS)
        await eventually(bench.events, "it is sent")
        bench.clock.turn(timedelta(seconds=16))
        bench.session.press(SOS)  # wakes it
        await eventually(lambda: len(bench.links) == 2 and len(set(bench.events())) == 2, "on a new connection")

    bench.run(scene())


def test_a_press_is_in_the_ledger_before_it_is_sent(tmp_path: Path) -> None:
    bench = Bench(tmp_path)
    on_disk_at_send: list[bool] = []

    class Looking(FakeLink):
        def publish(self, channel: Channel, payload: bytes, *, qos: int = 1, retain: bool = False) -> int:
            if channel is Channel.EVENT:
                on_disk_at_send.append(any(r.event == payload.decode() for r in read_ledger(bench.path)))
            return super().publish(channel, payload, qos=qos, retain=retain)

    bench._make_link = Looking

    async def scene() -> None:
        bench.session.press(SOS)
        await eventually(bench.events, "it is sent")

    bench.run(scene())
    assert on_disk_at_send == [True]


def test_an_answer_is_recorded_confirmed_and_ends_the_press(tmp_path: Path) -> None:
    bench = Bench(tmp_path)

    async def scene() -> None:
        event_id = bench.session.press(SOS)
        await eventually(bench.events, "it is sent")
        expires = format_time(bench.clock.now() + timedelta(minutes=1))
        args = {"stage": "received", "event_id": event_id}
        bench.links[0].listener.on_command(encode(Command(id="c1", command="reassure", args=args, expires=expires)))
        bench.links[0].listener.on_command(b"not a command")
        await eventually(lambda: bench.links[0].sent(Channel.RESULT), "it confirms")

    bench.run(scene())
    assert len(bench.device.presses) == 0
    kinds = [record.kind for record in read_ledger(bench.path)]
    assert kinds == [Kind.PRESSED, Kind.SENT, Kind.PUBACK, Kind.ANSWERED, Kind.COMMAND, Kind.COMMAND]


def test_a_reboot_raises_the_boot_stores_it_and_connects_with_the_new_will(tmp_path: Path) -> None:
    bench = Bench(tmp_path)

    async def scene() -> None:
        await eventually(lambda: bench.links and bench.session.connected, "it is connected")
        expires = format_time(bench.clock.now() + timedelta(minutes=1))
        bench.links[0].listener.on_command(encode(Command(id="c1", command="reboot", args={}, expires=expires)))
        await eventually(lambda: len(bench.links) == 2 and bench.session.connected, "it is connected again")

    bench.run(scene())
    assert [json.loads(link.will) for link in bench.links] == [{"state": "offline", "boot": n} for n in (3, 4)]
    assert bench.stored_boots == [4]
    assert len(bench.links[0].sent(Channel.RESULT)) == 1


def test_a_type_that_nobody_answers_is_sent_until_the_broker_has_it(tmp_path: Path) -> None:
    bench = Bench(tmp_path)

    async def scene() -> None:
        bench.session.press("care.battery.low")
        await eventually(lambda: bench.events() and len(bench.device.presses) == 0, "the PUBACK settles it")

    bench.run(scene())
    assert len(bench.events()) == 1
