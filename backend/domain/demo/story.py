"""What a call for help of the demo's past was about, how soon it was taken, and who was there."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from enum import StrEnum
from typing import Final, Self

from backend.domain.demo.cases import Counters, Desk
from backend.domain.demo.crew import Member
from backend.domain.demo.dice import Dice
from backend.domain.demo.households import Home
from contract.vocabulary import SOS


class Kind(StrEnum):
    """What a call was about, which only those who took it know."""

    ACCIDENT = "accident"
    PHONE = "phone"
    VISIT = "visit"
    FAMILY_TOOK_OVER = "family_took_over"
    SERVICE = "service"
    FAMILY_KEY = "family_key"
    FALL_FALSE = "fall_false"
    SMOKE_FALSE = "smoke_false"
    GAS_FALSE = "gas_false"
    LEAK = "leak"
    AMBULANCE = "ambulance"
    FALL = "fall"
    FIRE = "fire"

    @property
    def by_sensor(self) -> bool:
        """Whether a sensor says it, and no key."""
        return self in (Kind.SMOKE_FALSE, Kind.GAS_FALSE, Kind.LEAK, Kind.FIRE)


TYPES: Final[Mapping[Kind, str]] = {
    Kind.SERVICE: "care.service.pressed",
    Kind.FAMILY_KEY: "care.family.pressed",
    Kind.FALL_FALSE: "care.fall.detected",
    Kind.FALL: "care.fall.detected",
    Kind.SMOKE_FALSE: "care.smoke.detected",
    Kind.FIRE: "care.smoke.detected",
    Kind.GAS_FALSE: "care.gas.detected",
    Kind.LEAK: "care.leak.detected",
}
"""All others: the SOS key."""

OUTCOMES: Final[Mapping[Kind, str]] = {
    Kind.ACCIDENT: "pressed_by_accident",
    Kind.PHONE: "helped_by_phone",
    Kind.VISIT: "helped_on_site",
    Kind.FAMILY_TOOK_OVER: "family_took_over",
    Kind.SERVICE: "service_request",
    Kind.FAMILY_KEY: "family_took_over",
    Kind.FALL_FALSE: "false_alarm_device",
    Kind.SMOKE_FALSE: "false_alarm_device",
    Kind.GAS_FALSE: "false_alarm_device",
    Kind.LEAK: "helped_on_site",
    Kind.AMBULANCE: "ambulance",
    Kind.FALL: "ambulance",
    Kind.FIRE: "fire_service",
}


class Pace(StrEnum):
    """How soon a call was accepted: within a minute, within three, or later."""

    FAST = "fast"
    SLOW = "slow"
    LATE = "late"


@dataclass(frozen=True, slots=True)
class Speed:
    """From receipt to acceptance, and from there to the first word."""

    accepted: timedelta
    voice: timedelta

    @classmethod
    def of(cls, dice: Dice, pace: Pace) -> Self:
        """Of FAST ones the first word, too, is within a minute; of SLOW ones within three."""
        if pace is Pace.FAST:
            seconds = min(45.0, 3 + dice.lognormvariate(2.2, 0.55))
        elif pace is Pace.SLOW:
            seconds = dice.uniform(61, 160)
        else:
            seconds = dice.uniform(185, 560)
        return cls(timedelta(seconds=round(seconds, 3)), timedelta(seconds=round(dice.uniform(4, 12), 3)))


@dataclass(frozen=True, slots=True)
class Story:
    """One call for help, before it is told. `open`: the responsible centre itself was. `ends_at`: of the history."""

    kind: Kind
    speed: Speed
    home: Home
    at: datetime
    desk: Desk
    counters: Counters
    open: bool
    manager: Member
    responders: Sequence[Member]
    ends_at: datetime

    @property
    def type(self) -> str:
        """Of the event."""
        return TYPES.get(self.kind, SOS)

    @property
    def policy(self) -> str:
        """By which it went."""
        if self.kind is Kind.SERVICE:
            return "service_open" if self.open else "service_closed"
        if self.kind is Kind.FAMILY_KEY:
            return "family"
        if self.kind is Kind.LEAK:
            return "urgent"
        return "fire_gas" if self.kind.by_sensor else "sos"
