"""A backend of every role in this process, on a real port, with its accounts."""

from __future__ import annotations

import itertools
import json
from collections.abc import Iterator
from contextlib import ExitStack
from dataclasses import dataclass, field
from typing import Any

import httpx2
import pytest

from backend.app import Backend, Role
from backend.settings import Settings
from contract.times import format_time
from contract.topics import source
from contract.vocabulary import SOS
from tests.harness.credentials import Credentials
from tests.harness.desk import Desk, demo_accounts


@dataclass
class Running:
    """The backend, a gateway's client, and the desks that were opened."""

    backend: Backend
    gateway: httpx2.Client
    accounts: dict[str, str]
    stack: ExitStack
    desks: dict[str, Desk] = field(default_factory=dict)
    numbers: Iterator[int] = field(default_factory=lambda: itertools.count(1))

    def device(self) -> str:
        """One that nobody has used."""
        return f"X{next(self.numbers)}"

    def desk(self, username: str) -> Desk:
        """The desk of this person, logged in once."""
        if username not in self.desks:
            self.desks[username] = self.stack.enter_context(Desk(self.backend.url, username, self.accounts[username]))
        return self.desks[username]

    def hand_over(self, *items: dict[str, Any]) -> httpx2.Response:
        return self.gateway.post("/events", json={"gateway": "gw1", "items": list(items)})

    def press(self, device_id: str, event_id: str) -> dict[str, Any]:
        now = format_time(self.backend._clock.now())
        event = {
            "specversion": "1.0",
            "id": event_id,
            "source": source(device_id),
            "type": SOS,
            "time": now,
            "data": {"seq": 1, "boot": 1, "sos_seq": 1},
        }
        answer = self.hand_over({"device_id": device_id, "received_at": now, "retained": False, "event": event})
        assert answer.status_code == 202, answer.text
        found: dict[str, Any] = answer.json()
        return found

    def claim(self, wait_seconds: float = 5.0) -> list[dict[str, Any]]:
        body = {"gateway": "gw1", "lane": "emergency", "max": 50, "wait_seconds": wait_seconds}
        answer = self.gateway.post("/commands/claim", json=body)
        assert answer.status_code == 200, answer.text
        commands: list[dict[str, Any]] = answer.json()["commands"]
        return commands


@pytest.fixture(scope="module")
def running(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Running]:
    """One for all tests, each with devices of its own. On SQLite; the use cases behind it run on both databases."""
    tmp_path = tmp_path_factory.mktemp("backend")
    credentials = Credentials(tmp_path / "keys", ["gw1"])
    sheet = tmp_path / "demo.json"
    settings = Settings(
        port=0,
        database_url=f"sqlite:///{tmp_path}/care.sqlite",
        telemetry_path=tmp_path / "telemetry.sqlite",
        console_dir=tmp_path / "console",
        service_accounts_file=credentials.secrets / "service-accounts.json",
        broker_accounts_file=credentials.broker / "accounts",
        broker_passwd_file=credentials.broker / "passwd",
        enrol_key_file=tmp_path / "enrol.key",
        demo=True,
        demo_accounts_file=sheet,
    )
    with ExitStack() as stack:
        backend = stack.enter_context(Backend(settings, [Role.ALL]))
        headers = {"Authorization": f"Bearer {credentials.token('gw1')}"}
        gateway = stack.enter_context(httpx2.Client(base_url=f"{backend.url}/ingest/v1", headers=headers, timeout=20.0))
        assert json.loads(sheet.read_text(encoding="utf-8"))["accounts"]
        yield Running(backend, gateway, demo_accounts(sheet), stack)
