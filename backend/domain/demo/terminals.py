"""What the demo district's terminals and sensors say of themselves: which are silent, never put up, or barely heard."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Final

from backend.domain.demo.dice import Dice
from backend.domain.demo.figures import Plan
from backend.domain.demo.fitness import Fitness
from backend.domain.demo.households import Home

SILENT_AFTER: Final = timedelta(days=2)
"""A device that has said nothing for so long is silent; the others were heard within the last quarter of an hour."""
WEAK_RSSI: Final = -105.0
"""dBm. At or below it a press may need several tries."""
FIRMWARE: Final = ("2.4.1", "2.4.1", "2.4.1", "2.3.7", "2.2.0")
BOOT: Final = 1
"""The only boot of each of them, so that the numbers of its history and what it says now are of one life."""


@dataclass(frozen=True, slots=True)
class Said:
    """What a device said last. `rssi` in dBm, `battery` in per cent."""

    device_id: str
    at: datetime
    firmware: str
    battery: float
    rssi: float


@dataclass(frozen=True, slots=True)
class Terminals:
    """`said`: of each device that was ever heard. `heard_until`: of each home's terminal; None: never."""

    said: Sequence[Said]
    heard_until: Sequence[datetime | None]


def make_terminals(plan: Plan, homes: Sequence[Home], fitness: Sequence[Fitness]) -> Terminals:
    """The same for the same dice."""
    dice = plan.dice("terminals")
    said, until = [], []
    for home, how in zip(homes, fitness, strict=True):
        at = _heard_at(dice, plan, how)
        until.append(at)
        if at is not None:
            said.append(_said(dice, home.terminal, how, at))
        if home.sensor is not None:
            said.append(_said(dice, home.sensor, Fitness.REPORTS, plan.now - timedelta(seconds=dice.randint(5, 850))))
    return Terminals(said, until)


def _heard_at(dice: Dice, plan: Plan, how: Fitness) -> datetime | None:
    if how is Fitness.UNINSTALLED:
        return None
    if how is Fitness.SILENT:
        return plan.now - SILENT_AFTER - timedelta(hours=dice.randint(1, 24 * 40), seconds=dice.randint(0, 3599))
    return plan.now - timedelta(seconds=dice.randint(5, 850))


def _said(dice: Dice, device_id: str, how: Fitness, at: datetime) -> Said:
    weak = how is Fitness.WEAK
    rssi = dice.uniform(-118, WEAK_RSSI - 1) if weak else dice.uniform(-98, -62)
    battery = dice.uniform(3, 18) if how is Fitness.SILENT and dice.random() < 0.5 else dice.uniform(55, 100)
    return Said(device_id, at, dice.choice(FIRMWARE), round(battery), round(rssi))
