"""More desk calls than the server has threads wait for something; a press is taken all the same (rule 9)."""

from __future__ import annotations

import threading
from collections.abc import Iterator
from typing import Any

import httpx2
import pytest
from fastapi import FastAPI, Request, Response
from sqlalchemy import Engine

from backend.api import alerts, ingest_events
from backend.api.server import HttpServer
from backend.domain.access.sight import WHOLE, Sight
from backend.services.alarm.views import AlertDetail, AlertPage
from backend.services.identity.actor import Actor, ActorKind, Scope, StaffRole
from tests.harness.alarm import Alarm
from tests.harness.database import database, database_url, empty_database_url

__all__ = ["database", "database_url", "empty_database_url"]
THREADS = 40
"""anyio's own limit, which all sync calls share."""


class StuckReader:
    """An `AlertReader` that waits until it is let go."""

    def __init__(self) -> None:
        self.gate = threading.Event()
        self.entered = threading.Semaphore(0)

    def open(self, limit: int, desk: str | None = None, sight: Sight = WHOLE) -> AlertPage:
        self.entered.release()
        self.gate.wait(60)
        return AlertPage(items=[], stream_id=0, total=0)

    def closed(self, limit: int, desk: str | None = None, sight: Sight = WHOLE) -> AlertPage:
        return self.open(limit)

    def detail(self, alert_id: str) -> AlertDetail | None:
        return None


@pytest.fixture
def server(database: Engine) -> Iterator[tuple[HttpServer, StuckReader, Alarm]]:
    """The two routers behind a door that lets everybody in."""
    alarm, reader = Alarm(database), StuckReader()
    app = FastAPI()

    @app.middleware("http")
    async def let_in(request: Request, call_next: Any) -> Response:
        request.state.actor = Actor(ActorKind.STAFF, "a", "a", StaffRole.OPERATOR, frozenset({Scope.INGEST}))
        request.state.sight = WHOLE
        answer: Response = await call_next(request)
        return answer

    app.include_router(alerts.router(alerts.AlertCalls(alarm.act, reader)))
    app.include_router(ingest_events.router(alarm.ingest, lambda outcome, reason: None))
    running = HttpServer(app, "127.0.0.1", 0, "")
    running.start()
    yield running, reader, alarm
    reader.gate.set()
    running.stop()


def test_a_press_is_taken_while_every_thread_of_the_desk_is_stuck(
    server: tuple[HttpServer, StuckReader, Alarm],
) -> None:
    running, reader, alarm = server
    url = f"http://127.0.0.1:{running.port}"
    calls = [
        threading.Thread(target=httpx2.get, args=(f"{url}/alerts",), kwargs={"timeout": 90}, name=f"desk-{number}")
        for number in range(THREADS + 10)
    ]
    for call in calls:
        call.start()
    try:
        assert all(reader.entered.acquire(timeout=30) for _ in range(THREADS))
        item = {"device_id": "X1", "received_at": "2026-11-24T03:12:45.000Z", "event": alarm.event("X1", "e1")}
        answer = httpx2.post(f"{url}/events", json={"gateway": "gw1", "items": [item]}, timeout=20)
        assert answer.status_code == 202
        assert [alert.device_id for alert in alarm.open()] == ["X1"]
    finally:
        reader.gate.set()
        for call in calls:
            call.join(60)
