"""A whole backend on SQLite with a real HTTP server, and a plain reader of server-sent events."""

from __future__ import annotations

import json
import threading
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

import httpx2
import pytest

from contract.times import format_time
from contract.topics import source
from contract.vocabulary import SOS
from tests.harness.backend import Platform, running
from tests.harness.clock import ManualClock


@dataclass(frozen=True)
class Said:
    """One message: `id` None where it has none."""

    event: str
    id: str | None
    data: Any


class Reader(threading.Thread):
    """Reads one stream until it ends, and does not connect again."""

    def __init__(self, client: httpx2.Client, path: str = "/api/v1/stream", **headers: str) -> None:
        super().__init__(name="reader", daemon=True)
        self.said: list[Said] = []
        self._client, self._path, self._headers = client, path, headers
        self.start()

    def run(self) -> None:
        timeout = httpx2.Timeout(10.0, read=30.0)
        try:
            with self._client.stream("GET", self._path, headers=self._headers, timeout=timeout) as answer:
                assert answer.headers["content-type"].startswith("text/event-stream")
                self._read(answer.iter_lines())
        except httpx2.HTTPError:
            return

    def _read(self, lines: Iterator[str]) -> None:
        fields: dict[str, str] = {}
        for line in lines:
            name, _, value = line.partition(": ")
            if line:
                fields[name] = value
            elif "event" in fields:
                self.said.append(Said(fields["event"], fields.get("id"), json.loads(fields["data"])))
                fields = {}

    def of(self, event: str) -> list[Said]:
        return [said for said in list(self.said) if said.event == event]


def press(platform: Platform, device_id: str, event_id: str) -> None:
    """What the gateway hands over when somebody presses."""
    now = format_time(ManualClock().now())
    event = {"specversion": "1.0", "id": event_id, "source": source(device_id), "type": SOS, "data": {"seq": 1}}
    item = {"device_id": device_id, "received_at": now, "event": event}
    with platform.client("gw1") as gateway:
        answer = gateway.post("/ingest/v1/events", json={"gateway": "gw1", "items": [item]})
        assert answer.status_code == 202, answer.text


@pytest.fixture(scope="module")
def platform(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Platform]:
    folder = tmp_path_factory.mktemp("platform")
    with running(folder, f"sqlite:///{folder}/care.sqlite") as found:
        yield found
