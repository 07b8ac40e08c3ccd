"""A member of staff at the desk, by the public API alone: log in, look, take, move, close."""

from __future__ import annotations

import json
import uuid
from pathlib import Path
from typing import Any, Self

import httpx2

from tests.harness.clock import PATIENCE_SECONDS, wait_until
from tests.harness.stream import Stream


def demo_accounts(path: Path) -> dict[str, str]:
    """User names and passwords that the backend made for a demonstration."""
    found = json.loads(path.read_text(encoding="utf-8"))
    return {entry["username"]: entry["password"] for entry in found["accounts"]}


class Desk:
    """One logged-in member of staff. Use as a context manager, or call `close`."""

    def __init__(self, url: str, username: str, password: str) -> None:
        self.url = url
        self._client = httpx2.Client(base_url=f"{url}/api/v1", timeout=60.0)
        self._streams: list[Stream] = []
        answer = self._client.post("/session", json={"username": username, "password": password})
        answer.raise_for_status()
        session = answer.json()
        self.staff: dict[str, Any] = session["staff"]
        self._client.headers["X-CSRF-Token"] = session["csrf_token"]

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        self.close()

    def close(self) -> None:
        """End its streams and connections."""
        for stream in self._streams:
            stream.close()
        self._client.close()

    def alerts(self, state: str = "open", limit: int = 500) -> list[dict[str, Any]]:
        """The list as the desk shows it."""
        return list(self.page(state, limit)["items"])

    def page(self, state: str = "open", limit: int = 500) -> dict[str, Any]:
        """The list with the stream id at which it was read."""
        return self._get(f"/alerts?state={state}&limit={limit}")

    def alerts_of(self, device_id: str) -> list[dict[str, Any]]:
        """Open and closed alerts of one device, the oldest first."""
        every = [*self.alerts("open"), *self.alerts("closed")]
        mine = {alert["id"]: alert for alert in every if alert["device_id"] == device_id}
        return sorted(mine.values(), key=lambda alert: str(alert["received_at"]))

    def wait_alert(self, device_id: str, seconds: float = PATIENCE_SECONDS) -> dict[str, Any]:
        """The open alert of a device."""
        return wait_until(
            lambda: next((a for a in self.alerts() if a["device_id"] == device_id), None),
            f"an open alert of {device_id}",
            seconds,
        )

    def alert(self, alert_id: str) -> dict[str, Any]:
        """Everything about one alert."""
        return self._get(f"/alerts/{alert_id}")

    def act(self, alert_id: str, verb: str, key: str | None = None, **body: Any) -> httpx2.Response:
        """One step, whatever the answer. `verb` as in the path, e.g. `en-route`."""
        headers = {"Idempotency-Key": key or str(uuid.uuid4())}
        return self._client.post(f"/alerts/{alert_id}/{verb}", json=body, headers=headers)

    def do(self, alert_id: str, verb: str, **body: Any) -> dict[str, Any]:
        """One step that must succeed; the alert afterwards."""
        answer = self.act(alert_id, verb, **body)
        assert answer.status_code == 200, f"{verb}: {answer.status_code} {answer.text}"
        return dict(answer.json())

    def finish(self, alert_id: str, outcome: str = "helped_by_phone") -> None:
        """Accept and close."""
        self.do(alert_id, "accept")
        self.do(alert_id, "close", outcome=outcome)

    def health(self) -> dict[str, dict[str, Any]]:
        """The components by name."""
        return {entry["component"]: entry for entry in self._get("/health")["components"]}

    def work_orders(self, home_id: str) -> list[dict[str, Any]]:
        """Those for one home."""
        orders = self._get("/work-orders?limit=1000")["items"]
        return [order for order in orders if order["home"] and order["home"]["id"] == home_id]

    def stream(self, after: int | None = None) -> Stream:
        """The live stream as this member's browser holds it, from now on or from a stream id on."""
        if after is None:
            after = int(self.page()["stream_id"])
        stream = Stream(self.url, dict(self._client.cookies), after)
        self._streams.append(stream)
        return stream

    def _get(self, path: str) -> dict[str, Any]:
        answer = self._client.get(path)
        answer.raise_for_status()
        return dict(answer.json())
