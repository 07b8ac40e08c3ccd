"""What a run of the benchmark is written down as: the figures, the command, the machine, the day."""

from __future__ import annotations

import os
import platform
import shutil
import subprocess
from pathlib import Path
from typing import TYPE_CHECKING

from bench.figures import latency_row, quartiles, ratio_row
from tests.harness.clock import wall_now

if TYPE_CHECKING:
    from bench.press import Measured

PAGE = Path(__file__).resolve().parents[1] / "docs" / "benchmarks.md"
BEGIN, END = "<!-- measured: begin -->", "<!-- measured: end -->"


def report(measured: Measured, rounds: int, presses: int, rate: int, seconds: float) -> str:
    """Markdown of one run."""
    latency = [
        "| from the publish of the press | presses | p50 ms | p99 ms | longest ms |",
        "| --- | --- | --- | --- | --- |",
        latency_row("to the row on the stream, idle", measured.shown["idle"]),
        latency_row("to the row on the stream, burst", measured.shown["burst"]),
        latency_row("to `reassure/received` at the terminal, idle", measured.answered["idle"]),
        latency_row("to `reassure/received` at the terminal, burst", measured.answered["burst"]),
    ]
    ratios = [
        "| burst ÷ idle, round by round | ratio |",
        "| --- | --- |",
        ratio_row("p50 to the stream", measured.shown, 0.5),
        ratio_row("p99 to the stream", measured.shown, 0.99),
    ]
    telemetry = [
        "| telemetry in the burst rounds | messages a second |",
        "| --- | --- |",
        f"| offered, and acknowledged by the broker | {quartiles(measured.offered)} |",
        f"| end to end: published → stored, to the last one | {quartiles(measured.stored)} |",
        f"| not stored within the time allowed | {measured.lost} messages |",
    ]
    command = f"python -m bench.press --rounds {rounds} --presses {presses} --rate {rate}"
    facts = [
        f"- Command: `{command}` ({seconds:.0f} s)",
        f"- Machine: {machine()}",
        f"- Day: {wall_now():%Y-%m-%d}; load average when done: {os.getloadavg()[1]:.1f} (all that ran, this included)",
    ]
    return "\n\n".join("\n".join(part) for part in (facts, latency, ratios, telemetry))


def write(text: str) -> None:
    """Replace the measured part of docs/benchmarks.md."""
    page = PAGE.read_text(encoding="utf-8")
    head, _, rest = page.partition(BEGIN)
    _, _, tail = rest.partition(END)
    PAGE.write_text(f"{head}{BEGIN}\n\n{text}\n\n{END}{tail}", encoding="utf-8")


def machine() -> str:
    """Cores, processor and versions."""
    cpu = [
        line.split(":", 1)[1].strip() for line in Path("/proc/cpuinfo").read_text().splitlines() if "model name" in line
    ]
    program = shutil.which("mosquitto", path=f"{os.environ.get('PATH', '')}:/usr/sbin") or "mosquitto"
    version = subprocess.run([program, "-h"], capture_output=True, text=True, check=False).stdout.splitlines()[0]
    name = cpu[0] if cpu else platform.machine()
    return f"{os.cpu_count()} cores ({name}), Linux, Python {platform.python_version()}, {version}, SQLite"
