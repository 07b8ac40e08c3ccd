"""A backend of the staff API in memory, for developing the console and for tests that must script the server."""

from __future__ import annotations

import asyncio
import json
import threading
from collections.abc import AsyncIterator
from pathlib import Path
from typing import Any, Final

import uvicorn
from fastapi import FastAPI, Request, Response
from fastapi.responses import JSONResponse, StreamingResponse
from fastapi.staticfiles import StaticFiles

from backend.api.console import POLICY
from contract.times import format_time
from contract.vocabulary import EVENT_TYPES, HANDLING_LABELS, OUTCOME_CODES, SEVERITY_LABELS, Label
from tests.fakes.console_desk import AlreadyAcceptedError, FakeDesk
from tests.fakes.console_dispatch import add_dispatch
from tests.harness.clock import wait_until

_DISTRICT: Final = {"locale": "zh-CN", "organisation_id": None}
STAFF: Final[dict[str, str | None]] = {
    "id": "staff-1",
    "username": "desk1",
    "name": "林海英",
    "role": "operator",
    **_DISTRICT,
}
OTHER: Final[dict[str, str | None]] = {
    "id": "staff-2",
    "username": "desk2",
    "name": "何建军",
    "role": "operator",
    **_DISTRICT,
}
PASSWORD: Final = "right-password"
_PING_SECONDS: Final = 5.0


def _term(code: str, label: Label, **extra: Any) -> dict[str, Any]:
    return {"code": code, "label": {"zh-CN": label.zh, "en": label.en}, **extra}


_VOCABULARY: Final = {
    "event_types": [
        _term(e.name, e.label, severity=e.severity, answered=e.answered, clears=e.clears) for e in EVENT_TYPES.values()
    ],
    "severities": [_term(code, label) for code, label in SEVERITY_LABELS.items()],
    "handlings": [_term(code, label) for code, label in HANDLING_LABELS.items()],
    "outcomes": [
        _term(o.code, o.label, needs_seen_by=o.needs_seen_by, spoken=o.spoken, grave=o.grave)
        for o in OUTCOME_CODES.values()
    ],
    "metrics": [],
}


class FakeBackend:
    """Serves `console_dir` at `/` and the API; `desk` is what it knows, the other fields script its behaviour.

    `frozen`: streams stay open and say nothing. `broken`: every API call answers 503 and streams are cut.
    `lose_answers`: that many unsafe calls are done but answered 503. `requests`: what came in.
    """

    def __init__(self, console_dir: Path, port: int) -> None:
        self.desk = FakeDesk()
        self.desk.on_change = self._broadcast
        self.port, self.url = port, f"http://127.0.0.1:{port}"
        self.frozen = self.broken = False
        self.lose_answers = 0
        self.requests: list[dict[str, Any]] = []
        self.answers: dict[str, dict[str, Any]] = {}
        self.sessions: dict[str, dict[str, Any]] = {}
        self.stream_count = 0
        self._queues: set[asyncio.Queue[str | None]] = set()
        self._loop: asyncio.AbstractEventLoop | None = None
        self._console_dir = console_dir

    def __enter__(self) -> FakeBackend:
        app = application(self, self._console_dir)
        config = uvicorn.Config(app, "127.0.0.1", self.port, log_level="error", timeout_graceful_shutdown=1)
        self._server = uvicorn.Server(config)
        self._thread = threading.Thread(target=self._server.run, name="console-fake", daemon=True)
        self._thread.start()
        wait_until(lambda: self._server.started, "the fake backend listens")
        return self

    def __exit__(self, *_: object) -> None:
        self.cut_streams()
        self._server.should_exit = True
        self._thread.join(10)

    def cut_streams(self) -> None:
        """Every open stream ends now."""
        self._put(None)

    def resync(self) -> None:
        """Tell every stream to reload its list, and end it."""
        self._put(_sse("resync", {}))
        self._put(None)

    def subscribe(self) -> asyncio.Queue[str | None]:
        """The queue of a new stream."""
        self._loop = asyncio.get_running_loop()
        queue: asyncio.Queue[str | None] = asyncio.Queue()
        self._queues.add(queue)
        self.stream_count += 1
        return queue

    def unsubscribe(self, queue: asyncio.Queue[str | None]) -> None:
        """That stream has ended."""
        self._queues.discard(queue)

    @property
    def streams(self) -> int:
        """How many streams are open."""
        return len(self._queues)

    def _broadcast(self, name: str, data: dict[str, Any], stream_id: int | None) -> None:
        if not self.frozen:
            self._put(_sse(name, data, stream_id))

    def _put(self, text: str | None) -> None:
        if self._loop is not None and not self._loop.is_closed():
            for queue in list(self._queues):
                self._loop.call_soon_threadsafe(queue.put_nowait, text)


def _sse(name: str, data: dict[str, Any], stream_id: int | None = None) -> str:
    head = f"id: {stream_id}\n" if stream_id is not None else ""
    return f"{head}event: {name}\ndata: {json.dumps(data, ensure_ascii=False)}\n\n"


