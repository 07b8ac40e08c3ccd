"""A provider on loopback: keeps every byte that it is sent and answers as it is told."""

from __future__ import annotations

import ssl
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer


@dataclass(frozen=True)
class Received:
    """One request as it came. `headers`: lower-case names."""

    method: str
    target: str
    headers: dict[str, str]
    body: bytes


@dataclass
class Provider:
    """`status`, `answer`, `location`: for each request from now on. `hold`: an answer waits until it is set."""

    url: str
    status: int = 200
    answer: bytes = b"{}"
    location: str | None = None
    hold: threading.Event | None = None
    requests: list[Received] = field(default_factory=list)

    @property
    def host(self) -> str:
        """`127.0.0.1:port`."""
        return self.url.removeprefix("http://")

    @property
    def only(self) -> Received:
        """The one request that came."""
        (request,) = self.requests
        return request


@contextmanager
def provider(tls: ssl.SSLContext | None = None) -> Iterator[Provider]:
    """A server for the block, on a port that the system chooses. `tls`: it speaks https."""
    state = Provider("")

    class Handler(BaseHTTPRequestHandler):
        def do_POST(self) -> None:
            body = self.rfile.read(int(self.headers.get("content-length", "0")))
            headers = {name.lower(): value for name, value in self.headers.items()}
            state.requests.append(Received("POST", self.path, headers, body))
            if state.hold is not None:
                state.hold.wait(30)
            self.send_response(state.status)
            self.send_header("content-type", "application/json")
            self.send_header("content-length", str(len(state.answer)))
            if state.location is not None:
                self.send_header("location", state.location)
            self.end_headers()
            self.wfile.write(state.answer)

        def log_message(self, format: str, *args: object) -> None:
            """Nothing on the screen."""

    class Server(ThreadingHTTPServer):
        daemon_threads = True

        def handle_error(self, request: object, client_address: object) -> None:
            """A client that gave up waiting is no error of the server's."""

    server = Server(("127.0.0.1", 0), Handler)
    if tls is not None:
        server.socket = tls.wrap_socket(server.socket, server_side=True)
    state.url = f"{'https' if tls else 'http'}://127.0.0.1:{server.server_port}"
    thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.02}, name="provider")
    thread.start()
    try:
        yield state
    finally:
        if state.hold is not None:
            state.hold.set()
        server.shutdown()
        thread.join()
        server.server_close()
