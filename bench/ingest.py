"""How fast telemetry gets into the store, beside two clients that only count, under one broker configuration.

*Live*: sensors publish as fast as the broker acknowledges while the consumer is there; from the first publish to the
last message at the consumer. *Drain*: as many messages wait in the broker, then the consumer comes; from its first to
its last. Ours acknowledges what is stored, the others acknowledge and forget. They take turns within a round, in
changing order.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field

from bench.consumers import C_CLIENT, LANE, OURS, PAHO, CClient, Consumer, Ours, Paho
from bench.figures import quartiles
from bench.processor import seconds_used
from tests.harness.burst import Burst
from tests.harness.clock import stopwatch, wait_until
from tests.harness.system import Credential, System

SENSORS = 20
AS_FAST_AS_IT_GOES = 100_000
FILL_RATE = 8000
LIVE_SECONDS = 4.0
SETTLE_SECONDS = 0.5
CONSUMERS: dict[str, Callable[[System], Consumer]] = {OURS: Ours, PAHO: Paho, C_CLIENT: CClient}


def _none() -> dict[str, list[float]]:
    return {name: [] for name in CONSUMERS}


@dataclass
class Rates:
    """Messages a second by consumer and round."""

    live: dict[str, list[float]] = field(default_factory=_none)
    drain: dict[str, list[float]] = field(default_factory=_none)
    processor: dict[str, dict[str, list[float]]] = field(default_factory=lambda: {name: {} for name in CONSUMERS})
    """Microseconds a message while live, by consumer and process."""


def measure(system: System, rounds: int, messages: int) -> Rates:
    """Both ways, three consumers a round."""
    rates = Rates()
    sensors = system.enrol(SENSORS, kind="sensor")
    names = list(CONSUMERS)
    system.stop(LANE)
    for number in range(rounds):
        for name in names[number % 3 :] + names[: number % 3]:
            rates.live[name].append(_live(system, CONSUMERS[name](system), sensors, rates.processor[name]))
            rates.drain[name].append(_drain(system, CONSUMERS[name](system), sensors, messages))
        for way, found in (("live", rates.live), ("drain", rates.drain)):
            shown = ", ".join(f"{name} {of_name[-1]:.0f}/s" for name, of_name in found.items())
            print(f"ingest, round {number + 1} of {rounds}, {way}: {shown}", flush=True)
    return rates


def _live(system: System, consumer: Consumer, sensors: list[Credential], processor: dict[str, list[float]]) -> float:
    consumer.start()
    if isinstance(consumer, Ours):
        consumer.is_connected()
    begun = stopwatch()
    wait_until(lambda: stopwatch() - begun > SETTLE_SECONDS, "it is there")
    pids = {"broker": system.children["broker"].pid, **consumer.pids()}
    before = {name: seconds_used(pid) for name, pid in pids.items()}
    with Burst(system.broker_port, sensors, AS_FAST_AS_IT_GOES, LIVE_SECONDS) as burst:
        begun = stopwatch()
        messages = int(burst.result()["acknowledged"])
        _, last = consumer.took(messages)
    for name, pid in pids.items():
        processor.setdefault(name, []).append((seconds_used(pid) - before[name]) / messages * 1e6)
    consumer.leave()
    return messages / (last - begun)


def _drain(system: System, consumer: Consumer, sensors: list[Credential], messages: int) -> float:
    with Burst(system.broker_port, sensors, FILL_RATE, messages / FILL_RATE) as burst:
        queued = int(burst.result()["acknowledged"])
    consumer.start()
    first, last = consumer.took(queued)
    consumer.leave()
    return queued / (last - first)


def rows(rates: Rates) -> list[str]:
    """Markdown: rates, and ratios round by round."""
    table = ["| messages a second | live | drain |", "| --- | --- | --- |"]
    table += [f"| {name} | {quartiles(rates.live[name])} | {quartiles(rates.drain[name])} |" for name in CONSUMERS]
    table += ["", "| ours ÷ the other, round by round | ratio (quartiles) | every round |", "| --- | --- | --- |"]
    for way, found in (("live", rates.live), ("drain", rates.drain)):
        for name in (C_CLIENT, PAHO):
            ratios = [ours / other for ours, other in zip(found[OURS], found[name], strict=True)]
            spread = quartiles(ratios)
            every = ", ".join(f"{ratio:.2f}" for ratio in ratios)
            table.append(f"| {way}: {name} | {spread.middle:.2f} ({spread.low:.2f}–{spread.high:.2f}) | {every} |")
    table += ["", "| processor time a message while live, µs | by process |", "| --- | --- |"]
    for name, of_processes in rates.processor.items():
        shown = ", ".join(f"{process} {quartiles(used)}" for process, used in of_processes.items())
        table.append(f"| {name} | {shown} |")
    return table
