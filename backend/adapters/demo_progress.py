"""How loading and wiping the demo district show how far they are: a bar at a terminal, plain lines elsewhere."""

from __future__ import annotations

import sys
from collections.abc import Callable
from typing import Final, Self, TextIO

from rich.console import Console
from rich.progress import BarColumn, Progress, TaskProgressColumn, TextColumn, TimeRemainingColumn

LINE_SECONDS: Final = 5.0
"""Between two plain lines."""


class DemoProgress:
    """Called with `(step, steps)`. `what`: in both languages, before the bar."""

    def __init__(self, what: str, monotonic: Callable[[], float], out: TextIO = sys.stderr) -> None:
        self._what = what
        self._monotonic = monotonic
        self._out = out
        self._told_at = monotonic()
        self._bar = _bar(out) if out.isatty() else None
        self._task = self._bar.add_task(what, total=None) if self._bar is not None else None

    def __enter__(self) -> Self:
        if self._bar is not None:
            self._bar.start()
        return self

    def __exit__(self, *_: object) -> None:
        if self._bar is not None:
            self._bar.stop()

    def __call__(self, step: int, steps: int) -> None:
        """Show it."""
        if self._bar is not None and self._task is not None:
            self._bar.update(self._task, completed=step, total=steps)
        elif step == steps or self._monotonic() - self._told_at >= LINE_SECONDS:
            self._told_at = self._monotonic()
            print(f"{self._what} {step}/{steps}", file=self._out, flush=True)


def _bar(out: TextIO) -> Progress:
    return Progress(
        TextColumn("{task.description}"),
        BarColumn(),
        TaskProgressColumn(),
        TimeRemainingColumn(),
        console=Console(file=out),
    )
