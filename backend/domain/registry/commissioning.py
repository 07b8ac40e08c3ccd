"""What has to be right in a home before its devices count as installed: the checklist, computed from facts."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum
from typing import Final

from contract.vocabulary import Label

LEAST_BATTERY: Final = 25.0
"""Percent: where `config/rules/` clears the finding *battery low*."""
LEAST_RSSI: Final = -104.0
"""dBm: where `config/rules/` clears the finding *weak signal*."""
TERMINAL: Final = "terminal"
GOES: Final = frozenset({"key_holder", "decision_maker"})
"""Contacts who can do something; at least one of them must be reachable by a proved way."""


class Item(StrEnum):
    """What is looked at."""

    PRESS = "press"
    SIGNAL = "signal"
    BATTERY = "battery"
    CONTACTS = "contacts"


ITEM_LABELS: Final = {
    Item.PRESS: Label("试按并确认", "Press tried and confirmed"),
    Item.SIGNAL: Label("信号", "Signal"),
    Item.BATTERY: Label("电量", "Battery"),
    Item.CONTACTS: Label("联系人已核实", "Contacts verified"),
}


class Met(StrEnum):
    """How it stands. `UNKNOWN`: the device has not said since it came here."""

    MET = "met"
    NOT_MET = "not_met"
    UNKNOWN = "unknown"


@dataclass(frozen=True, slots=True)
class DeviceFacts:
    """What is known of a device since it came into the home (`since`): older news says nothing about this place."""

    device_id: str
    kind: str
    since: datetime | None
    tested_at: datetime | None
    heard_at: datetime | None
    rssi: float | None
    battery: float | None


@dataclass(frozen=True, slots=True)
class ContactFacts:
    """`proved`: a contact point of theirs is verified, or their number was proved right."""

    role: str
    proved: bool


@dataclass(frozen=True, slots=True)
class Line:
    """One line of the checklist. `value`: dBm, percent, or how many contacts are proved; `at`: when that was so."""

    item: Item
    met: Met
    device_id: str | None = None
    value: float | None = None
    at: datetime | None = None


def checklist(devices: Sequence[DeviceFacts], contacts: Sequence[ContactFacts]) -> tuple[Line, ...]:
    """Every line: per device, then the contacts. A home without a terminal has nothing to press: that is not met."""
    lines = [line for device in devices for line in _device(device)]
    if not any(device.kind == TERMINAL for device in devices):
        lines.insert(0, Line(Item.PRESS, Met.NOT_MET))
    proved = sum(1 for contact in contacts if contact.role in GOES and contact.proved)
    lines.append(Line(Item.CONTACTS, Met.MET if proved else Met.NOT_MET, value=proved))
    return tuple(lines)


def complete(lines: Sequence[Line]) -> bool:
    """Whether nothing is open."""
    return all(line.met is Met.MET for line in lines)


def _device(device: DeviceFacts) -> list[Line]:
    lines = []
    if device.kind == TERMINAL:
        tested = _since(device.tested_at, device.since)
        lines.append(Line(Item.PRESS, Met.MET if tested else Met.NOT_MET, device.device_id, at=tested))
    heard = _since(device.heard_at, device.since)
    for item, value, least in (
        (Item.SIGNAL, device.rssi, LEAST_RSSI),
        (Item.BATTERY, device.battery, LEAST_BATTERY),
    ):
        if heard is None or value is None:
            lines.append(Line(item, Met.UNKNOWN, device.device_id))
        else:
            met = Met.MET if value >= least else Met.NOT_MET
            lines.append(Line(item, met, device.device_id, value, heard))
    return lines


def _since(at: datetime | None, since: datetime | None) -> datetime | None:
    return at if at is not None and (since is None or at >= since) else None
