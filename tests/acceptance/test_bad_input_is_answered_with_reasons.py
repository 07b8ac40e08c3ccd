"""Ten thousand random and mutated messages: nothing crashes, each is counted with its reason, a good press is answered.

Counted at three places: the sender (what the broker took), the gateway's lanes, the backend.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Iterable
from functools import partial
from typing import Final

import pytest

from contract.topics import Channel, parse_topic
from tests.harness.clock import wait_until
from tests.harness.fleet import Fleet
from tests.harness.mutations import BadMessage, Kind, bad_messages
from tests.harness.system import Credential, Figures, System
from tests.harness.wire import Link

pytestmark = [pytest.mark.broker, pytest.mark.timeout(300)]

MESSAGES: Final = 10_000
DEVICES: Final = 4
WINDOW: Final = 500
"""Messages without a PUBACK before the sender waits."""


class Sender:
    """Publishes bad messages as one device and knows what the broker said to each."""

    def __init__(self, port: int, device: Credential) -> None:
        self.taken: Counter[Channel] = Counter()
        self.denied = 0
        self.cut_off = 0
        self._port = port
        self._device = device

    def send(self, messages: Iterable[BadMessage]) -> None:
        """A message that is too large ends the connection, so it goes on one of its own."""
        small: list[BadMessage] = []
        for message in messages:
            if message.kind is Kind.OVERSIZED:
                self._oversized(message)
            else:
                small.append(message)
        with Link(self._port, self._device) as link:
            for start in range(0, len(small), WINDOW):
                self._some(link, small[start : start + WINDOW])

    def _some(self, link: Link, messages: list[BadMessage]) -> None:
        mids = {link.send(message.topic, message.payload): message for message in messages}
        wait_until(lambda: mids.keys() <= link.reasons.keys(), "the broker answers each", seconds=60)
        for mid, message in mids.items():
            if link.reasons.pop(mid) == "Success":
                parsed = parse_topic(message.topic)
                assert parsed is not None, message.topic
                self.taken[parsed[1]] += 1
            else:
                self.denied += 1

    def _oversized(self, message: BadMessage) -> None:
        with Link(self._port, self._device) as link:
            link.send(message.topic, message.payload)
            wait_until(lambda: not link.online, "the broker cuts it off")
            self.cut_off += 1


def _received(figures: Figures, channel: Channel, what: str | None = None) -> int:
    """What a lane counted on one channel: all, or one reason (`read`: it could be read)."""
    prefix = f"{channel}:"
    kinds = {key[2]: value for key, value in figures.items() if len(key) == 3 and key[1] == "received"}
    return int(sum(n for kind, n in kinds.items() if kind.startswith(prefix) and what in (None, kind[len(prefix) :])))


def _ingested(figures: Figures, channel: Channel) -> Counter[tuple[str, str]]:
    """What the backend counted of one channel by outcome and reason."""
    found = {key[1:]: int(value) for key, value in figures.items() if len(key) == 3 and key[0] == channel}
    return Counter({(outcome, reason): count for (outcome, reason), count in found.items()})


def _accounted(system: System, channel: Channel, taken: int) -> Counter[tuple[str, str]] | None:
    """What became of everything that the broker took on one channel, or None while something is still under way.

    At least as many, not exactly: what an overloaded machine answers too late is handed over, and counted, once more.
    """
    event = channel is Channel.EVENT
    lane = system.gateway_figures("gateway-emergency" if event else "gateway-telemetry")
    outcomes = _ingested(system.backend_figures(telemetry=not event), channel)
    # Every event goes to the backend, readable or not; of the others only what the lane could read.
    owed = taken if event else _received(lane, channel, "read")
    return outcomes if _received(lane, channel) >= taken and outcomes.total() >= owed else None


def test_ten_thousand_bad_messages(make_system: Callable[..., System]) -> None:
    system = make_system()
    good, *devices = system.enrol(DEVICES + 1)
    senders = [Sender(system.broker_port, device) for device in devices]
    for seed, (sender, device) in enumerate(zip(senders, devices, strict=True)):
        sender.send(bad_messages(device.device_id, MESSAGES // DEVICES, seed))
    taken = sum((sender.taken for sender in senders), Counter[Channel]())
    denied, cut_off = sum(s.denied for s in senders), sum(s.cut_off for s in senders)
    assert taken.total() + denied + cut_off == MESSAGES
    assert min(taken.total(), denied, cut_off) > 0, "every way of being bad was tried"

    for channel, count in taken.items():
        what = f"each of {count} messages on {channel} has an outcome"
        outcomes = wait_until(partial(_accounted, system, channel, count), what, seconds=150, every=0.5)
        assert {outcome for outcome, _ in outcomes} <= {"accepted", "unreadable", "refused", "duplicate"}
        assert all(reason for outcome, reason in outcomes if outcome in ("unreadable", "refused")), outcomes

    assert system.ended == [], "nothing crashed"
    with Fleet(system.broker_port, system.folder / "ledger.jsonl") as fleet, system.desk() as desk:
        terminal = fleet.add(good.device_id, good.secret)
        terminal.wait_answer(terminal.press())
        desk.wait_alert(good.device_id)
        unreadable = [a for a in desk.alerts(limit=1000) if a["type"] == "care.event.unreadable"]
        assert sorted(a["device_id"] for a in unreadable) == sorted(d.device_id for d in devices)
