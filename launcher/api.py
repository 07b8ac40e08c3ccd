"""One JSON call to the backend on loopback, with a deadline."""

from __future__ import annotations

import json
from dataclasses import dataclass
from http.client import HTTPConnection, HTTPException
from typing import Any


@dataclass(frozen=True)
class Backend:
    """A backend on this machine and the token that we show it."""

    port: int
    token: str = ""
    host: str = "127.0.0.1"

    def call(
        self, method: str, path: str, body: object = None, seconds: float = 2.0, key: str = ""
    ) -> tuple[int, dict[str, Any]]:
        """(status, body). Status 0: no answer. `key` is an Idempotency-Key. A body that is not a JSON object is {}."""
        headers = {"Accept": "application/json"}
        if self.token:
            headers["Authorization"] = f"Bearer {self.token}"
        if key:
            headers["Idempotency-Key"] = key
        payload = None
        if body is not None:
            payload = json.dumps(body).encode()
            headers["Content-Type"] = "application/json"
        connection = HTTPConnection(self.host, self.port, timeout=seconds)
        try:
            connection.request(method, path, body=payload, headers=headers)
            answer = connection.getresponse()
            return answer.status, _object(answer.read())
        except (OSError, HTTPException):
            return 0, {}
        finally:
            connection.close()


def _object(raw: bytes) -> dict[str, Any]:
    try:
        parsed = json.loads(raw)
    except ValueError:
        return {}
    return parsed if isinstance(parsed, dict) else {}
