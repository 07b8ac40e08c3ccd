"""The heartbeat is a request to an address; nobody there is no reason to stop."""

from __future__ import annotations

import threading
from http.server import BaseHTTPRequestHandler, HTTPServer

from backend.adapters.heartbeat import UrlHeartbeat
from tests.harness.ports import free_port


def test_a_beat_is_heard_refused_or_lost_and_never_raises() -> None:
    asked: list[str] = []

    class Outside(BaseHTTPRequestHandler):
        def do_GET(self) -> None:
            asked.append(self.path)
            self.send_response(204 if self.path.startswith("/alive") else 500)
            self.end_headers()

        def log_message(self, *_: object) -> None:
            pass

    server = HTTPServer(("127.0.0.1", 0), Outside)
    thread = threading.Thread(target=server.serve_forever, name="outside")
    thread.start()
    try:
        url = f"http://127.0.0.1:{server.server_port}"
        assert UrlHeartbeat(f"{url}/alive?key=1").beat(12)
        assert not UrlHeartbeat(f"{url}/broken").beat(0)
        assert asked == ["/alive?key=1&open=12", "/broken?open=0"]
    finally:
        server.shutdown()
        thread.join()
        server.server_close()
    assert not UrlHeartbeat(f"http://127.0.0.1:{free_port()}/alive").beat(1)
    assert not UrlHeartbeat("").beat(1)
