"""How a program of ours is started, ended and killed as a process of its own, and where what it said is kept."""

from __future__ import annotations

import ctypes
import os
import signal
import subprocess
import sys
from collections.abc import Mapping, Sequence
from pathlib import Path

from tests.harness.clock import wait_until

_PR_SET_PDEATHSIG = 1
START_SECONDS = 60.0
ROOT = Path(__file__).resolve().parents[2]


def _die_with_parent() -> None:
    """A test run that is killed leaves nothing behind."""
    ctypes.CDLL(None, use_errno=True).prctl(_PR_SET_PDEATHSIG, signal.SIGKILL)


class Child:
    """One program: started again and again by the same command, its output appended to one file."""

    def __init__(
        self,
        name: str,
        command: Sequence[str],
        env: Mapping[str, str],
        log: Path,
        nice: int = 0,
        cwd: Path = ROOT,
        started: str = "",
    ) -> None:
        """`started`: what it says once it is up; a `stop` waits for that, so that only a stop is judged by it."""
        self.name = name
        self.wanted = False
        """Whether it ought to run; False after `stop` and `kill`."""
        self.starts = 0
        self.log = log
        self._command = list(command)
        self._env = dict(env)
        self._nice = nice
        self._cwd = cwd
        self._started = started
        self._said_before = 0
        self._process: subprocess.Popen[bytes] | None = None

    def start(self) -> None:
        """Start it; it must not be running."""
        assert not self.running, f"{self.name} runs already"
        prefix = ["nice", "-n", str(self._nice)] if self._nice else []
        with self.log.open("ab") as output:
            self._said_before = output.tell()
            self._process = subprocess.Popen(
                [*prefix, *self._command],
                env=self._env,
                cwd=self._cwd,
                stdin=subprocess.DEVNULL,
                stdout=output,
                stderr=subprocess.STDOUT,
                preexec_fn=_die_with_parent,
                start_new_session=True,
            )
        self.wanted = True
        self.starts += 1

    def stop(self, seconds: float = 30.0) -> int:
        """SIGTERM, and the exit code; AssertionError when it has not ended after `seconds`."""
        self.wanted = False
        if self._process is None:
            return 0
        self.signal(signal.SIGCONT)  # a test that failed may have left it frozen
        # Before it is up a signal ends it as it ends any process, which says nothing about how it stops.
        wait_until(lambda: self.up or not self.running, f"{self.name} is up before it is told to stop", START_SECONDS)
        self._process.terminate()
        try:
            return self._process.wait(seconds)
        except subprocess.TimeoutExpired:
            self.kill()
            raise AssertionError(f"{self.name} did not end within {seconds} s of SIGTERM:\n{self.tail()}") from None

    def kill(self) -> None:
        """SIGKILL: as a power cut would."""
        self.wanted = False
        if self._process is not None and self._process.poll() is None:
            self._process.kill()
            self._process.wait(15)

    def signal(self, number: int) -> None:
        """Send it a signal, where it runs."""
        if self._process is not None and self._process.poll() is None:
            self._process.send_signal(number)

    @property
    def running(self) -> bool:
        return self._process is not None and self._process.poll() is None

    @property
    def up(self) -> bool:
        """Whether it runs and has said that it is up, since it was started last."""
        with self.log.open("rb") as said:
            said.seek(self._said_before)
            return self.running and self._started.encode() in said.read()

    @property
    def exit_code(self) -> int | None:
        """None while it runs or was never started; negative for a signal."""
        return None if self._process is None else self._process.poll()

    @property
    def pid(self) -> int:
        assert self._process is not None
        return self._process.pid

    def tail(self, lines: int = 60) -> str:
        """The last lines that it said."""
        text = self.log.read_text(errors="replace") if self.log.exists() else ""
        return "\n".join(text.splitlines()[-lines:])


def python(*arguments: str) -> list[str]:
    """The command for one of our programs in this environment."""
    return [sys.executable, "-m", *arguments]


def clean_environment(extra: Mapping[str, str]) -> dict[str, str]:
    """What every child gets: nothing of `CARE_…` from outside, then `extra`."""
    kept = {key: value for key, value in os.environ.items() if not key.startswith("CARE_")}
    return {**kept, "PYTHONUNBUFFERED": "1", **extra}
