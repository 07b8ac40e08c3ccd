"""Tells the backend which parts are down, so that the desk can say it; nobody else can speak for a dead program."""

from __future__ import annotations

import threading
from collections.abc import Callable, Mapping

from launcher.api import Backend
from launcher.mqtt_probe import Answer
from launcher.refusals import ODD_IN_SPAN
from launcher.supervisor import ChildState

REPORT_SECONDS = 5.0
MENDING_SECONDS = 0.5  # while something is down, so that the desk hears at once that it is back
REPORT_PATH = "/ingest/v1/health"
# These do not report themselves, so silence would be all that the desk ever hears of them.
SPOKEN_FOR = ("broker", "sim")


class HealthReporter(threading.Thread):
    """Reports every 5 s and whenever it is poked; a report that fails is made again at the next turn."""

    def __init__(
        self,
        backend: Backend,
        probe: Callable[[], Answer],
        states: Callable[[], Mapping[str, ChildState]],
        refused: Callable[[], int],
    ) -> None:
        super().__init__(name="health-reporter", daemon=True)
        self._refused = refused
        self._backend = backend
        self._probe = probe
        self._states = states
        self._poke = threading.Event()
        self._stopping = False

    def poke(self) -> None:
        """Something has changed: report now."""
        self._poke.set()

    def stop(self) -> None:
        self._stopping = True
        self._poke.set()

    def run(self) -> None:
        pause = REPORT_SECONDS
        while not self._stopping:
            self._poke.wait(pause)
            self._poke.clear()
            if not self._stopping:
                said = reports(self._states(), self._probe(), self._refused())
                for report in said:
                    self._backend.call("POST", REPORT_PATH, report)
                pause = REPORT_SECONDS if all(report["state"] == "up" for report in said) else MENDING_SECONDS


def reports(states: Mapping[str, ChildState], broker: Answer, refused: int = 0) -> list[dict[str, object]]:
    """What there is to say now: always of the broker and the simulator, of the others only that they are down.

    `refused`: log-ins that our broker refused within the last hour.
    """
    state, detail = _broker_state(states.get("broker"), broker)
    if state == "up" and refused >= ODD_IN_SPAN:
        state, detail = "degraded", "strangers_refused"
    figures = {"refused_last_hour": refused} if "broker" in states else {}
    said = [{**_report("broker", state, detail), "figures": figures}]
    for name, state in states.items():
        if name == "broker":
            continue
        if state is not ChildState.RUNNING:
            said.append(_report(name, "down", f"process_{state}"))
        elif name in SPOKEN_FOR:
            said.append(_report(name, "up", "process_running"))
    return said


def _broker_state(state: ChildState | None, answer: Answer) -> tuple[str, str]:
    """An external broker (no process of ours) may not know our probe's account: that it answers is enough."""
    if state is not None and state is not ChildState.RUNNING:
        return "down", f"process_{state}"
    if answer is Answer.SILENT:
        return "down", "no_answer"
    if answer is Answer.REFUSED and state is not None:
        return "degraded", "probe_refused"
    return "up", f"log_in_{answer}"


def _report(component: str, state: str, detail: str) -> dict[str, object]:
    return {"component": component, "state": state, "detail": detail, "figures": {}}
