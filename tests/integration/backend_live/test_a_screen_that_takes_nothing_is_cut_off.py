"""A screen that is connected and reads nothing costs a bounded queue for a bounded time."""

from __future__ import annotations

import socket
from collections.abc import Iterator
from contextlib import contextmanager

from fastapi import FastAPI
from starlette.types import ASGIApp, Receive, Send
from starlette.types import Scope as AsgiScope

from backend.adapters.clock import SystemClock
from backend.api import stream
from backend.api.server import HttpServer
from backend.domain.access.sight import WHOLE
from backend.services.identity.actor import Actor, ActorKind, Scope
from backend.services.live.hub import Hub
from backend.services.live.lens import EVERYTHING
from backend.services.live.tail import Tail
from backend.services.live.watch_changes import WatchChanges
from tests.fakes.live_changes import MemoryChangeLog, SaidComponents
from tests.harness.clock import wait_until


class OpenDoor:
    """Lets everybody in; plain ASGI as the real one, so that a slow screen is felt where it would be."""

    def __init__(self, app: ASGIApp) -> None:
        self._app = app

    async def __call__(self, scope: AsgiScope, receive: Receive, send: Send) -> None:
        actor = Actor(ActorKind.SERVICE, "cli", "cli", scopes=frozenset({Scope.READ}))
        scope.setdefault("state", {}).update(actor=actor, sight=WHOLE)
        await self._app(scope, receive, send)


@contextmanager
def serving(changes: MemoryChangeLog, hub: Hub) -> Iterator[int]:
    """The stream alone, open to everybody; its port."""
    components, clock = SaidComponents(), SystemClock()
    tail = Tail(hub, changes, components, clock, poll_seconds=0.005)
    watch = WatchChanges(hub, tail, changes, components, clock)
    api = FastAPI()

    api.add_middleware(OpenDoor)
    api.include_router(
        stream.router(stream.StreamCalls(watch, hub, lambda *_: True, lambda _: EVERYTHING, send_seconds=0.3))
    )
    server = HttpServer(api, "127.0.0.1", 0)
    server.start()
    try:
        yield server.port
    finally:
        tail.stop()
        server.stop()


def test_it_is_let_go_and_the_others_hear_on() -> None:
    changes, hub = MemoryChangeLog(), Hub()
    with serving(changes, hub) as port, socket.socket() as screen:
        screen.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, 4096)
        screen.settimeout(10)
        screen.connect(("127.0.0.1", port))
        screen.sendall(b"GET /stream?after=0 HTTP/1.1\r\nHost: x\r\n\r\n")
        wait_until(lambda: hub.watchers == 1, "it is connected")
        for _ in range(300):
            changes.add(note="x" * 30_000)
        wait_until(lambda: hub.watchers == 0, "it was let go")
        with socket.create_connection(("127.0.0.1", port), timeout=10) as other:
            other.sendall(b"GET /stream?after=299 HTTP/1.1\r\nHost: x\r\n\r\n")
            heard = b""
            while b"id: 300\n" not in heard:
                heard += other.recv(65_536)
