"""What happens to the children: started in order, started again when they end, ended in the reverse order.

It is driven by `tick(now)` from one thread. That thread also starts the children, which matters: the kernel's
parent-death signal belongs to the thread that forked.
"""

from __future__ import annotations

import signal
from collections.abc import Callable
from dataclasses import dataclass, field
from enum import StrEnum
from typing import Protocol

from launcher.backoff import Backoff
from launcher.leftovers import Identity
from launcher.processes import ChildSpec, Process, Starter

STOP_SECONDS = 10.0


class ChildState(StrEnum):
    """Where a child stands."""

    NEW = "new"
    RUNNING = "running"
    WAITING = "waiting"  # it ended and will be started again
    STOPPED = "stopped"  # ended on purpose


class Listener(Protocol):
    """Is told what happens to children."""

    def started(self, name: str, pid: int, again: bool) -> None: ...

    def ended(self, name: str, code: int | None, delay_seconds: float) -> None:
        """`code` None: the program could not be started at all."""

    def stopped(self, name: str, killed: bool) -> None:
        """`killed`: it did not end within 10 s of SIGTERM."""


@dataclass
class Child:
    """One child and its history; times are monotonic seconds."""

    spec: ChildSpec
    state: ChildState = ChildState.NEW
    process: Process | None = None
    started_at: float = 0.0
    again_at: float = 0.0
    backoff: Backoff = field(default_factory=Backoff)
    starts: int = 0
    is_due: bool = False  # it is told to end in order to begin again at once


class Supervisor:
    """Keeps its children running until they are told to stop."""

    def __init__(self, start: Starter, listener: Listener) -> None:
        self._start = start
        self._listener = listener
        self._children: dict[str, Child] = {}

    def add(self, spec: ChildSpec, now: float) -> None:
        """Start one more child."""
        child = self._children[spec.name] = Child(spec)
        self._begin(child, now)

    def tick(self, now: float) -> None:
        """Look at every child once: note who ended, start whose delay is over."""
        for child in self._children.values():
            if child.state is ChildState.RUNNING and child.process and (code := child.process.poll()) is not None:
                self._note_end(child, code, now)
            elif child.state is ChildState.WAITING and now >= child.again_at:
                self._begin(child, now)

    def states(self) -> dict[str, ChildState]:
        """May be asked from any thread."""
        return {name: child.state for name, child in list(self._children.items())}

    def starts(self) -> dict[str, int]:
        """How often each was started, or could not be."""
        return {name: child.starts for name, child in list(self._children.items())}

    def ends_in_a_row(self, name: str) -> int:
        return self._children[name].backoff.ends

    def identities(self) -> dict[str, Identity]:
        """Who runs now, as it can be found again after the launcher is gone."""
        found = {name: child.process.identity() for name, child in self._children.items() if child.process}
        return {name: row for name, row in found.items() if row is not None}

    def send(self, name: str, number: signal.Signals) -> bool:
        """Signal a running child; False when it does not run."""
        child = self._children.get(name)
        if child is None or child.process is None or child.state is not ChildState.RUNNING:
            return False
        child.process.send(number)
        return True

    def restart(self, name: str) -> None:
        """SIGTERM to a child that runs, and its next start at once; one that waits to be started needs no more."""
        if self.send(name, signal.SIGTERM):
            self._children[name].is_due = True

    def stop(self, wait: Callable[[Callable[[], bool], float], bool]) -> None:
        """SIGTERM in reverse order, each with 10 s, then SIGKILL. `wait(condition, seconds)`: whether it came true.

        One after the other: the simulator and the gateways say goodbye to a broker and a backend that still live.
        """
        for child in reversed(self._children.values()):
            process, child.state = child.process, ChildState.STOPPED
            if process is None or process.poll() is not None:
                continue
            process.send(signal.SIGTERM)
            ended = wait(lambda process=process: process.poll() is not None, STOP_SECONDS)  # type: ignore[misc]
            process.kill_group()  # whatever it had started goes with it
            self._listener.stopped(child.spec.name, killed=not ended)

    def _begin(self, child: Child, now: float) -> None:
        again = child.state is ChildState.WAITING
        child.started_at = now
        child.starts += 1
        try:
            child.process = self._start(child.spec)
        except OSError:
            child.process = None
            self._note_end(child, None, now)
            return
        child.state = ChildState.RUNNING
        self._listener.started(child.spec.name, child.process.pid, again)

    def _note_end(self, child: Child, code: int | None, now: float) -> None:
        if child.process is not None:
            child.process.kill_group()  # a half-dead program must not keep the port of its successor
        if child.is_due:
            child.is_due, child.state = False, ChildState.WAITING
            self._begin(child, now)
            return
        child.backoff = child.backoff.after_end(now - child.started_at)
        child.again_at = now + child.backoff.delay_seconds
        child.state = ChildState.WAITING
        self._listener.ended(child.spec.name, code, child.backoff.delay_seconds)
