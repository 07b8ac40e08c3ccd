"""Which places the demo district is made of: towns, village centres, institutions, villages on their islands."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Final

Row = dict[str, Any]
"""The columns of one row."""

DISTRICT: Final = "district"
"""The root of the tree, which every database has; it is not the demo's."""

WEEK: Final = ("mon", "tue", "wed", "thu", "fri", "sat", "sun")

CENTRE_HOURS: Final = {day: [["09:00" if day == "sun" else "08:00", "17:00"]] for day in WEEK}


@dataclass(frozen=True, slots=True)
class Village:
    """`homes`: how many. `ferry`: when the last one leaves; None on the main island."""

    id: str
    name: str
    town: int
    island: str
    ferry: str | None
    latitude: float
    longitude: float
    homes: int


@dataclass(frozen=True, slots=True)
class Organisation:
    """As much of a row as the rest of the district asks for. `hours` None: always open."""

    id: str
    name: str
    parent: str
    phone: str
    latitude: float
    longitude: float
    hours: Mapping[str, Any] | None = None
    night: str | None = None


@dataclass(frozen=True, slots=True)
class Land:
    """`centre_of`: by village id. `rows`: by table, parents first."""

    towns: Sequence[Organisation]
    centres: Sequence[Organisation]
    institutions: Sequence[Organisation]
    villages: Sequence[Village]
    centre_of: Mapping[str, Organisation]
    rows: Mapping[str, Sequence[Row]]
