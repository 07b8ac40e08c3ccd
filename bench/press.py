"""How long a press takes to the operator's stream and back to its terminal, idle and under a burst of telemetry.

`python -m bench.press [--rounds 5] [--presses 200] [--rate 5000] [--write]`. The real programs, a real Mosquitto, one
machine; idle and burst rounds take turns, so that a drift of the machine meets both. Bounded to about six minutes.
"""

from __future__ import annotations

import argparse
import random
import shutil
import sqlite3
import tempfile
from dataclasses import dataclass, field
from pathlib import Path

from bench.report import report, write
from tests.harness.burst import Burst
from tests.harness.clock import stopwatch, wait_until
from tests.harness.fleet import Fleet
from tests.harness.stream import Stream
from tests.harness.system import Credential, System
from tests.harness.terminal import Terminal

PRESSES_A_SECOND = 12.0
SENSORS = 20
DRAIN_SECONDS = 40.0
LEAD_SECONDS, TAIL_SECONDS = 1.0, 4.0
"""The burst runs this long before the first press of its round, and after the last."""


@dataclass
class Measured:
    """Milliseconds of each press by condition and round; telemetry by round."""

    shown: dict[str, list[list[float]]] = field(default_factory=lambda: {"idle": [], "burst": []})
    answered: dict[str, list[list[float]]] = field(default_factory=lambda: {"idle": [], "burst": []})
    offered: list[float] = field(default_factory=list)
    stored: list[float] = field(default_factory=list)
    lost: int = 0


def main() -> None:
    """Run, print, and write `docs/benchmarks.md` where asked."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--rounds", type=int, default=5)
    parser.add_argument("--presses", type=int, default=200, help="a round and condition")
    parser.add_argument("--rate", type=int, default=5000, help="telemetry messages offered a second")
    parser.add_argument("--write", action="store_true", help="write docs/benchmarks.md")
    options = parser.parse_args()
    folder = Path(tempfile.mkdtemp(prefix="care-bench-"))
    begun = stopwatch()
    with System(folder) as system:
        measured = measure(system, options.rounds, options.presses, options.rate)
        assert not system.ended, f"a program ended by itself: {system.ended}"
    shutil.rmtree(folder)
    text = report(measured, options.rounds, options.presses, options.rate, stopwatch() - begun)
    print(text)
    if options.write:
        write(text)


def measure(system: System, rounds: int, presses: int, rate: int) -> Measured:
    """Idle and burst in turn, in changing order."""
    measured = Measured()
    sensors = system.enrol(SENSORS, kind="sensor")
    with system.desk() as desk:
        stream = desk.stream()
        for number in range(rounds):
            for condition in ("idle", "burst") if number % 2 == 0 else ("burst", "idle"):
                terminals = system.enrol(presses)
                if condition == "idle":
                    press_all(system, stream, terminals, measured, condition, number)
                else:
                    _under_burst(system, stream, terminals, measured, number, sensors, rate)
                print(f"round {number + 1} of {rounds}, {condition}: done", flush=True)
    return measured


def _under_burst(
    system: System,
    stream: Stream,
    terminals: list[Credential],
    measured: Measured,
    number: int,
    sensors: list[Credential],
    rate: int,
) -> None:
    before = _stored(system)
    seconds = len(terminals) / PRESSES_A_SECOND + LEAD_SECONDS + TAIL_SECONDS
    with Burst(system.broker_port, sensors, rate, seconds) as burst:
        begun = stopwatch()
        wait_until(lambda: stopwatch() - begun > LEAD_SECONDS, "the burst is under way")
        press_all(system, stream, terminals, measured, "burst", number)
        assert burst.running, "the burst outlasts the presses"
        offered = burst.result()
    measured.offered.append(offered["offered"] / offered["seconds"])
    expected = before + int(offered["offered"])
    try:
        wait_until(lambda: _stored(system) >= expected, "all telemetry is stored", DRAIN_SECONDS, every=0.5)
    except AssertionError:
        measured.lost += expected - _stored(system)
    measured.stored.append((_stored(system) - before) / (stopwatch() - begun))


def press_all(
    system: System, stream: Stream, devices: list[Credential], measured: Measured, condition: str, number: int
) -> None:
    """One press of each terminal, at random moments, `PRESSES_A_SECOND` on average; what it took goes to `measured`."""
    dice = random.Random(f"{condition}/{number}")
    with Fleet(system.broker_port, system.folder / f"ledger-{condition}-{number}.jsonl") as fleet:
        terminals = [fleet.add(device.device_id, device.secret, wait=False) for device in devices]
        wait_until(lambda: all(terminal.connected for terminal in terminals), "all connect", 30)
        moments = sorted(dice.uniform(0, len(terminals) / PRESSES_A_SECOND) for _ in terminals)
        begun = stopwatch()
        for terminal, moment in zip(terminals, moments, strict=True):
            wait_until(lambda at=moment: stopwatch() - begun >= at, "its moment", 60, every=0.002)  # type: ignore[misc]
            terminal.press()
        wait_until(lambda: not fleet.unanswered(), "every press is answered", 60)
        measured.shown[condition].append(
            [_shown(terminal, stream.wait_alert(terminal.device_id).at) for terminal in terminals]
        )
        measured.answered[condition].append([_shown(terminal, terminal.heard[0].at) for terminal in terminals])


def _shown(terminal: Terminal, at: float) -> float:
    """Milliseconds from the publish of its press."""
    (sent,) = terminal.sent_at.values()
    return (at - sent) * 1000


def _stored(system: System) -> int:
    """Messages whose reading is in the telemetry store."""
    with sqlite3.connect(f"file:{system.folder}/backend/telemetry.sqlite?mode=ro", uri=True, timeout=10) as store:
        query = "SELECT count(*) FROM points JOIN series ON series.id = series_id WHERE metric = 'heart_rate'"
        (count,) = store.execute(query).fetchone()
    return int(count)


if __name__ == "__main__":
    main()
