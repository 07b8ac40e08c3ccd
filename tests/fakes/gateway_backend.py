"""A small real HTTP server that speaks the ingest API, remembers what it stored, and can be told to misbehave."""

from __future__ import annotations

import threading
from collections.abc import Callable
from contextlib import suppress
from dataclasses import dataclass, field
from datetime import timedelta
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any, Self

import msgspec

from contract.ingest import (
    BatchAnswer,
    ClaimAnswer,
    CommandOutcome,
    CommandOutcomes,
    EventBatch,
    EventItem,
    EventsAnswer,
    HealthReport,
    JsonBatch,
    JsonItem,
    OutboundCommand,
    Outcome,
)
from contract.times import format_time
from contract.topics import answer_id
from tests.harness.clock import stopwatch, wall_now
from tests.harness.ports import free_port

TOKEN = "token-of-the-test"
Judge = Callable[[str, list[Any]], int]
"""Path and items of a request → the status to answer; anything but 202 stores nothing."""


@dataclass
class Stored:
    """What the backend has taken, in the order of arrival."""

    events: list[EventItem] = field(default_factory=list)
    batches: list[tuple[str, list[JsonItem]]] = field(default_factory=list)
    outcomes: list[CommandOutcome] = field(default_factory=list)
    health: list[HealthReport] = field(default_factory=list)


class FakeBackend:
    """Use as a context manager. `stop` and `start` keep the port: that is how a backend is away."""

    def __init__(self) -> None:
        self.port = free_port()
        self.stored = Stored()
        self.judge: Judge = lambda _path, _items: 202
        self.answers = True
        """Whether a stored press is answered with `reassure/received`."""
        self.gate = threading.Event()
        """Cleared: requests to the event and batch calls hang until it is set."""
        self.gate.set()
        self._commands: list[OutboundCommand] = []
        self._server: ThreadingHTTPServer | None = None
        self._lock = threading.Lock()

    @property
    def away(self) -> bool:
        return self._server is None

    @property
    def url(self) -> str:
        return f"http://127.0.0.1:{self.port}"

    def __enter__(self) -> Self:
        self.start()
        return self

    def __exit__(self, *_: object) -> None:
        self.gate.set()
        self.stop()

    def start(self) -> None:
        handler = type("Handler", (_Handler,), {"backend": self})
        self._server = ThreadingHTTPServer(("127.0.0.1", self.port), handler)
        self._server.daemon_threads = True
        threading.Thread(target=self._server.serve_forever, args=(0.02,), name="fake-backend", daemon=True).start()

    def stop(self) -> None:
        server, self._server = self._server, None
        if server is not None:
            server.shutdown()
            server.server_close()

    def offer(self, command: OutboundCommand) -> None:
        """The next claim gets it."""
        with self._lock:
            self._commands.append(command)

    def event_ids(self) -> list[str]:
        """Ids of the readable events stored, copies included."""
        return [msgspec.json.decode(item.event)["id"] for item in list(self.stored.events) if bytes(item.event)]

    def items(self, path: str) -> list[JsonItem]:
        return [item for where, batch in list(self.stored.batches) if where == path for item in batch]

    def reassure(self, device_id: str, event_id: str, lifetime: timedelta = timedelta(minutes=5)) -> OutboundCommand:
        return OutboundCommand(
            id=answer_id(device_id, event_id, "received"),
            device_id=device_id,
            command="reassure",
            args={"stage": "received", "event_id": event_id},
            expires=format_time(wall_now() + lifetime),
            lease=f"lease-{event_id}",
        )

    def take(self, path: str, body: bytes) -> tuple[int, Any]:
        """One request."""
        if path == "events":
            return self._take_events(msgspec.json.decode(body, type=EventBatch))
        if path in ("telemetry", "status", "results"):
            return self._take_batch(path, msgspec.json.decode(body, type=JsonBatch))
        if path == "commands/claim":
            return 200, ClaimAnswer(commands=self._claim(msgspec.json.decode(body)["wait_seconds"]))
        if path == "commands/outcomes":
            self.stored.outcomes += msgspec.json.decode(body, type=CommandOutcomes).items
            return 200, BatchAnswer(outcomes=[])
        if path == "health":
            self.stored.health.append(msgspec.json.decode(body, type=HealthReport))
            return 204, None
        return 404, None

    def _take_events(self, batch: EventBatch) -> tuple[int, Any]:
        self.gate.wait(30)
        status = self.judge("events", list(batch.items))
        if status != 202:
            return status, None
        with self._lock:
            self.stored.events += batch.items
        commands = []
        for item in batch.items:
            if self.answers and bytes(item.event):
                commands.append(self.reassure(item.device_id, msgspec.json.decode(item.event)["id"]))
        return 202, EventsAnswer(outcomes=_accepted(len(batch.items)), commands=commands)

    def _take_batch(self, path: str, batch: JsonBatch) -> tuple[int, Any]:
        self.gate.wait(30)
        status = self.judge(path, list(batch.items))
        if status != 202:
            return status, None
        with self._lock:
            self.stored.batches.append((path, list(batch.items)))
        return 202, BatchAnswer(outcomes=_accepted(len(batch.items)))

    def _claim(self, wait_seconds: float) -> list[OutboundCommand]:
        """A long poll that ends early when the server is stopped."""
        until, idle = stopwatch() + wait_seconds, threading.Event()
        while not self.away:
            with self._lock:
                claimed, self._commands = self._commands, []
            if claimed or stopwatch() > until:
                return claimed
            idle.wait(0.01)
        return []


def _accepted(count: int) -> list[Outcome]:
    return [Outcome(index=index, outcome="accepted") for index in range(count)]


class _Handler(BaseHTTPRequestHandler):
    backend: FakeBackend
    protocol_version = "HTTP/1.1"
    disable_nagle_algorithm = True
    wbufsize = -1

    def handle(self) -> None:
        with suppress(ConnectionResetError):  # a gateway that ends does not say goodbye
            super().handle()

    def do_POST(self) -> None:
        body = self.rfile.read(int(self.headers["Content-Length"]))
        if self.backend.away:
            self.close_connection = True  # kept connections die with a server
            return
        if self.headers["Authorization"] != f"Bearer {TOKEN}":
            self._say(401, b"")
            return
        status, answer = self.backend.take(self.path.removeprefix("/ingest/v1/"), body)
        self._say(status, b"" if answer is None else msgspec.json.encode(answer))

    def _say(self, status: int, content: bytes) -> None:
        try:
            self.send_response(status)
            if status != 204:
                self.send_header("Content-Length", str(len(content)))
            self.end_headers()
            self.wfile.write(content)
        except (BrokenPipeError, ConnectionResetError):
            self.close_connection = True  # the gateway did not wait

    def log_message(self, format: str, *args: Any) -> None:
        """Silent."""
