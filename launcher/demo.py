"""`./care demo`: the backend makes, shows and wipes the demo district; here it is told only which stores are in use."""

from __future__ import annotations

import os
import sys
from collections.abc import Sequence
from typing import NoReturn

from launcher.children import influx_environment
from launcher.places import Places
from launcher.record import running_settings


def become_demo(places: Places, words: Sequence[str]) -> NoReturn:
    """Replace ourselves by the backend's command, so that its signals and exit code are its own."""
    environment = {**os.environ, **influx_environment(running_settings(places))}
    os.chdir(places.root)
    command = [sys.executable, "-m", "backend", "demo", *words]
    os.execve(command[0], command, environment)  # noqa: S606  no shell is wanted
