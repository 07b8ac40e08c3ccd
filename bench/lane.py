"""What faults of InfluxDB cost the emergency lane: presses while it is well and while it is not, in turn.

The whole platform keeps telemetry in InfluxDB's stand-in; sensors report all the while, so that the store has work. In
each round the fault is another one.
"""

from __future__ import annotations

import sqlite3
from collections.abc import Sequence

from bench.faulty_influxdb import TROUBLES, FaultyInfluxdb
from bench.figures import latency_row, quantile, quartiles
from bench.press import LEAD_SECONDS, PRESSES_A_SECOND, SENSORS, TAIL_SECONDS, Measured, press_all
from tests.harness.burst import Burst
from tests.harness.clock import stopwatch, wait_until
from tests.harness.stream import Stream
from tests.harness.system import Credential, System

RATE = 200
"""Messages a second, two readings each: a district of 2,000 homes that reports every ten seconds."""
HEALTHY, FAULTY = "healthy", "faulty"


def measure(system: System, influxdb: FaultyInfluxdb, rounds: int, presses: int) -> tuple[Measured, int]:
    """Healthy and faulty in turn, in changing order; and how many points waited at most."""
    measured = Measured(shown={HEALTHY: [], FAULTY: []}, answered={HEALTHY: [], FAULTY: []})
    sensors = system.enrol(SENSORS, kind="sensor")
    most = 0
    with system.desk() as desk:
        stream = desk.stream()
        for number in range(rounds):
            for condition in (HEALTHY, FAULTY) if number % 2 == 0 else (FAULTY, HEALTHY):
                state = HEALTHY if condition == HEALTHY else TROUBLES[number % len(TROUBLES)]
                influxdb.become(state)
                _round(system, stream, sensors, measured, condition, number, presses)
                most = max(most, _waiting(system))
                print(f"lane, round {number + 1} of {rounds}, {state}: done", flush=True)
        influxdb.become(HEALTHY)
        wait_until(lambda: _waiting(system) == 0, "what waited is filled in", 120, every=0.5)
    return measured, most


def _round(
    system: System,
    stream: Stream,
    sensors: list[Credential],
    measured: Measured,
    condition: str,
    number: int,
    presses: int,
) -> None:
    terminals = system.enrol(presses)
    seconds = presses / PRESSES_A_SECOND + LEAD_SECONDS + TAIL_SECONDS
    with Burst(system.broker_port, sensors, RATE, seconds):
        begun = stopwatch()
        wait_until(lambda: stopwatch() - begun > LEAD_SECONDS, "sensors report")
        press_all(system, stream, terminals, measured, condition, number)


def _waiting(system: System) -> int:
    path = system.folder / "backend" / "influx-backlog.sqlite"
    with sqlite3.connect(f"file:{path}?mode=ro", uri=True, timeout=10) as backlog:
        (count,) = backlog.execute("SELECT count(*) FROM waiting").fetchone()
    return int(count)


def rows(measured: Measured, most: int) -> list[str]:
    """Markdown: latencies, and the ratio of the 99th percentiles round by round."""
    table = ["| press → stream, InfluxDB | presses | p50 ms | p99 ms | longest ms |", "| --- | --- | --- | --- | --- |"]
    table += [latency_row(name, measured.shown[name]) for name in (HEALTHY, FAULTY)]
    table += [f"| press → answer, {name} {latency_row('', measured.answered[name])[3:]}" for name in (HEALTHY, FAULTY)]
    pairs = list(zip(measured.shown[FAULTY], measured.shown[HEALTHY], strict=True))
    table += ["", "| faulty ÷ healthy, round by round | ratio (quartiles) | every round |", "| --- | --- | --- |"]
    for name, share in (("p50", 0.5), ("p99", 0.99)):
        ratios = [quantile(faulty, share) / quantile(healthy, share) for faulty, healthy in pairs]
        table.append(f"| {name} | {_spread(ratios)} | {', '.join(f'{ratio:.2f}' for ratio in ratios)} |")
    shown = [TROUBLES[number % len(TROUBLES)] for number in range(len(pairs))]
    table += ["", f"Faults in the order of the rounds: {', '.join(shown)}. At most {most} readings waited on disk; "]
    table[-1] += "none did at the end."
    return table


def _spread(ratios: Sequence[float]) -> str:
    found = quartiles(ratios)
    return f"{found.middle:.2f} ({found.low:.2f}–{found.high:.2f})"
