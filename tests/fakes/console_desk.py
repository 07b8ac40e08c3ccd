"""The alerts of the fake backend: enough of the lifecycle for a screen to be driven, and a way to press from a test."""

from __future__ import annotations

from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from itertools import count
from typing import Any, Final

from contract.times import format_time
from contract.vocabulary import OUTCOME_CODES, SOS, event_type
from tests.fakes.console_homes import contacts_of, home_of, residents_of
from tests.harness.clock import stopwatch

START: Final = datetime(2026, 11, 24, 3, 12, 45, tzinfo=UTC)
_STEP_ACTIONS: Final = {"dispatch": "dispatched", "en-route": "en_route", "arrived": "arrived", "close": "closed"}
_STAGED: Final = {"accepted", "en_route", "arrived", "closed"}
_ALLOWED: Final[dict[str, list[str]]] = {
    "new": ["accept"],
    "accepted": ["dispatch", "en_route", "arrived", "close"],
    "dispatched": ["dispatch", "en_route", "arrived", "close"],
    "en_route": ["en_route", "arrived", "close"],
    "arrived": ["close"],
    "closed": [],
}

_PREVIOUS: Final = {
    "id": "old-1",
    "type": SOS,
    "received_at": "2026-11-02T08:10:00.000Z",
    "closed_at": "2026-11-02T08:42:00.000Z",
    "outcome": "helped_on_site",
}


class AlreadyAcceptedError(Exception):
    """Somebody else has the alert."""

    def __init__(self, holder: dict[str, Any], since: str) -> None:
        super().__init__("already_accepted")
        self.holder, self.since = holder, since


