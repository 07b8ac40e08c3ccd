"""`./care device add`: enrol, wait until the broker knows the credential, then print it."""

from __future__ import annotations

import secrets
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

from launcher import clock
from launcher.api import Backend
from launcher.credentials import token
from launcher.exits import Exit
from launcher.mqtt_probe import Answer, BrokerAddress, log_in
from launcher.places import Places
from launcher.record import running_settings
from launcher.settings import broker_address, broker_authority
from launcher.shell import Stop
from launcher.texts import text

PATH = "/api/v1/devices"
BROKER_SECONDS = 5.0
LOOK_SECONDS = 0.05
MOST_AT_ONCE = 500  # what the backend takes in one call
CALL_SECONDS = 15.0


@dataclass(frozen=True)
class Wanted:
    """What to enrol: for a home that exists, for a new one (`label`), or for nobody (`is_lobby`)."""

    kind: str = "terminal"
    device_id: str = ""
    home_id: str = ""
    label: str = ""
    is_lobby: bool = False


@dataclass(frozen=True)
class Enrolled:
    """A device that the broker lets in."""

    device_id: str
    secret: str


def add_devices(places: Places, wanted: Wanted, count: int) -> Iterator[Enrolled]:
    """Enrol `count` devices; each is yielded once the broker accepts it. Stop when the system does not answer."""
    settings = running_settings(places)
    try:
        backend = Backend(settings.http_port, token(places, "cli"))
    except FileNotFoundError:
        raise Stop(text("not_set_up"), Exit.MISSING) from None
    broker = BrokerAddress(*broker_address(settings), broker_authority(settings))
    for start in range(0, count, MOST_AT_ONCE):
        items = [request_item(wanted, number) for number in range(start, min(count, start + MOST_AT_ONCE))]
        for device in _enrol(backend, items, settings.http_port):
            _await_broker(broker, device)
            yield device


def request_item(wanted: Wanted, number: int) -> dict[str, Any]:
    """One item of `POST /api/v1/devices`."""
    item: dict[str, Any] = {"kind": wanted.kind}
    if wanted.device_id:
        item["device_id"] = wanted.device_id
    if wanted.is_lobby:
        item["lobby"] = True
    elif wanted.home_id:
        item["home_id"] = wanted.home_id
    else:
        label = wanted.label or text("new_home")
        item["home"] = {"label": label if number == 0 else f"{label} {number + 1}", "address": label}
    return item


def _enrol(backend: Backend, items: list[dict[str, Any]], port: int) -> list[Enrolled]:
    status, body = backend.call("POST", PATH, {"items": items}, CALL_SECONDS, secrets.token_urlsafe(16))
    if status == 0:
        raise Stop(text("no_backend", port=port), Exit.UNREACHABLE)
    if status != 201:
        reason = body.get("detail") or body.get("title") or ""
        raise Stop(text("enrol_refused", status=status, code=body.get("code", ""), detail=reason), _exit_for(status))
    return [Enrolled(row["device_id"], row["secret"]) for row in body["items"]]


def _exit_for(status: int) -> Exit:
    if status == 409:
        return Exit.CONFLICT
    return Exit.USAGE if status in (400, 404, 422) else Exit.FAILED


def _await_broker(broker: BrokerAddress, device: Enrolled) -> None:
    """A credential that the broker does not know yet is of no use to anybody: wait for it, at most 5 s."""
    limit = clock.monotonic() + BROKER_SECONDS
    while log_in(broker, device.device_id, device.secret) is not Answer.ACCEPTED:
        if clock.monotonic() > limit:
            raise Stop(text("broker_refuses", device_id=device.device_id), Exit.UNREACHABLE)
        clock.pause(LOOK_SECONDS)
