"""Stand-in backend: `/healthz`, health reports kept in a file, and enrolment that writes the broker's password file."""

from __future__ import annotations

import json
import os
import signal
import sys
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path

from launcher.credentials import mosquitto_hash


class Handler(BaseHTTPRequestHandler):
    """Three calls."""

    def do_GET(self) -> None:
        self._answer(200 if self.path == "/healthz" else 404, {})

    def do_POST(self) -> None:
        body = json.loads(self.rfile.read(int(self.headers["Content-Length"])))
        if self.path == "/ingest/v1/health":
            with Path("var/reports.jsonl").open("a") as reports:
                reports.write(json.dumps(body) + "\n")
            self._answer(204, {})
        elif self.path == "/api/v1/devices":
            self._answer(201, {"items": [self._enrol(number) for number, _ in enumerate(body["items"])]})
        else:
            self._answer(404, {})

    def _enrol(self, number: int) -> dict[str, str]:
        device, secret = f"standin-{number}", f"secret-{number}"
        passwd = Path("var/broker/passwd")
        fresh = passwd.with_suffix(".fresh")
        fresh.write_text(passwd.read_text() + f"{device}:{mosquitto_hash(secret, b'123456789012')}\n")
        fresh.chmod(0o600)
        fresh.replace(passwd)
        return {"device_id": device, "secret": secret}

    def _answer(self, status: int, body: object) -> None:
        payload = b"" if status == 204 else json.dumps(body).encode()
        self.send_response(status)
        self.send_header("Content-Length", str(len(payload)))
        self.end_headers()
        self.wfile.write(payload)

    def log_message(self, format: str, *args: object) -> None:
        """Requests are not logged."""


def main() -> None:
    signal.signal(signal.SIGTERM, lambda *_: sys.exit(0))
    ThreadingHTTPServer(("127.0.0.1", int(os.environ["CARE_BACKEND_PORT"])), Handler).serve_forever()


main()
