"""How the launcher runs a command that ends by itself (apt, npm, pytest), and what it does when that fails."""

from __future__ import annotations

import os
import subprocess
import tempfile
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import IO

from launcher.exits import Exit


class Stop(Exception):  # noqa: N818  it is an outcome with words for a person, not a programming error
    """The command cannot go on: words for a person, and the exit code."""

    def __init__(self, words: str, code: Exit = Exit.FAILED) -> None:
        super().__init__(words)
        self.words = words
        self.code = code


def run(
    command: Sequence[str], folder: Path, environment: Mapping[str, str] | None = None, seconds: float | None = None
) -> int:
    """Run with our own input and output; the exit code, 124 when it took longer than `seconds`."""
    try:
        done = subprocess.run(
            list(command), cwd=folder, env={**os.environ, **(environment or {})}, timeout=seconds, check=False
        )
    except subprocess.TimeoutExpired:
        return 124
    return done.returncode


class Beside:
    """A command that runs beside others; what it prints is shown when it is waited for."""

    def __init__(self, command: Sequence[str], folder: Path, environment: Mapping[str, str], seconds: float) -> None:
        self._command = list(command)
        self._folder = folder
        self._environment = environment
        self._seconds = seconds
        self._process: subprocess.Popen[bytes] | None = None
        self._printed: IO[bytes] | None = None

    def begin(self) -> int:
        """Returns at once; OSError when the program is not there."""
        self._printed = tempfile.TemporaryFile()  # noqa: SIM115 - closed in `end`
        self._process = subprocess.Popen(
            self._command,
            cwd=self._folder,
            env={**os.environ, **self._environment},
            stdin=subprocess.DEVNULL,
            stdout=self._printed,
            stderr=subprocess.STDOUT,
        )
        return 0

    def end(self) -> int:
        """Its exit code, 124 when it took longer than `seconds` from now; 1 when it was never begun."""
        if self._process is None or self._printed is None:
            return 1
        try:
            code = self._process.wait(self._seconds)
        except subprocess.TimeoutExpired:
            self._process.kill()
            self._process.wait()
            code = 124
        self._printed.seek(0)
        print(self._printed.read().decode(errors="replace"), end="", flush=True)
        self._printed.close()
        return code


def output(command: Sequence[str], folder: Path, environment: Mapping[str, str] | None = None) -> str:
    """What a command prints; Stop with the end of its errors when it fails."""
    done = subprocess.run(
        list(command),
        cwd=folder,
        env={**os.environ, **(environment or {})},
        capture_output=True,
        text=True,
        check=False,
    )
    if done.returncode != 0:
        raise Stop(f"{' '.join(command)}: {done.stderr.strip()[-2000:]}")
    return done.stdout


def is_root() -> bool:
    return os.geteuid() == 0
