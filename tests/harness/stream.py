"""The server-sent events of the desk, read as a browser reads them: resumed by id, nothing taken for granted."""

from __future__ import annotations

import json
import threading
from dataclasses import dataclass
from typing import Any

import httpx2

from tests.harness.clock import PATIENCE_SECONDS, stopwatch, wait_until


@dataclass(frozen=True)
class Shown:
    """One event of the stream: `id` None for those without; `at` by `stopwatch`."""

    id: int | None
    event: str
    data: Any
    at: float


class Stream:
    """Reads until `close`; connects again by itself from the last id it saw."""

    def __init__(self, url: str, cookies: dict[str, str], after: int) -> None:
        self.shown: list[Shown] = []
        self.connections = 0
        self._url = f"{url}/api/v1/stream"
        self._cookies = cookies
        self._last = after
        self._stop = threading.Event()
        self._opened = threading.Event()
        self._thread = threading.Thread(target=self._run, name="stream", daemon=True)
        self._thread.start()
        assert self._opened.wait(15), "the stream opens"

    def close(self) -> None:
        """The reader ends with the next event or ping."""
        self._stop.set()
        self._thread.join(10)

    def alerts(self, device_id: str | None = None) -> list[Shown]:
        """The alert changes so far, of one device or of all."""
        wanted = [shown for shown in list(self.shown) if shown.event == "alert"]
        return [s for s in wanted if device_id is None or s.data["device_id"] == device_id]

    def wait_alert(self, device_id: str, seconds: float = PATIENCE_SECONDS) -> Shown:
        """The first change of an alert of this device."""
        return wait_until(
            lambda: next(iter(self.alerts(device_id)), None), f"{device_id} on the stream", seconds, every=0.002
        )

    def _run(self) -> None:
        with httpx2.Client(timeout=httpx2.Timeout(5.0, read=15.0), cookies=self._cookies) as client:
            while not self._stop.is_set():
                try:
                    self._read(client)
                except httpx2.HTTPError:
                    self._stop.wait(0.1)

    def _read(self, client: httpx2.Client) -> None:
        headers = {"Accept": "text/event-stream", "Last-Event-ID": str(self._last)}
        with client.stream("GET", self._url, headers=headers) as answer:
            answer.raise_for_status()
            self.connections += 1
            self._opened.set()
            fields: dict[str, str] = {}
            for line in answer.iter_lines():
                if self._stop.is_set():
                    return
                if line:
                    name, _, value = line.partition(":")
                    fields[name] = value.removeprefix(" ")
                elif fields:
                    self._take(fields)
                    fields = {}

    def _take(self, fields: dict[str, str]) -> None:
        number = int(fields["id"]) if "id" in fields else None
        if number is not None:
            self._last = number
        if "data" in fields:
            data = json.loads(fields["data"]) if fields["data"] else None
            self.shown.append(Shown(number, fields.get("event", "message"), data, stopwatch()))
