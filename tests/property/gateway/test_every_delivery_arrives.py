"""Whatever fails in whatever order, each event reaches the backend, and none is acknowledged before it is safe."""

from __future__ import annotations

from datetime import timedelta

from hypothesis import settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, initialize, invariant, rule

from gateway.core.ports import Answer, Delivery, SpoolUnavailable
from tests.unit.gateway.conftest import Bench

ANSWERS = st.lists(st.sampled_from(list(Answer)), max_size=6)
KINDS = st.sampled_from(["care.sos.pressed", "care.fall.detected", "care.fall.recovered", "care.battery.low"])


class Lane(RuleBasedStateMachine):
    """Presses, answers of every sort, a disk that comes and goes, reconnects and kill -9, in any order."""

    @initialize(most=st.integers(1, 5), rows=st.integers(0, 6))
    def begin(self, most: int, rows: int) -> None:
        self.bench = Bench(most=most)
        self.bench.spool._max_rows = rows
        self.bench.broker.on_acknowledge = self._must_be_safe
        self.inbox: list[Delivery] = []
        self.sent: set[bytes] = set()
        self.number = 0

    def _must_be_safe(self, delivery: Delivery) -> None:
        assert delivery.payload in self._safe(), "acknowledged, but neither with the backend nor on disk"

    def _safe(self) -> set[bytes]:
        on_disk = {entry.item.payload for entry, _, _ in self.bench.spool._rows.values()}
        return on_disk | {item.payload for item in self.bench.uplink.stored}

    @rule(kind=KINDS, device=st.sampled_from(["T1", "T2"]), again=st.booleans())
    def press(self, kind: str, device: str, again: bool) -> None:
        self.number += 0 if again else 1
        delivery = self.bench.press(f"e-{self.number}", kind, device)
        self.sent.add(delivery.payload)
        self.inbox.append(delivery)

    @rule(payload=st.binary(min_size=1, max_size=20))
    def babble(self, payload: bytes) -> None:
        delivery = self.bench.deliver("T3", payload)
        self.sent.add(payload)
        self.inbox.append(delivery)

    @rule(answers=ANSWERS)
    def take(self, answers: list[Answer]) -> None:
        self.bench.uplink.script.extend(answers)
        self.inbox = self.bench.intake.take(self.inbox)
        self.bench.uplink.script.clear()

    @rule(answers=ANSWERS, seconds=st.integers(0, 120))
    def drain(self, answers: list[Answer], seconds: int) -> None:
        self.bench.clock.turn(timedelta(seconds=seconds))
        self.bench.uplink.script.extend(answers)
        try:
            self.bench.drainer.round()
        except SpoolUnavailable:
            assert self.bench.spool.unavailable or self.bench.spool.full
        self.bench.uplink.script.clear()

    @rule(unavailable=st.booleans(), full=st.booleans())
    def disk(self, unavailable: bool, full: bool) -> None:
        self.bench.spool.unavailable = unavailable
        self.bench.spool.full = full

    @rule()
    def reconnect(self) -> None:
        """What was declined is kept by us, and comes again from the broker as well."""
        self.inbox += self.bench.broker.reconnect()

    @rule()
    def kill(self) -> None:
        """kill -9: the disk and the broker stay, everything in memory is gone."""
        old = self.bench
        self.bench = Bench(most=old.most, clock=old.clock, broker=old.broker, uplink=old.uplink, spool=old.spool)
        self.inbox = self.bench.broker.reconnect()

    @invariant()
    def nothing_is_lost(self) -> None:
        with_broker = {delivery.payload for delivery in self.bench.broker.unacknowledged.values()}
        assert self.sent <= self._safe() | with_broker

    def teardown(self) -> None:
        """When everything works again, everything arrives, and the broker has nothing left."""
        self.bench.spool.unavailable = self.bench.spool.full = False
        for _ in range(200):
            self.bench.clock.turn(timedelta(hours=1))
            self.inbox = self.bench.intake.take(self.inbox)
            self.bench.drainer.round()
        assert self.sent <= {item.payload for item in self.bench.uplink.stored}
        assert self.bench.spool.figures().rows == 0
        assert self.bench.broker.unacknowledged == {}


Lane.TestCase.settings = settings(max_examples=150, stateful_step_count=40, deadline=None)
TestEveryDeliveryArrives = Lane.TestCase
