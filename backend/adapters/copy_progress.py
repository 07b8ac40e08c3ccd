"""How a long copy shows how far it is: a bar at a terminal, plain lines in a pipe or a log."""

from __future__ import annotations

import sys
from collections.abc import Callable
from typing import Final, Self, TextIO

from rich.console import Console
from rich.progress import BarColumn, MofNCompleteColumn, Progress, TaskID, TextColumn, TimeRemainingColumn

LINE_SECONDS: Final = 5.0
"""Between two plain lines."""


class CopyProgress:
    """Called with `(step, steps, readings)`: `step` of `steps` devices are done, `readings` more are.

    Phases follow one another; each has a bar (or lines) of its own and ends with a line that says how much it was.
    """

    def __init__(self, monotonic: Callable[[], float], out: TextIO = sys.stderr) -> None:
        self._monotonic = monotonic
        self._out = out
        self._bar = _bar(out) if out.isatty() else None
        self._task = TaskID(0)
        self._phase = ""
        self._readings = 0
        self._state = (0, 0)
        self._told_at = monotonic()
        self._began_at = monotonic()

    def __enter__(self) -> Self:
        if self._bar is not None:
            self._bar.start()
        return self

    def __exit__(self, *_: object) -> None:
        if self._bar is not None:
            self._bar.stop()

    def begin(self, phase: str) -> None:
        """The next phase."""
        self._phase, self._readings, self._state = phase, 0, (0, 0)
        self._told_at = self._began_at = self._monotonic()
        if self._bar is not None:
            self._task = self._bar.add_task(phase, total=None, readings=0)

    def __call__(self, step: int, steps: int, readings: int) -> None:
        """Show it."""
        self._readings += readings
        self._state = (step, steps)
        if self._bar is not None:
            self._bar.update(self._task, completed=step, total=steps, readings=self._readings)
        elif self._monotonic() - self._told_at >= LINE_SECONDS:
            self._told_at = self._monotonic()
            self._line()

    def end(self) -> None:
        """The phase is over."""
        if self._bar is None:
            self._line()

    def _line(self) -> None:
        step, steps = self._state
        rate = self._readings / max(self._monotonic() - self._began_at, 0.001)
        said = f"{self._phase}: {step}/{steps} 设备 devices, {self._readings} 读数 readings, {rate:.0f}/s"
        print(said, file=self._out, flush=True)


def _bar(out: TextIO) -> Progress:
    return Progress(
        TextColumn("{task.description}"),
        BarColumn(),
        MofNCompleteColumn(),
        TextColumn("{task.fields[readings]} 读数 readings"),
        TimeRemainingColumn(),
        console=Console(file=out),
    )
