"""Stands in for `POST /api/v1/devices`: a small real HTTP server that makes real broker accounts."""

from __future__ import annotations

import json
import threading
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any, Self

from tests.harness.broker import Broker

TOKEN = "a-token-of-the-test"


class Registry:
    """Enrols on `broker` where one is given. `down` > 0: so many calls are answered 503; `lose` > 0: so many are done,
    but their answer is lost."""

    def __init__(self, broker: Broker | None = None) -> None:
        self.items: list[dict[str, Any]] = []
        self.calls = 0
        self.down = 0
        self.lose = 0
        self._broker = broker
        self._answers: dict[str, bytes] = {}

    def __enter__(self) -> Self:
        registry = self

        class Handler(BaseHTTPRequestHandler):
            def do_POST(self) -> None:
                registry._serve(self)

            def log_message(self, *_: object) -> None:
                """Quiet: the test looks at the effects."""

        self._server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
        self.url = f"http://127.0.0.1:{self._server.server_address[1]}"
        self._thread = threading.Thread(target=self._server.serve_forever, name="registry")
        self._thread.start()
        return self

    def __exit__(self, *_: object) -> None:
        self._server.shutdown()
        self._thread.join()
        self._server.server_close()

    def _serve(self, call: BaseHTTPRequestHandler) -> None:
        self.calls += 1
        body = json.loads(call.rfile.read(int(call.headers["Content-Length"])))
        if call.path != "/api/v1/devices" or call.headers["Authorization"] != f"Bearer {TOKEN}":
            return _send(call, 401, b'{"code":"unauthorized"}')
        if self.down > 0:
            self.down -= 1
            return _send(call, 503, b"{}")
        key = call.headers["Idempotency-Key"]
        if key not in self._answers:
            self._answers[key] = self._enrol(body["items"])
        if self.lose > 0:
            self.lose -= 1
            return call.connection.close()
        return _send(call, 201, self._answers[key])

    def _enrol(self, items: list[dict[str, Any]]) -> bytes:
        ids = [f"D{len(self.items) + number:04d}" for number in range(len(items))]
        secrets = self._broker.add_devices(ids) if self._broker else dict.fromkeys(ids, "secret")
        self.items.extend(items)
        rows = [
            {"device_id": device_id, "secret": secrets[device_id], "home_id": item.get("home_id", f"home-{device_id}")}
            for device_id, item in zip(ids, items, strict=True)
        ]
        return json.dumps({"items": rows}).encode()


def _send(call: BaseHTTPRequestHandler, status: int, body: bytes) -> None:
    call.send_response(status)
    call.send_header("Content-Length", str(len(body)))
    call.end_headers()
    call.wfile.write(body)
