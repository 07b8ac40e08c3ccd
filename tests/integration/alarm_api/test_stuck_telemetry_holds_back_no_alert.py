"""Every thread of telemetry waits for its store, and an alert is shown and accepted all the same (rule 9)."""

from __future__ import annotations

import threading
from collections import Counter
from collections.abc import Iterator, Sequence
from typing import Any

import httpx2
import pytest
from fastapi import FastAPI, Request, Response
from sqlalchemy import Engine

from backend.api import alerts, problems, telemetry, telemetry_privacy
from backend.api.server import HttpServer
from backend.api.telemetry_turns import MOST_WAITING, THREADS
from backend.domain.access.sight import WHOLE
from backend.services.identity.actor import Actor, ActorKind, StaffRole
from backend.services.telemetry.erase_person import ErasePerson
from backend.services.telemetry.forget_device import StoreForgets
from backend.services.telemetry.homes import Place
from backend.services.telemetry.ports import Window
from backend.services.telemetry.read_latest import ReadLatest
from backend.services.telemetry.read_series import ReadSeries
from tests.fakes.telemetry_homes import MemoryErasures, MemoryHomes
from tests.fakes.telemetry_store import MemoryTelemetryStore
from tests.harness.alarm import Alarm
from tests.harness.clock import wait_until
from tests.harness.database import database, database_url, empty_database_url

__all__ = ["database", "database_url", "empty_database_url"]
CALLS = 60
"""More than the threads that all sync calls share (40), and than may wait here."""


class StuckStore(MemoryTelemetryStore):
    """Answers nothing until it is let go."""

    def __init__(self) -> None:
        super().__init__()
        self.gate = threading.Event()
        self.entered = threading.Semaphore(0)

    def windows(self, device_id: str, metric: str, start: float, end: float, seconds: int) -> list[Window]:
        self.wait()
        return []

    def delete(self, device_id: str, start: float, end: float) -> int:
        self.wait()
        return 0

    def wait(self) -> None:
        self.entered.release()
        self.gate.wait(60)


@pytest.fixture
def server(database: Engine) -> Iterator[tuple[str, StuckStore, Alarm]]:
    """Alerts and telemetry in one process, behind a door that lets everybody in."""
    alarm, store = Alarm(database), StuckStore()
    app = FastAPI()

    @app.middleware("http")
    async def let_in(request: Request, call_next: Any) -> Response:
        request.state.actor = Actor(ActorKind.STAFF, "a", "a", StaffRole(request.headers["x-role"]), frozenset())
        request.state.sight = WHOLE
        answer: Response = await call_next(request)
        return answer

    homes = MemoryHomes({"R1": "H1"}, [Place("X1", "terminal", None, "H1")])
    erase = ErasePerson([StoreForgets(store)], homes, MemoryErasures(), alarm.clock, lambda: "request-1", lambda: None)

    def export(places: Sequence[Place], format_: str) -> Iterator[bytes]:
        store.wait()
        yield b""

    problems.install(app, ())
    reads = telemetry.TelemetryReads(ReadSeries(store, alarm.clock), ReadLatest(store, homes), homes, alarm.clock)
    app.include_router(alerts.router(alerts.AlertCalls(alarm.act, alarm.reader)))
    app.include_router(telemetry.router(reads))
    app.include_router(telemetry_privacy.router(telemetry_privacy.PrivacyCalls(homes, export, erase)))
    running = HttpServer(app, "127.0.0.1", 0, "")
    running.start()
    yield f"http://127.0.0.1:{running.port}", store, alarm
    store.gate.set()
    running.stop()


def call(url: str, found: Counter[tuple[int, str]], lock: threading.Lock, *, method: str) -> None:
    answer = httpx2.request(
        method, url, headers={"x-role": "administrator"}, json={} if method == "POST" else None, timeout=90
    )
    is_problem = answer.status_code >= 400
    with lock:
        found[answer.status_code, answer.json()["code"] if is_problem else ""] += 1


@pytest.mark.parametrize(
    ("method", "path", "stuck"),
    [
        ("GET", "/devices/X1/series?metric=heart_rate", THREADS),
        ("GET", "/devices/X1/telemetry/export", telemetry_privacy.EXPORTS_AT_ONCE),
        ("POST", "/residents/R1/telemetry/erase", THREADS),
    ],
)
def test_an_alert_is_accepted_while_every_thread_of_telemetry_is_stuck(
    server: tuple[str, StuckStore, Alarm], method: str, path: str, stuck: int
) -> None:
    url, store, alarm = server
    alarm.enrol("X1")
    alarm.press("X1")
    found: Counter[tuple[int, str]] = Counter()
    lock = threading.Lock()
    calls = [
        threading.Thread(target=call, args=(url + path, found, lock), kwargs={"method": method}, name=f"call-{number}")
        for number in range(CALLS)
    ]
    for one in calls:
        one.start()
    try:
        assert all(store.entered.acquire(timeout=30) for _ in range(stuck))
        refused = CALLS - THREADS - MOST_WAITING if stuck == THREADS else 1
        wait_until(lambda: found.total() >= refused, "those that are too many to be told so")
        alert = alarm.only()
        answer = httpx2.post(f"{url}/alerts/{alert.id}/accept", headers={"x-role": "operator"}, timeout=20)
        assert answer.status_code == 200, answer.text
        assert {status for status, _ in found} == {503}
        assert {code for _, code in found} <= {"telemetry_busy", "exports_busy"}
    finally:
        store.gate.set()
        for one in calls:
            one.join(60)
    assert found[200, ""] >= stuck
