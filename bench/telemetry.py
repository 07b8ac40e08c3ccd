"""Telemetry: from the broker into the store, questions and growth, and what faults of InfluxDB cost a press.

`python -m bench.telemetry [ingest|growth|influxdb|lane …] [--rounds 5] [--messages 20000] [--presses 100]
[--points 10000000] [--seconds 360] [--write]`. The real programs and a real Mosquitto on one machine; for the lane
InfluxDB's stand-in of the tests.
"""

from __future__ import annotations

import argparse
import os
import tempfile
from collections.abc import Callable
from pathlib import Path

from bench import growth, influxdb, ingest, lane
from bench.faulty_influxdb import FaultyInfluxdb
from bench.report import PAGE, machine
from tests.harness.clock import stopwatch, wall_now
from tests.harness.system import System

PARTS = ("ingest", "growth", "influxdb", "lane")
TITLES = {
    "ingest": "MQTT → durable → store",
    "growth": "Growth and questions, embedded store",
    "influxdb": "The same questions to a real InfluxDB 2.x",
    "lane": "The emergency lane while InfluxDB fails",
}


def main() -> None:
    """Run what was asked for, print it, and write it into docs/benchmarks.md where asked."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("parts", nargs="*", choices=PARTS, default=list(PARTS))
    parser.add_argument("--rounds", type=int, default=5)
    parser.add_argument("--messages", type=int, default=20_000, help="a consumer and round")
    parser.add_argument("--presses", type=int, default=100, help="a condition and round")
    parser.add_argument("--points", type=int, default=10_000_000, help="the store grows up to")
    parser.add_argument("--seconds", type=float, default=360, help="that growing may take")
    parser.add_argument("--write", action="store_true", help="write docs/benchmarks.md")
    options = parser.parse_args()
    run: dict[str, Callable[[Path, argparse.Namespace], list[str]]] = {
        "ingest": _ingest,
        "growth": _growth,
        "influxdb": _influxdb,
        "lane": _lane,
    }
    for part in options.parts:
        begun = stopwatch()
        with tempfile.TemporaryDirectory(prefix="care-bench-", ignore_cleanup_errors=True) as folder:
            table = run[part](Path(folder), options)
        text = "\n".join([*_facts(part, options, stopwatch() - begun), "", *table])
        print(text, flush=True)
        if options.write:
            write(part, text)


def _ingest(folder: Path, options: argparse.Namespace) -> list[str]:
    with System(folder) as system:
        return ingest.rows(ingest.measure(system, options.rounds, options.messages))


def _growth(folder: Path, options: argparse.Namespace) -> list[str]:
    sizes = [size for size in (1_000_000, 3_000_000, 10_000_000, 50_000_000) if size < options.points]
    return growth.rows(growth.grow(folder, [*sizes, options.points], options.seconds))


def _influxdb(folder: Path, _: argparse.Namespace) -> list[str]:
    if not influxdb.is_named():
        return ["Not run: `CARE_TEST_INFLUX_URL` names no server."]
    return growth.rows([influxdb.measure(folder)])


def _lane(folder: Path, options: argparse.Namespace) -> list[str]:
    with FaultyInfluxdb() as influxdb:
        token = folder / "influx.token"
        token.write_text(influxdb.token)
        token.chmod(0o600)
        settings = {
            "CARE_BACKEND_TELEMETRY_STORE": "influx",
            "CARE_BACKEND_INFLUX_URL": influxdb.url,
            "CARE_BACKEND_INFLUX_TOKEN_FILE": str(token),
            "CARE_BACKEND_INFLUX_BACKLOG_PATH": str(folder / "backend" / "influx-backlog.sqlite"),
        }
        with System(folder, settings=settings) as system:
            return lane.rows(*lane.measure(system, influxdb, options.rounds, options.presses))


def _facts(part: str, options: argparse.Namespace, seconds: float) -> list[str]:
    asked = {
        "ingest": f"--rounds {options.rounds} --messages {options.messages}",
        "growth": f"--points {options.points} --seconds {options.seconds:.0f}",
        "influxdb": "",
        "lane": f"--rounds {options.rounds} --presses {options.presses}",
    }
    return [
        f"- Command: `{f'python -m bench.telemetry {part} {asked[part]}'.strip()}` ({seconds:.0f} s)",
        f"- Machine: {machine()}",
        f"- Day: {wall_now():%Y-%m-%d}; load average when done: {os.getloadavg()[1]:.1f} (all that ran, this included)",
    ]


def write(part: str, text: str) -> None:
    """Replace what that part had measured in docs/benchmarks.md; a new part goes to the end."""
    begin, end = f"<!-- telemetry {part}: begin -->", f"<!-- telemetry {part}: end -->"
    page = PAGE.read_text(encoding="utf-8")
    if begin not in page:
        page = f"{page.rstrip()}\n\n### {TITLES[part]}\n\n{begin}\n{end}\n"
    head, _, rest = page.partition(begin)
    _, _, tail = rest.partition(end)
    PAGE.write_text(f"{head}{begin}\n\n{text}\n\n{end}{tail}", encoding="utf-8")


if __name__ == "__main__":
    main()
