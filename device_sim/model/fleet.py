"""Which devices the simulated district has: terminals one a home, sensors in the first homes, by key and seed."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any, Final

from device_sim.model.residents import household
from device_sim.model.sensors import Model

SENSOR_MODELS: Final = (Model.MOTION, Model.BED, Model.DOOR, Model.CLIMATE)
_SENSOR_ROOMS: Final = {Model.MOTION: "客厅", Model.BED: "卧室", Model.DOOR: "大门", Model.CLIMATE: "卧室"}


@dataclass(frozen=True, slots=True)
class Planned:
    """A device of the plan. `key` names it for ever; `home_of`: the terminal's key whose home a sensor shares."""

    key: str
    kind: str
    model: Model
    room: str
    home: dict[str, Any]
    home_of: str | None = None


def plan(terminals: int, sensors: int, seed: int) -> list[Planned]:
    """The district, terminals first. A larger fleet of the same seed begins with the smaller one."""
    return [_terminal(seed, number) for number in range(1, terminals + 1)] + [
        _sensor(seed, number, terminals) for number in range(1, sensors + 1)
    ]


def _terminal(seed: int, number: int) -> Planned:
    here = household(seed, number)
    return Planned(f"terminal-{number:04d}", "terminal", Model.TERMINAL, here.room, here.home)


def _sensor(seed: int, number: int, terminals: int) -> Planned:
    model = SENSOR_MODELS[(number - 1) % len(SENSOR_MODELS)]
    home_number = (number - 1) // 2 + 1  # two sensors a home, the first homes first
    home_of = f"terminal-{home_number:04d}" if home_number <= terminals else None
    key = f"sensor-{number:04d}"
    return Planned(key, "sensor", model, _SENSOR_ROOMS[model], household(seed, home_number).home, home_of)
