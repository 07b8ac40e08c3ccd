"""That the logs under `var/log` cannot fill the disk: one old copy each."""

from __future__ import annotations

import os
import shutil
from pathlib import Path


def turn_over(folder: Path, max_bytes: int) -> list[str]:
    """Copy a log that has grown too long to `name.log.1` and empty it in place: its writer appends and need not know.

    What is written between copy and cut is lost; these are logs, the promise does not rest on them.
    """
    turned = []
    for log in folder.glob("*.log"):
        if log.stat().st_size > max_bytes:
            shutil.copyfile(log, log.with_suffix(".log.1"))
            os.truncate(log, 0)
            turned.append(log.name)
    return turned


def tail(log: Path, lines: int = 15) -> str:
    """The end of a log, for a person."""
    if not log.exists():
        return ""
    with log.open("rb") as source:
        source.seek(max(0, log.stat().st_size - 20_000))
        return "\n".join(source.read().decode(errors="replace").splitlines()[-lines:])
