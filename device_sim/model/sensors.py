"""What a device measures: believable SenML packs (RFC 8428), the same for the same seed."""

from __future__ import annotations

from datetime import datetime, timedelta, timezone
from enum import StrEnum
from random import Random
from typing import Any, Final

from contract.metrics import METRICS

DISTRICT_ZONE: Final = timezone(timedelta(hours=8))
"""China Standard Time: nights in the simulated homes follow it."""


class Model(StrEnum):
    """The class of a device, which decides what it measures."""

    TERMINAL = "terminal"
    MOTION = "motion"
    BED = "bed"
    DOOR = "door"
    CLIMATE = "climate"


class Senses:
    """The slowly changing world around one device."""

    def __init__(self, model: Model, dice: Random) -> None:
        self._model = model
        self._dice = dice
        self.battery = dice.uniform(60, 100)
        self.rssi = dice.randint(-95, -60)
        self._temperature = dice.uniform(16, 24)
        self._heart_rate = dice.uniform(58, 78)

    def pack(self, device_id: str, wall: datetime) -> list[dict[str, Any]]:
        """One SenML pack: the model's readings with battery and signal strength, all at `wall`."""
        self.battery = max(5.0, self.battery - 0.002)
        night = self._is_night(wall)
        values = {**self._readings(night), "battery": round(self.battery, 1), "rssi": self.rssi}
        base: dict[str, Any] = {"bn": f"{device_id}/", "bt": round(wall.timestamp(), 3)}
        records = [_record(name, value) for name, value in values.items()]
        return [{**base, **records[0]}, *records[1:]]

    def _is_night(self, wall: datetime) -> bool:
        hour = wall.astimezone(DISTRICT_ZONE).hour
        return hour >= 21 or hour < 6

    def _readings(self, night: bool) -> dict[str, float | bool]:
        dice = self._dice
        if self._model is Model.MOTION:
            moving = dice.random() < (0.05 if night else 0.5)
            return {"motion": moving, "illuminance": round(dice.uniform(0, 5) if night else dice.uniform(80, 400))}
        if self._model is Model.BED:
            return self._bed(night)
        if self._model is Model.DOOR:
            return {"contact": dice.random() < (0.99 if night else 0.9)}
        if self._model is Model.CLIMATE:
            self._temperature = min(34.0, max(8.0, self._temperature + dice.gauss(0, 0.1)))
            humidity, co2 = dice.gauss(65, 3), dice.gauss(900 if night else 600, 40)
            return {
                "temperature": round(self._temperature, 1),
                "humidity": round(min(99.0, max(20.0, humidity)), 1),
                "co2": round(max(400.0, co2)),
            }
        return {}

    def _bed(self, night: bool) -> dict[str, float | bool]:
        if self._dice.random() > (0.95 if night else 0.15):
            return {"bed_occupied": False}
        self._heart_rate = min(110.0, max(45.0, self._heart_rate + self._dice.gauss(0, 1)))
        return {
            "bed_occupied": True,
            "heart_rate": round(self._heart_rate),
            "respiration_rate": round(min(30.0, max(8.0, self._dice.gauss(15, 1)))),
        }


def _record(name: str, value: float | bool) -> dict[str, Any]:
    if isinstance(value, bool):
        return {"n": name, "vb": value}
    return {"n": name, "u": METRICS[name].unit, "v": value}
