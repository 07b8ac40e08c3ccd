"""How a step is repeated in a thread of its own: it survives an exception, shows that it lives, ends when told to."""

from __future__ import annotations

import threading
from collections.abc import Callable
from typing import Final

import structlog

from gateway.core.ports import Clock

PAUSE_AFTER_ERROR_SECONDS: Final = 0.5
log = structlog.get_logger()


class Loop:
    """Calls `step` again and again; it returns how many seconds to wait, which `wake` cuts short."""

    def __init__(self, name: str, step: Callable[[], float], clock: Clock) -> None:
        self.name = name
        self.stopping = threading.Event()
        self.failures = 0
        """How many steps in a row have ended in an exception."""
        self._step = step
        self._clock = clock
        self._bell = threading.Event()
        self._beat = clock.monotonic()
        self._failing: str | None = None
        self._thread = threading.Thread(target=self._run, name=name, daemon=True)

    def start(self) -> None:
        self._beat = self._clock.monotonic()
        self._thread.start()

    def wake(self) -> None:
        """Look again now."""
        self._bell.set()

    def stop(self) -> None:
        """Tell it to end; `join` waits for it."""
        self.stopping.set()
        self._bell.set()

    def join(self, seconds: float) -> bool:
        """Whether it has ended within `seconds`."""
        if self._thread.ident is not None:
            self._thread.join(seconds)
        return not self._thread.is_alive()

    def silent_for(self) -> float:
        """Seconds since it last began a step."""
        return self._clock.monotonic() - self._beat

    def _run(self) -> None:
        while not self.stopping.is_set():
            self._beat = self._clock.monotonic()
            self._bell.clear()
            pause = self._guarded()
            if pause > 0 and not self.stopping.is_set():
                self._bell.wait(pause)

    def _guarded(self) -> float:
        try:
            pause = self._step()
        except Exception as error:  # a thread that ends in silence would take the promise with it
            kind = f"{type(error).__name__}: {error}"
            if kind != self._failing:
                log.exception("step_failed", loop=self.name)
            self._failing = kind
            self.failures += 1
            return PAUSE_AFTER_ERROR_SECONDS
        if self._failing:
            log.info("step_recovered", loop=self.name)
        self._failing, self.failures = None, 0
        return pause
