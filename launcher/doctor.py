"""What `./care doctor` looks at, and the words for what is wrong and how to mend it."""

from __future__ import annotations

import shutil
import subprocess
import sys
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from enum import StrEnum
from typing import Any

from rich.console import Console

from launcher import packages, readiness
from launcher.api import Backend
from launcher.broker import mosquitto_here
from launcher.clock import now
from launcher.credentials import token
from launcher.exits import Exit
from launcher.mqtt_probe import Answer
from launcher.places import Places
from launcher.record import is_running, running_settings
from launcher.settings import LauncherSettings
from launcher.texts import language, text

LOW_DISK_BYTES = 1_000_000_000
OLDEST_YEAR = 2026  # a clock before the year this was built in is certainly wrong


class Finding(StrEnum):
    """How one check came out."""

    GOOD = "ok"
    NOTE = "note"  # nothing to mend, but worth knowing
    WRONG = "wrong"


@dataclass(frozen=True)
class Diagnosis:
    """One line: what was looked at, how it is, and what to do."""

    finding: Finding
    words: str


def doctor(places: Places) -> Exit:
    """Print every diagnosis; FAILED when one of them is wrong."""
    screen = Console(highlight=False, soft_wrap=True)
    styles = {Finding.GOOD: "green", Finding.NOTE: "yellow", Finding.WRONG: "bold red"}
    found = list(diagnoses(places))
    for row in found:
        screen.print(f"{text('finding_' + row.finding.name.lower()):<6}", style=styles[row.finding], end="")
        screen.print(row.words, markup=False)
    return Exit.FAILED if any(row.finding is Finding.WRONG for row in found) else Exit.OK


def diagnoses(places: Places) -> Iterator[Diagnosis]:
    """All of them, the foundations first."""
    settings = running_settings(places)
    yield _judge(True, "doctor_python", version=".".join(map(str, sys.version_info[:3])))
    yield _installation(places)
    yield _judge(mosquitto_here(places) is not None, "doctor_mosquitto")
    yield _judge((places.console_built / "index.html").exists(), "doctor_console")
    free = shutil.disk_usage(places.root).free
    yield _judge(free >= LOW_DISK_BYTES, "doctor_disk", free=round(free / 1e9, 1))
    yield _clock()
    yield _secrets(places)
    if is_running(places):
        yield from _running(places, settings)
    else:
        yield Diagnosis(Finding.NOTE, text("doctor_not_running"))
        yield from _ports(settings)


def _judge(is_good: bool, key: str, **values: object) -> Diagnosis:
    """`key` holds the good words, `key`_wrong those with the remedy."""
    return (
        Diagnosis(Finding.GOOD, text(key, **values))
        if is_good
        else Diagnosis(Finding.WRONG, text(f"{key}_wrong", **values))
    )


def _installation(places: Places) -> Diagnosis:
    """The start script knows what a finished installation is; it is asked rather than imitated."""
    probe = "import runpy, sys; sys.exit(0 if runpy.run_path('care')['is_ready']('runtime') else 1)"
    done = subprocess.run([sys.executable, "-c", probe], cwd=places.root, check=False, capture_output=True)
    return _judge(done.returncode == 0, "doctor_venv")


def _clock() -> Diagnosis:
    """Whether the machine's clock is kept right; machines without systemd cannot say."""
    if now().year < OLDEST_YEAR:
        return Diagnosis(Finding.WRONG, text("doctor_clock_wrong", now=now().isoformat()))
    program = packages.find("timedatectl")
    said = ""
    if program is not None:
        command = [str(program), "show", "-p", "NTPSynchronized", "--value"]
        said = subprocess.run(command, capture_output=True, text=True, check=False).stdout.strip()
    if said == "no":
        return Diagnosis(Finding.WRONG, text("doctor_clock_wrong", now=now().isoformat()))
    if said == "yes":
        return Diagnosis(Finding.GOOD, text("doctor_clock"))
    return Diagnosis(Finding.NOTE, text("doctor_clock_unknown", now=now().isoformat(timespec="seconds")))


def _secrets(places: Places) -> Diagnosis:
    if not places.secrets.exists():
        return Diagnosis(Finding.NOTE, text("doctor_no_secrets"))
    guarded = [*places.secrets.iterdir(), *(places.broker / name for name in ("accounts", "passwd"))]
    open_ones = [path.name for path in guarded if path.exists() and path.stat().st_mode & 0o077]
    return _judge(not open_ones, "doctor_secrets", names=" ".join(open_ones))


def _ports(settings: LauncherSettings) -> Iterator[Diagnosis]:
    taken = readiness.taken_ports(settings)
    if not taken:
        yield Diagnosis(Finding.GOOD, text("doctor_ports"))
    for name, port in taken.items():
        yield Diagnosis(Finding.WRONG, text("port_taken", port=port, option=readiness.OPTIONS[name]))


def _running(places: Places, settings: LauncherSettings) -> Iterator[Diagnosis]:
    """The system that runs here, part by part, as it says itself."""
    probes: dict[str, Callable[[], bool]] = {
        "broker": lambda: readiness.broker_probe(places, settings)() is Answer.ACCEPTED,
        **readiness.probes(settings),
    }
    for name, is_ready in probes.items():
        yield _judge(is_ready(), "doctor_part", name=name)
    backend = Backend(settings.http_port, token(places, "cli"))
    status, body = backend.call("GET", "/readyz")
    failing = "; ".join(_failing(body))
    yield _judge(status == 200, "doctor_ready", status=status, failing=failing)
    yield _store(places, settings)


def _store(places: Places, settings: LauncherSettings) -> Diagnosis:
    """The telemetry store, as the process that writes to it says."""
    body = Backend(settings.telemetry_http_port, token(places, "cli")).call("GET", "/readyz")[1]
    found = next((row for row in body.get("checks", []) if row["check"] == "telemetry_store"), None)
    detail = found["detail"][language()] if found else ""
    store = settings.influx_url or "SQLite"
    return _judge(bool(found and found["ok"]), "doctor_store", store=store, detail=detail)


def _failing(body: dict[str, Any]) -> Iterator[str]:
    """What /readyz finds wrong, in its own words."""
    for row in body.get("checks", []):
        if not row["ok"]:
            yield f"{row['label'][language()]}: {row['detail'][language()]}"
