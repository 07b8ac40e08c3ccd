"""How fast telemetry gets from the broker's queue into the store, beside two clients that only count.

Each consumer drains the same number of messages, queued in the broker under the same account and configuration while
nobody was there: ours (gateway lane → HTTP → checks → embedded store, acknowledged when stored), a stock paho client
and `mosquitto_sub`, which acknowledge and forget. They take turns within a round, in changing order.
"""

from __future__ import annotations

import json
import sqlite3
import subprocess
from dataclasses import dataclass, field

from bench.figures import quartiles
from tests.harness.burst import Burst
from tests.harness.child import ROOT, python
from tests.harness.clock import stopwatch, wait_until
from tests.harness.system import Credential, System

LANE = "gateway-telemetry"
ACCOUNT = "gw1.telemetry"
TOPIC = "care/v1/+/telemetry"
WINDOW = 2000
"""Messages in flight: the gateway's own receive maximum, given to the others as well."""
SENSORS = 20
FILL_RATE = 6000
OURS, PAHO, C_CLIENT = "platform", "stock paho, counting", "mosquitto_sub"


@dataclass
class Drained:
    """Messages a second by consumer and round."""

    rates: dict[str, list[float]] = field(default_factory=lambda: {OURS: [], PAHO: [], C_CLIENT: []})
    messages: int = 0


def measure(system: System, rounds: int, messages: int) -> Drained:
    """Three drains a round."""
    drained = Drained()
    sensors = system.enrol(SENSORS, kind="sensor")
    consumers = [OURS, PAHO, C_CLIENT]
    for number in range(rounds):
        for consumer in consumers[number % 3 :] + consumers[: number % 3]:
            system.stop(LANE)
            queued, since = _fill(system, sensors, messages)
            drained.messages += queued
            drained.rates[consumer].append(_drain(system, consumer, queued, since))
            if consumer != OURS:
                system.start(LANE)
                system.wait_ready()
        print(f"ingest, round {number + 1} of {rounds}: {_last(drained)}", flush=True)
    return drained


def _last(drained: Drained) -> str:
    return ", ".join(f"{name} {rates[-1]:.0f}/s" for name, rates in drained.rates.items())


def _fill(system: System, sensors: list[Credential], messages: int) -> tuple[int, int]:
    """How many messages wait in the broker now, and the time of the first reading in microseconds."""
    since = int(_newest(system)) + 1
    with Burst(system.broker_port, sensors, FILL_RATE, messages / FILL_RATE) as burst:
        result = burst.result()
    return int(result["acknowledged"]), since


def _drain(system: System, consumer: str, queued: int, since: int) -> float:
    if consumer == OURS:
        return _drain_ours(system, queued, since)
    seconds = _drain_paho(system, queued) if consumer == PAHO else _drain_c(system, queued)
    return queued / seconds


def _drain_ours(system: System, queued: int, since: int) -> float:
    system.start(LANE)
    first = wait_until(lambda: _stored(system, since), "the first is stored", 60, every=0.01)
    begun = stopwatch()
    wait_until(lambda: _stored(system, since) >= queued, "all are stored", 300, every=0.1)
    return (queued - first) / (stopwatch() - begun)


def _drain_paho(system: System, queued: int) -> float:
    order = {
        "port": system.broker_port, "username": ACCOUNT, "password": _password(system), "topic": TOPIC,
        "count": queued, "window": WINDOW,
    }  # fmt: skip
    done = subprocess.run(
        python("bench.counting_client"), input=json.dumps(order) + "\n", cwd=ROOT, capture_output=True, text=True,
        timeout=400, check=True,
    )  # fmt: skip
    return float(done.stdout)


def _drain_c(system: System, queued: int) -> float:
    """From start to end: its start takes some milliseconds."""
    command = [
        "mosquitto_sub", "-V", "mqttv5", "-q", "1", "-c", "-x", "604800", "-p", str(system.broker_port), "-i", ACCOUNT,
        "-u", ACCOUNT, "-P", _password(system), "-t", TOPIC, "-C", str(queued), "-W", "300",
        "-D", "connect", "receive-maximum", str(WINDOW),
    ]  # fmt: skip
    begun = stopwatch()
    subprocess.run(command, stdout=subprocess.DEVNULL, check=True, timeout=400)
    return stopwatch() - begun


def _password(system: System) -> str:
    return (system.folder / "secrets" / f"{ACCOUNT}.password").read_text().strip()


def _stored(system: System, since: int) -> int:
    """Messages since then whose reading is in the store."""
    query = "SELECT count(*) FROM series JOIN points ON series_id = id WHERE metric = 'heart_rate' AND at >= ?"
    return _ask(system, query, since)


def _newest(system: System) -> int:
    return _ask(system, "SELECT coalesce(max(at), 0) FROM latest WHERE 1 >= ?", 1)


def _ask(system: System, query: str, value: int) -> int:
    with sqlite3.connect(f"file:{system.folder}/backend/telemetry.sqlite?mode=ro", uri=True, timeout=10) as store:
        (found,) = store.execute(query, (value,)).fetchone()
    return int(found)


def rows(drained: Drained) -> list[str]:
    """Markdown: rates, and ratios round by round."""
    table = ["| consumer | messages a second |", "| --- | --- |"]
    table += [f"| {name} | {quartiles(rates)} |" for name, rates in drained.rates.items()]
    table += ["", "| ours ÷ the other, round by round | ratio (quartiles) | every round |", "| --- | --- | --- |"]
    for name in (C_CLIENT, PAHO):
        ratios = [ours / other for ours, other in zip(drained.rates[OURS], drained.rates[name], strict=True)]
        low, middle, high = (f"{value:.2f}" for value in _three(ratios))
        every = ", ".join(f"{ratio:.2f}" for ratio in ratios)
        table.append(f"| {name} | {middle} ({low}–{high}) | {every} |")
    return table


def _three(values: list[float]) -> tuple[float, float, float]:
    found = quartiles(values)
    return found.low, found.middle, found.high
