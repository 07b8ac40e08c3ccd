"""What the demo district is like: the figures of issue 3, and how big it is."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import UTC, date, datetime, time, timedelta
from typing import Final
from zoneinfo import ZoneInfo

from backend.domain.demo.dice import Dice

TOWNS: Final = 5
CENTRES: Final = 72
CENTRES_ALWAYS_OPEN: Final = 4
INSTITUTIONS: Final = 50
VILLAGE_LEAST: Final = 8
VILLAGE_MOST: Final = 70
VILLAGE_MEAN: Final = 2000 / 72
OUTER: Final = 0.20
"""Share of homes on outer islands."""
COUPLES: Final = 310 / 2000
"""Share of homes in which two people live."""
AGES: Final[Mapping[int, float]] = {60: 0.10, 70: 0.37, 80: 0.43, 90: 0.10}
ALONE: Final = 0.48
DIALECT: Final = 0.55
HEARING: Final[Mapping[str, float]] = {"normal": 0.65, "impaired": 0.31, "none": 0.04}
COGNITION: Final[Mapping[str, float]] = {"normal": 0.92, "impaired": 0.065, "none": 0.015}
SPEECH: Final[Mapping[str, float]] = {"normal": 0.955, "impaired": 0.04, "none": 0.005}
STATUS: Final[Mapping[str, float]] = {"at_home": 0.92, "hospital": 0.045, "away": 0.035}
CONTACTS: Final[Mapping[int, float]] = {0: 0.02, 1: 0.18, 2: 0.45, 3: 0.27, 4: 0.06, 5: 0.02}
STALE: Final = 0.09
"""Share of contacts whose number nobody has proved for a year, or ever."""
KEYS: Final[Mapping[str, float]] = {"neighbour": 0.45, "code": 0.12, "none": 0.43}
LANDMARK_ONLY: Final = 0.25
DEVICES: Final[Mapping[str, float]] = {"reports": 0.87, "silent": 0.04, "uninstalled": 0.02, "weak": 0.07}
CONTACTS_A_DAY: Final = 22 / 2000
"""Presses and notices of devices, for each home."""
EMERGENCIES_A_DAY: Final = 1 / 8 / 2000
"""As published: of 12,985 contacts of 8,000 residents in five months 75 were emergencies (issue 7)."""
CONTACT_KINDS: Final[Mapping[str, float]] = {
    "accident": 0.24,
    "phone": 0.10,
    "visit": 0.035,
    "family_took_over": 0.025,
    "service": 0.36,
    "family_key": 0.15,
    "fall_false": 0.05,
    "smoke_false": 0.02,
    "gas_false": 0.01,
    "leak": 0.01,
}
"""What those calls are about that are no emergencies."""
EMERGENCY_KINDS: Final[Mapping[str, float]] = {"ambulance": 0.6, "fall": 0.32, "fire": 0.08}
PACES: Final[Mapping[str, float]] = {"fast": 0.977, "slow": 0.015, "late": 0.008}
"""Accepted within 60 s, within 180 s, later: the anchors of issue 3, item 9."""
MARK: Final = "演示·"
"""Stands before the name of every organisation and the label of every home: nobody takes them for real ones."""
SENSORS: Final = 0.15
"""Share of homes with a smoke and gas sensor besides the terminal."""
HOMES: Final = (VILLAGE_LEAST, 20_000)
DAYS: Final = (0, 366)
SEEDS: Final = (0, 2**53)
"""Least and most."""


@dataclass(frozen=True, slots=True)
class Plan:
    """What is asked for. `now`: aware; the history ends at the last local midnight before it.

    `dice`: those of one part of the district, so that what another part throws moves nothing there.
    """

    seed: int
    homes: int
    days: int
    now: datetime
    zone: ZoneInfo
    dice: Callable[[str], Dice]

    @property
    def today(self) -> date:
        """By the local calendar."""
        return self.now.astimezone(self.zone).date()

    @property
    def ends_at(self) -> datetime:
        """Everything that is over was over by then (UTC)."""
        return self.local(self.today, time())

    def local(self, day: date, clock: time) -> datetime:
        """A local time of day as a UTC moment."""
        return datetime.combine(day, clock, self.zone).astimezone(UTC)

    @property
    def rosters_begin(self) -> date:
        """A Monday before the first day of the history."""
        first = self.today - timedelta(days=self.days + 7)
        return first - timedelta(days=first.weekday())
