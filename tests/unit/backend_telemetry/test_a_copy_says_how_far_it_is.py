"""Plain lines where nobody sees a bar, a bar at a terminal."""

from __future__ import annotations

import io
from datetime import timedelta

from backend.adapters.copy_progress import LINE_SECONDS, CopyProgress
from tests.harness.clock import ManualClock


class Terminal(io.StringIO):
    """What a person sees."""

    def isatty(self) -> bool:
        return True


def run(out: io.StringIO) -> list[str]:
    clock = ManualClock()
    with CopyProgress(clock.monotonic, out) as progress:
        progress.begin("copying")
        for step in range(4):
            clock.turn(timedelta(seconds=LINE_SECONDS * 0.6))
            progress(step, 4, 100)
        progress(4, 4, 0)
        progress.end()
    return out.getvalue().splitlines()


def test_a_pipe_gets_a_line_now_and_then_and_one_at_the_end() -> None:
    lines = run(io.StringIO())
    assert lines == [
        "copying: 1/4 设备 devices, 200 读数 readings, 33/s",
        "copying: 3/4 设备 devices, 400 读数 readings, 33/s",
        "copying: 4/4 设备 devices, 400 读数 readings, 33/s",
    ]


def test_a_terminal_gets_a_bar() -> None:
    shown = "\n".join(run(Terminal()))
    assert "4/4" in shown
    assert "400 读数 readings" in shown
    assert "/s" not in shown
