"""An intake and a drainer of one kind between fakes."""

from __future__ import annotations

from dataclasses import dataclass, field

import pytest

from contract.ingest import CommandOutcome
from gateway.codecs.native import NativeCodec
from gateway.core.commands import CommandDesk
from gateway.core.forwarding import Drainer, Line
from gateway.core.intake import Intake
from gateway.core.ports import Delivery, Kind
from tests.fakes.gateway_parts import FakeBroker, FakeCounters, FakeInspection, FakeSpool, FakeUplink
from tests.harness.clock import ManualClock


@dataclass
class Bench:
    """Everything that a lane's core touches."""

    kind: Kind = Kind.EVENT
    most: int = 100
    clock: ManualClock = field(default_factory=ManualClock)
    broker: FakeBroker = field(default_factory=FakeBroker)
    uplink: FakeUplink = field(default_factory=FakeUplink)
    spool: FakeSpool = field(default_factory=FakeSpool)
    inspection: FakeInspection = field(default_factory=FakeInspection)
    counters: FakeCounters = field(default_factory=FakeCounters)
    line: Line = field(default_factory=Line)
    outcomes: list[CommandOutcome] = field(default_factory=list)
    rings: int = 0

    def __post_init__(self) -> None:
        self.commands = CommandDesk(self.broker, self.clock, self.counters, self.outcomes.append)
        self.intake = Intake(
            self.kind, NativeCodec(), self.uplink, self.spool, self.inspection, self.broker, self.line, self.counters,
            self.commands.hand_out, self._ring, self.most,
        )  # fmt: skip
        self.drainer = Drainer(
            self.kind, self.uplink, self.spool, self.inspection, self.line, self.clock, self.counters,
            self.commands.hand_out, self.most,
        )  # fmt: skip

    def deliver(self, device_id: str, payload: bytes | str) -> Delivery:
        encoded = payload.encode() if isinstance(payload, str) else payload
        return self.broker.deliver(f"care/v1/{device_id}/{self.kind}", encoded, self.clock.now())

    def press(self, event_id: str, kind: str = "care.sos.pressed", device_id: str = "T1") -> Delivery:
        body = f'{{"specversion":"1.0","id":"{event_id}","source":"care/v1/{device_id}","type":"{kind}"}}'
        return self.deliver(device_id, body)

    def stored(self) -> list[bytes]:
        return [item.payload for item in self.uplink.stored]

    def _ring(self) -> None:
        self.rings += 1


@pytest.fixture
def bench() -> Bench:
    return Bench()