class FakeDesk:
    """Alerts in memory. Every change is numbered and handed to `on_change(name, data, stream_id)`."""

    def __init__(self) -> None:
        self.alerts: dict[str, dict[str, Any]] = {}
        self.changes: list[tuple[int, dict[str, Any]]] = []
        self.on_change: Callable[[str, dict[str, Any], int | None], None] = lambda *_: None
        self.components: dict[str, dict[str, Any]] = {}
        self._ids = count(1)
        self._zero = stopwatch()
        for name in ("broker", "backend", "backend-telemetry", "gateway-emergency", "gateway-telemetry", "sim"):
            self.report(name, "up")

    def now(self) -> datetime:
        """The server's time: a fixed start, then real seconds."""
        return START + timedelta(seconds=stopwatch() - self._zero)

    def report(self, component: str, state: str, detail: str = "") -> None:
        """Component `component` says that it is `state`."""
        row = {"component": component, "state": state, "since": format_time(self.now()), "detail": detail}
        self.components[component] = {**row, "figures": {}}
        self.on_change("health", self.components[component], None)

    def press(
        self,
        home: int | None = 0,
        type_: str = SOS,
        waited: float = 0.0,
        late: int | None = None,
        **extra: Any,
    ) -> str:
        """A new alert at home number `home` (None: unknown terminal), already `waited` seconds old; its id."""
        alert_id = f"alert-{next(self._ids):04d}"
        received = self.now() - timedelta(seconds=waited)
        severity = event_type(type_).severity
        self.alerts[alert_id] = {
            "id": alert_id,
            "stream_id": 0,
            "version": 0,
            "type": type_,
            "severity": str(severity),
            "condition": "active",
            "handling": "new",
            "count": 1,
            "device_id": f"terminal-{home}" if home is not None else "lobby-9f3c2a",
            "home": None if home is None else {k: home_of(home)[k] for k in ("id", "label", "address", "landmark")},
            "residents": [] if home is None else [_brief(r) for r in residents_of(home)],
            "pressed_at": format_time(received - timedelta(seconds=late or 0)),
            "received_at": format_time(received),
            "late_seconds": late,
            "flags": ["late"] if late else [],
            "holder": None,
            "accepted_at": None,
            "held_since": None,
            "requeued_at": None,
            "lease_until": None,
            "first_voice_at": None,
            "organisation": None,
            "offered_to": [],
            "next_step": None,
            "waiting": True,
            "eta_minutes": None,
            "eta_at": None,
            "responder": None,
            "closed_at": None,
            "outcome": None,
            "previous_alert_id": None,
            "unknown_device": home is None,
            "ring": True,
            "ring_seq": 1,
            "room": None,
            "timeline": [],
            "commands": [],
            "home_number": home,
            **extra,
        }
        self._step(alert_id, "raised", {}, None, received)
        self._answer(alert_id, "received")
        self._publish(alert_id)
        return alert_id

    def press_again(self, alert_id: str) -> None:
        """Another press on an open alert: it rings its holder again."""
        alert = self.alerts[alert_id]
        alert.update(count=alert["count"] + 1, ring=True, ring_seq=alert["ring_seq"] + 1)
        self._step(alert_id, "pressed_again", {"count": alert["count"]})
        self._publish(alert_id)

    def accept(self, alert_id: str, staff: dict[str, Any]) -> None:
        """`staff` takes the alert; AlreadyAcceptedError when somebody else has it."""
        alert = self.alerts[alert_id]
        holder = {"id": staff["id"], "name": staff["name"]}
        if alert["holder"] and alert["holder"]["id"] != staff["id"]:
            raise AlreadyAcceptedError(alert["holder"], alert["held_since"])
        alert.update(handling="accepted", holder=holder, accepted_at=format_time(self.now()))
        alert.update(held_since=alert["accepted_at"])
        alert.update(waiting=False, ring=False)
        self._step(alert_id, "accepted", {}, staff)
        self._answer(alert_id, "accepted")
        self._publish(alert_id)

    def act(self, alert_id: str, action: str, body: dict[str, Any], staff: dict[str, Any]) -> None:
        """One of `dispatch`, `en-route`, `arrived`, `close`, `notes`."""
        alert = self.alerts[alert_id]
        handling = _STEP_ACTIONS.get(action, alert["handling"])
        alert.update(handling=handling, ring=False)
        if action == "dispatch":
            alert["responder"] = body["responder"]
        if action == "en-route":
            alert["eta_minutes"] = body["eta_minutes"]
            alert["eta_at"] = format_time(self.now() + timedelta(minutes=body["eta_minutes"]))
        if action == "close":
            alert.update(outcome=body["outcome"], closed_at=format_time(self.now()))
        self._step(alert_id, "noted" if action == "notes" else handling, body, staff)
        if handling in _STAGED and action != "notes":
            self._answer(alert_id, handling)
        self._publish(alert_id)

    def confirm(self, alert_id: str) -> None:
        """The terminal confirms every answer so far."""
        for command in self.alerts[alert_id]["commands"]:
            command.update(state="done", result_at=format_time(self.now()))
        self._publish(alert_id)

    def summary(self, alert_id: str) -> dict[str, Any]:
        """AlertSummary."""
        return {k: v for k, v in self.alerts[alert_id].items() if k not in ("timeline", "commands", "home_number")}

    def detail(self, alert_id: str) -> dict[str, Any]:
        """AlertDetail."""
        alert = self.alerts[alert_id]
        number = alert["home_number"]
        device = {"id": alert["device_id"], "kind": "terminal", "state": "installed", "room": alert["room"]}
        device["transmitter"] = None
        card = {
            "home": None if number is None else home_of(number),
            "residents": [] if number is None else residents_of(number),
            "contacts": [] if number is None else contacts_of(number),
            "device": device,
        }
        return {
            **self.summary(alert_id),
            "timeline": alert["timeline"],
            "commands": alert["commands"],
            "card": card,
            "previous": [_PREVIOUS],
            "allowed": [*_ALLOWED[alert["handling"]], "note"],
        }

    def open_alerts(self) -> list[dict[str, Any]]:
        """AlertSummary of every open alert, in queue order."""
        rows = [self.summary(key) for key, alert in self.alerts.items() if alert["handling"] != "closed"]
        ranks = ["emergency", "urgent", "advisory", "technical"]
        return sorted(
            rows, key=lambda r: (r["handling"] != "new", ranks.index(r["severity"]), r["received_at"], r["id"])
        )

    def needs_seen_by(self, alert_id: str, body: dict[str, Any]) -> bool:
        """Whether closing so lacks the person who has seen the resident."""
        code = OUTCOME_CODES[body["outcome"]]
        return code.needs_seen_by and self.alerts[alert_id]["type"] == SOS and not body.get("seen_by")

    def _step(
        self,
        alert_id: str,
        kind: str,
        detail: dict[str, Any],
        staff: dict[str, Any] | None = None,
        at: datetime | None = None,
    ) -> None:
        actor = (
            {"kind": "staff", "id": staff["id"], "name": staff["name"]}
            if staff
            else {"kind": "device", "id": self.alerts[alert_id]["device_id"], "name": ""}
        )
        line = {"id": next(self._ids), "at": format_time(at or self.now()), "kind": kind, "actor": actor}
        self.alerts[alert_id]["timeline"].append(
            {**line, "source": "desk" if staff else "gateway", "reason": "", "detail": detail}
        )

    def _answer(self, alert_id: str, stage: str) -> None:
        at = format_time(self.now())
        command = {"id": f"command-{next(self._ids)}", "command": "reassure", "stage": stage, "event_id": "e-1"}
        self.alerts[alert_id]["commands"].append(
            {**command, "state": "sent", "created_at": at, "sent_at": at, "result_at": None}
        )

    def _publish(self, alert_id: str) -> None:
        alert = self.alerts[alert_id]
        stream_id = len(self.changes) + 1
        alert.update(stream_id=stream_id, version=alert["version"] + 1)
        self.changes.append((stream_id, self.summary(alert_id)))
        self.on_change("alert", self.summary(alert_id), stream_id)


def _brief(resident: dict[str, Any]) -> dict[str, Any]:
    return {key: resident[key] for key in ("id", "name", "birth_year", "lives_alone")}
