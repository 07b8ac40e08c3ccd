"""How the launcher tells a person, and its log, what happens to the children."""

from __future__ import annotations

from collections.abc import Callable
from contextlib import suppress
from pathlib import Path
from typing import TextIO

import structlog
from rich.console import Console

from launcher.texts import text


class Voice:
    """Lines for a person (colour only at a terminal) and JSON lines for `var/log/launcher.log`; ids and codes only.

    Neither a full disk nor a terminal that has gone may end the launcher and with it the platform.
    """

    def __init__(self, log: TextIO) -> None:
        self._screen = Console(highlight=False, soft_wrap=True)
        self._changed: Callable[[], None] = lambda: None
        self._log = structlog.wrap_logger(
            structlog.PrintLogger(log),
            processors=[
                structlog.processors.TimeStamper(fmt="iso", utc=True),
                structlog.processors.JSONRenderer(),
            ],
        )

    def on_change(self, changed: Callable[[], None]) -> None:
        """Call `changed` whenever a child came or went."""
        self._changed = changed

    def say(self, key: str, style: str = "", /, **values: object) -> None:
        with suppress(OSError, SystemExit):  # rich ends the program when nobody reads any more
            self._screen.print(text(key, **values), style=style, markup=False)

    def started(self, name: str, pid: int, again: bool) -> None:
        self._note("child_started", child=name, pid=pid, again=again)
        if again:
            self.say("child_again", "green", name=name)
        self._changed()

    def ended(self, name: str, code: int | None, delay_seconds: float) -> None:
        self._note("child_ended", child=name, code=code, delay_seconds=delay_seconds)
        self.say("child_ended", "red", name=name, code=code, delay=delay_seconds, log=Path("var/log") / f"{name}.log")
        self._changed()

    def stopped(self, name: str, killed: bool) -> None:
        self._note("child_stopped", child=name, killed=killed)
        self.say("child_killed" if killed else "child_stopped", name=name)

    def _note(self, event: str, **values: object) -> None:
        with suppress(OSError):
            self._log.info(event, **values)
