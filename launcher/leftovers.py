"""Which processes of an earlier, killed launcher are still there, and ending exactly those.

A pid alone may have been given to a stranger since; boot, start time and command line together cannot lie.
"""

from __future__ import annotations

import json
import os
import signal
from collections.abc import Callable
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path

STOP_SECONDS = 10.0


@dataclass(frozen=True)
class Identity:
    """A process as it can be found again: boot of the machine, pid, start time in clock ticks, how its command ends."""

    boot: str
    pid: int
    started_ticks: int
    command: str


def own_identity(pid: int, command: str) -> Identity | None:
    """The identity of a child of ours that was started with `command`; None when it is dead (a zombie is).

    Its command line is not read: in the moment when `nice` becomes the program there is none.
    """
    try:
        boot = Path("/proc/sys/kernel/random/boot_id").read_text().strip()
        stat = Path(f"/proc/{pid}/stat").read_text()
    except OSError:
        return None
    fields = stat.rpartition(")")[2].split()
    return None if fields[0] == "Z" else Identity(boot, pid, int(fields[19]), command)


def identity(pid: int, command: str) -> Identity | None:
    """The identity of a living process whose command line ends in `command`; None: no such one.

    The end of the line, because a prefix such as `nice` stands before it until it has become the program.
    """
    try:
        line = Path(f"/proc/{pid}/cmdline").read_bytes().replace(b"\0", b" ").decode(errors="replace").strip()
    except OSError:
        return None
    return own_identity(pid, command) if line.endswith(command) else None


def leftovers(record: Path) -> list[Identity]:
    """Children named in `up.json` that still run and are still the same processes."""
    try:
        children = json.loads(record.read_text())["children"]
        named = [Identity(r["boot"], r["pid"], r["started_ticks"], r["command"]) for r in children.values()]
    except (OSError, ValueError, KeyError, TypeError, AttributeError):
        return []
    return [row for row in named if identity(row.pid, row.command) == row]


def end_leftovers(record: Path, wait: Callable[[Callable[[], bool], float], bool]) -> list[Identity]:
    """SIGTERM, up to 10 s, then SIGKILL; returns whom. `wait(condition, seconds)` says whether it came true."""
    found = leftovers(record)
    for row in found:
        _signal(row, signal.SIGTERM)
    if not wait(lambda: not leftovers(record), STOP_SECONDS):
        for row in found:
            _signal(row, signal.SIGKILL)
    return found


def _signal(row: Identity, number: signal.Signals) -> None:
    if identity(row.pid, row.command) == row:
        with suppress(ProcessLookupError):
            os.kill(row.pid, number)
