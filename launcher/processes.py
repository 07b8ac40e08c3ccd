"""How one child is started, signalled and ended as an operating-system process."""

from __future__ import annotations

import os
import shutil
import signal
import subprocess
from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Protocol

from launcher.leftovers import Identity, own_identity


@dataclass(frozen=True)
class ChildSpec:
    """One program to run: `niceness` 0..19; `environment` is added to the launcher's own."""

    name: str
    argv: tuple[str, ...]
    environment: Mapping[str, str] = field(default_factory=dict)
    niceness: int = 0


class Process(Protocol):
    """What the supervisor needs of a started child."""

    @property
    def pid(self) -> int: ...

    def poll(self) -> int | None:
        """The exit code (negative: the signal), None while it runs."""

    def send(self, number: signal.Signals) -> None: ...

    def kill_group(self) -> None:
        """SIGKILL to the child and whatever it started."""

    def identity(self) -> Identity | None: ...


class Starter(Protocol):
    """Starts a child; OSError when the program is not there."""

    def __call__(self, spec: ChildSpec) -> Process: ...


class LocalProcess:
    """A child in a process group of its own: Ctrl-C reaches the launcher alone, which ends the children in order."""

    def __init__(self, spec: ChildSpec, folder: Path, log: Path) -> None:
        self._command = " ".join(spec.argv)
        with log.open("ab") as out:
            self._popen = subprocess.Popen(
                [*_prefix(spec), *spec.argv],
                cwd=folder,
                env={**os.environ, **spec.environment},
                stdin=subprocess.DEVNULL,
                stdout=out,
                stderr=subprocess.STDOUT,
                process_group=0,
            )

    @property
    def pid(self) -> int:
        return self._popen.pid

    def poll(self) -> int | None:
        return self._popen.poll()

    def send(self, number: signal.Signals) -> None:
        self._popen.send_signal(number)

    def kill_group(self) -> None:
        try:
            os.killpg(self._popen.pid, signal.SIGKILL)
        except ProcessLookupError:
            return
        self._popen.wait()

    def identity(self) -> Identity | None:
        return own_identity(self._popen.pid, self._command)


def local_starter(folder: Path, logs: Path) -> Starter:
    """Starts children in `folder`, each with its output in `logs`/name.log."""

    def start(spec: ChildSpec) -> Process:
        return LocalProcess(spec, folder, logs / f"{spec.name}.log")

    return start


def _prefix(spec: ChildSpec) -> list[str]:
    """`setpriv`: the kernel ends the child when the launcher is killed -9. Without it the next start sweeps it up."""
    prefix = []
    if setpriv := shutil.which("setpriv"):
        prefix += [setpriv, "--pdeathsig", "TERM", "--"]
    if spec.niceness:
        prefix += ["nice", "-n", str(spec.niceness)]
    return prefix