def _problem(status: int, code: str, **extra: Any) -> JSONResponse:
    body = {"type": "about:blank", "title": code, "status": status, "detail": code, "code": code, **extra}
    return JSONResponse(body, status, media_type="application/problem+json")


async def _stream(fake: FakeBackend, after: int) -> AsyncIterator[str]:
    queue = fake.subscribe()
    try:
        if not fake.frozen:
            yield _sse("ping", {"at": format_time(fake.desk.now())})
            for stream_id, summary in list(fake.desk.changes):
                if stream_id > after:
                    yield _sse("alert", summary, stream_id)
        while True:
            try:
                text = await asyncio.wait_for(queue.get(), _PING_SECONDS)
            except TimeoutError:
                text = "" if fake.frozen else _sse("ping", {"at": format_time(fake.desk.now())})
            if text is None:
                return
            if text:
                yield text
    finally:
        fake.unsubscribe(queue)


def application(fake: FakeBackend, console_dir: Path) -> FastAPI:
    app = FastAPI()
    desk = fake.desk

    @app.middleware("http")
    async def gate(request: Request, call_next: Any) -> Response:
        path = request.url.path
        if not path.startswith("/api/"):
            answer: Response = await call_next(request)
            answer.headers["Content-Security-Policy"] = POLICY
            return answer
        head = request.headers
        fake.requests.append(
            {
                "method": request.method,
                "path": path,
                "key": head.get("idempotency-key"),
                "csrf": head.get("x-csrf-token"),
            }
        )
        if fake.broken:
            return _problem(503, "unavailable")
        session = fake.sessions.get(request.cookies.get("care_session", ""))
        if session is None and path not in ("/api/v1/session", "/api/v1/session/ways"):
            return _problem(401, "unauthenticated")
        if session is not None and request.method != "GET" and head.get("x-csrf-token") != session["csrf_token"]:
            return _problem(403, "csrf")
        request.state.session = session
        return await call_next(request)

    @app.get("/api/v1/session/ways")
    async def ways() -> dict[str, bool]:
        return {"oidc": False}

    @app.post("/api/v1/session")
    async def log_in(request: Request) -> JSONResponse:
        body = await request.json()
        staff = next((row for row in (STAFF, OTHER) if row["username"] == body["username"]), None)
        if staff is None or body["password"] != PASSWORD:
            return _problem(401, "bad_credentials")
        token = f"token-{len(fake.sessions)}"
        fake.sessions[token] = {
            "staff": staff,
            "csrf_token": f"csrf-{token}",
            "expires_at": "2026-11-25T03:12:45.000Z",
            "must": None,
        }
        answer = JSONResponse(fake.sessions[token])
        answer.set_cookie("care_session", token, httponly=True, samesite="strict")
        return answer

    @app.get("/api/v1/session")
    async def who(request: Request) -> JSONResponse:
        return JSONResponse(request.state.session) if request.state.session else _problem(401, "unauthenticated")

    @app.delete("/api/v1/session")
    async def log_out(request: Request) -> Response:
        fake.sessions.pop(request.cookies.get("care_session", ""), None)
        return Response(status_code=204)

    @app.get("/api/v1/alerts")
    async def alerts() -> dict[str, Any]:
        items = desk.open_alerts()
        return {"items": items, "stream_id": len(desk.changes), "total": len(items)}

    add_dispatch(app, desk)

    @app.get("/api/v1/alerts/{alert_id}")
    async def alert(alert_id: str) -> Any:
        return desk.detail(alert_id) if alert_id in desk.alerts else _problem(404, "not_found")

    @app.post("/api/v1/alerts/{alert_id}/{action}")
    async def act(alert_id: str, action: str, request: Request) -> Any:
        key = request.headers.get("idempotency-key", "")
        if key not in fake.answers:
            raw = await request.body()
            body = json.loads(raw) if raw else {}
            if action == "close" and desk.needs_seen_by(alert_id, body):
                return _problem(422, "needs_seen_by")
            try:
                if action == "accept":
                    desk.accept(alert_id, request.state.session["staff"])
                else:
                    desk.act(alert_id, action, body, request.state.session["staff"])
            except AlreadyAcceptedError as taken:
                return _problem(409, "already_accepted", holder=taken.holder, since=taken.since)
            fake.answers[key] = desk.detail(alert_id)
        if fake.lose_answers > 0:
            fake.lose_answers -= 1
            return _problem(503, "unavailable")
        return fake.answers[key]

    @app.get("/api/v1/vocabulary")
    async def vocabulary() -> dict[str, Any]:
        return _VOCABULARY

    @app.get("/api/v1/health")
    async def health() -> dict[str, Any]:
        return {"components": list(desk.components.values()), "at": format_time(desk.now())}

    @app.get("/api/v1/stream")
    async def stream(request: Request, after: int = 0) -> StreamingResponse:
        resume = int(request.headers.get("last-event-id", after))
        return StreamingResponse(_stream(fake, resume), media_type="text/event-stream")

    app.mount("/", StaticFiles(directory=console_dir, html=True), name="console")
    return app
