"""How the launcher runs a command that ends by itself (apt, npm, pytest), and what it does when that fails."""

from __future__ import annotations

import os
import subprocess
from collections.abc import Mapping, Sequence
from pathlib import Path

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
