"""One JSON call to the backend on loopback, with a deadline."""

from __future__ import annotations

import json
import secrets
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
        return self._send(method, path, payload, headers, seconds)

    def upload(self, path: str, name: str, content: bytes, seconds: float) -> tuple[int, dict[str, Any]]:
        """POST a file as a form's `file`; (status, body) as `call`."""
        boundary = secrets.token_hex(16)
        plain = "".join(letter for letter in name if letter.isalnum() or letter in "._-") or "file"
        head = f'--{boundary}\r\nContent-Disposition: form-data; name="file"; filename="{plain}"\r\n'
        payload = f"{head}\r\n".encode() + content + f"\r\n--{boundary}--\r\n".encode()
        headers = {"Accept": "application/json", "Content-Type": f"multipart/form-data; boundary={boundary}"}
        if self.token:
            headers["Authorization"] = f"Bearer {self.token}"
        return self._send("POST", path, payload, headers, seconds)

    def _send(
        self, method: str, path: str, payload: bytes | None, headers: dict[str, str], seconds: float
    ) -> tuple[int, dict[str, Any]]:
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
