"""What runs now, in `var/run/up.json`, and that it runs only once in one checkout."""

from __future__ import annotations

import fcntl
import json
from collections.abc import Mapping
from dataclasses import asdict
from pathlib import Path
from typing import IO, Any

from launcher.clock import pause
from launcher.files import write_whole
from launcher.leftovers import Identity
from launcher.places import Places
from launcher.settings import LauncherSettings

# `is_running` holds the lock for a moment to find out; a start that meets it there must not take it for a launcher.
LOCK_TRIES = 4
LOCK_PAUSE_SECONDS = 0.05


def record_file(places: Places) -> Path:
    return places.run / "up.json"


def take_lock(places: Places) -> IO[str] | None:
    """Held while the answer stays open (the kernel frees it at our death); None when another launcher has it."""
    for _ in range(LOCK_TRIES):
        if (held := _try_lock(places)) is not None:
            return held
        pause(LOCK_PAUSE_SECONDS)
    return None


def is_running(places: Places) -> bool:
    """Whether a launcher holds the lock now."""
    if not (places.run / "up.lock").exists():
        return False
    held = _try_lock(places)
    if held is None:
        return True
    held.close()
    return False


def _try_lock(places: Places) -> IO[str] | None:
    held = (places.run / "up.lock").open("w")
    try:
        fcntl.flock(held, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except BlockingIOError:
        held.close()
        return None
    return held


def write_record(
    places: Places, settings: LauncherSettings, launcher: int, children: Mapping[str, Identity], is_ready: bool
) -> None:
    """`{"launcher", "ready", "address", "settings", "children": {name: {"boot","pid","started_ticks","command"}}}`."""
    record = {
        "launcher": launcher,
        "ready": is_ready,
        "address": f"http://127.0.0.1:{settings.http_port}/",
        "settings": settings.model_dump(),
        "children": {name: asdict(row) for name, row in children.items()},
    }
    write_whole(record_file(places), json.dumps(record, indent=2) + "\n")


def read_record(places: Places) -> dict[str, Any]:
    """The last record, {} when there is none."""
    try:
        found = json.loads(record_file(places).read_text())
    except (OSError, ValueError):
        return {}
    return found if isinstance(found, dict) else {}


def running_settings(places: Places) -> LauncherSettings:
    """The settings of the system that runs here (its options included), else those of the files."""
    record = read_record(places) if is_running(places) else {}
    return LauncherSettings(**record["settings"]) if "settings" in record else LauncherSettings()
