"""All organisations and villages at one moment, and what about one of them cannot stand."""

from __future__ import annotations

import math
import re
from collections import Counter
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, replace
from enum import StrEnum
from functools import cached_property
from typing import Final

from backend.domain.organisation.hours import Hours, HoursRefused, clock_minutes
from backend.domain.organisation.tree import Misplaced, Node, OrganisationKind, Tree, misplaced

MAX_NAME: Final = 128
MAX_ISLAND: Final = 64
MAX_PROVIDED: Final = 20
MAX_POSITION: Final = 999
LIST_MARKS: Final = ";；、#\n"
"""In a spreadsheet villages stand in one cell, separated by these: so no name has one."""
_ID: Final = re.compile(r"[A-Za-z0-9][A-Za-z0-9_-]{0,63}", re.ASCII)
_PHONE: Final = re.compile(r"[0-9+*#(][0-9+*#()\-. /]{1,31}", re.ASCII)
_CODE: Final = re.compile(r"[a-z][a-z0-9_]{0,31}", re.ASCII)
_CONTROL: Final = re.compile(r"[\x00-\x1f\x7f-\x9f\ud800-\udfff]")


class Fault(StrEnum):
    """What is wrong with an organisation or a village, besides its place in the tree (`Misplaced`)."""

    BAD_ID = "bad_id"
    ID_TAKEN = "id_taken"
    BAD_NAME = "bad_name"
    NAME_TAKEN = "name_taken"
    BAD_TEXT = "bad_text"
    BAD_PHONE = "bad_phone"
    BAD_PLACE = "bad_place"
    BAD_CODE = "bad_code"
    UNKNOWN_NIGHT = "unknown_night"
    NIGHT_IS_ITSELF = "night_is_itself"
    UNKNOWN_VILLAGE = "unknown_village"
    VILLAGE_TWICE = "village_twice"
    BAD_POSITION = "bad_position"
    UNKNOWN_TOWN = "unknown_town"
    BAD_FERRY = "bad_ferry"


@dataclass(frozen=True, slots=True)
class Wrong:
    """One thing that cannot stand: why, in which field, and what stands there."""

    reason: Misplaced | Fault
    field: str
    value: str = ""


@dataclass(frozen=True, slots=True, order=True)
class Serves:
    """A village in the catchment of an organisation. Of several that serve it, the lowest `position` is asked first."""

    village_id: str
    position: int = 0


@dataclass(frozen=True, slots=True)
class Organisation:
    """One organisation with everything that is edited about it. `hours` None: always open. Coordinates: WGS-84."""

    id: str
    parent_id: str | None
    kind: OrganisationKind
    name: str
    operator: str | None = None
    phone: str | None = None
    hours: Hours | None = None
    night_organisation_id: str | None = None
    latitude: float | None = None
    longitude: float | None = None
    provides: tuple[str, ...] = ()
    disabled: bool = False
    catchment: tuple[Serves, ...] = ()

    @property
    def node(self) -> Node:
        """It as the tree sees it."""
        return Node(self.id, self.parent_id, self.kind, self.name, self.disabled)


@dataclass(frozen=True, slots=True)
class Village:
    """Where homes are. `last_ferry`: local time `16:30`, on an outer island."""

    id: str
    name: str
    town_id: str | None = None
    island: str | None = None
    outer_island: bool = False
    last_ferry: str | None = None
    latitude: float | None = None
    longitude: float | None = None


@dataclass(frozen=True)
class Directory:
    """Organisations and villages by id."""

    organisations: Mapping[str, Organisation]
    villages: Mapping[str, Village]

    @cached_property
    def tree(self) -> Tree:
        return Tree(organisation.node for organisation in self.organisations.values())

    @cached_property
    def towns(self) -> Mapping[str, str | None]:
        """The town of each village."""
        return {village.id: village.town_id for village in self.villages.values()}

    @cached_property
    def serving(self) -> Mapping[str, tuple[str, ...]]:
        """The organisations that serve each village, the first asked first."""
        found: dict[str, list[tuple[int, str]]] = {}
        for organisation in self.organisations.values():
            for serves in organisation.catchment:
                found.setdefault(serves.village_id, []).append((serves.position, organisation.id))
        return {village: tuple(one for _, one in sorted(centres)) for village, centres in found.items()}

    def with_organisation(self, organisation: Organisation) -> Directory:
        """The directory in which it stands so."""
        return replace(self, organisations={**self.organisations, organisation.id: organisation})

    def with_village(self, village: Village) -> Directory:
        """The directory in which it stands so."""
        return replace(self, villages={**self.villages, village.id: village})

    def wrong_with(self, organisation: Organisation) -> list[Wrong]:
        """What cannot stand about an organisation of this directory."""
        reason = misplaced(self.tree, organisation.node)
        place = [] if reason is None else [Wrong(reason, _MISPLACED_FIELD[reason], organisation.parent_id or "")]
        return [*place, *_texts(organisation), *_where(organisation), *self._links(organisation)]

    def wrong_with_village(self, village: Village) -> list[Wrong]:
        """What cannot stand about a village of this directory."""
        return [*_village_texts(village), *_where(village), *self._village_links(village)]

    def _links(self, organisation: Organisation) -> Iterator[Wrong]:
        if self._names[organisation.kind, organisation.parent_id, organisation.name] > 1:
            yield Wrong(Fault.NAME_TAKEN, "name", organisation.name)
        night = organisation.night_organisation_id
        if night == organisation.id:
            yield Wrong(Fault.NIGHT_IS_ITSELF, "night_organisation_id", night)
        elif night is not None and night not in self.organisations:
            yield Wrong(Fault.UNKNOWN_NIGHT, "night_organisation_id", night)
        counts = Counter(serves.village_id for serves in organisation.catchment)
        for village_id, count in counts.items():
            if village_id not in self.villages:
                yield Wrong(Fault.UNKNOWN_VILLAGE, "catchment", village_id)
            elif count > 1:
                yield Wrong(Fault.VILLAGE_TWICE, "catchment", village_id)
        for serves in organisation.catchment:
            if not 0 <= serves.position <= MAX_POSITION:
                yield Wrong(Fault.BAD_POSITION, "catchment", str(serves.position))

    def _village_links(self, village: Village) -> Iterator[Wrong]:
        if self._village_names[village.town_id, village.name] > 1:
            yield Wrong(Fault.NAME_TAKEN, "name", village.name)
        town = self.tree.get(village.town_id)
        if village.town_id is not None and (town is None or town.kind is not OrganisationKind.TOWN):
            yield Wrong(Fault.UNKNOWN_TOWN, "town_id", village.town_id)

    @cached_property
    def _names(self) -> Counter[tuple[OrganisationKind, str | None, str]]:
        return Counter((one.kind, one.parent_id, one.name) for one in self.organisations.values())

    @cached_property
    def _village_names(self) -> Counter[tuple[str | None, str]]:
        return Counter((village.town_id, village.name) for village in self.villages.values())


_MISPLACED_FIELD: Final = {
    Misplaced.SECOND_DISTRICT: "kind",
    Misplaced.NO_PARENT: "parent_id",
    Misplaced.DISTRICT_HAS_PARENT: "parent_id",
    Misplaced.UNKNOWN_PARENT: "parent_id",
    Misplaced.UNDER_ITSELF: "parent_id",
    Misplaced.UNDER_LOWER_KIND: "parent_id",
    Misplaced.CHILDREN_NOT_BELOW: "kind",
    Misplaced.DISTRICT_STAYS: "kind",
    Misplaced.DISTRICT_DISABLED: "disabled",
}


def _texts(organisation: Organisation) -> Iterator[Wrong]:
    yield from _identity(organisation.id, organisation.name)
    if organisation.operator is not None and not _is_text(organisation.operator, MAX_NAME):
        yield Wrong(Fault.BAD_TEXT, "operator", organisation.operator)
    if organisation.phone is not None and not _PHONE.fullmatch(organisation.phone):
        yield Wrong(Fault.BAD_PHONE, "phone", organisation.phone)
    codes = organisation.provides
    odd = [code for code in codes if not _CODE.fullmatch(code) or codes.count(code) > 1]
    if odd or len(codes) > MAX_PROVIDED:
        yield Wrong(Fault.BAD_CODE, "provides", next(iter(odd), ""))


def _village_texts(village: Village) -> Iterator[Wrong]:
    yield from _identity(village.id, village.name)
    if set(LIST_MARKS) & set(village.name):
        yield Wrong(Fault.BAD_NAME, "name", village.name)
    if village.island is not None and not _is_text(village.island, MAX_ISLAND):
        yield Wrong(Fault.BAD_TEXT, "island", village.island)
    if village.last_ferry is not None and not _is_clock(village.last_ferry):
        yield Wrong(Fault.BAD_FERRY, "last_ferry", village.last_ferry)


def _identity(id_: str, name: str) -> Iterator[Wrong]:
    if not _ID.fullmatch(id_):
        yield Wrong(Fault.BAD_ID, "id", id_)
    if not _is_text(name, MAX_NAME):
        yield Wrong(Fault.BAD_NAME, "name", name)


def _where(thing: Organisation | Village) -> Iterator[Wrong]:
    for field, value, other, limit in (
        ("latitude", thing.latitude, thing.longitude, 90.0),
        ("longitude", thing.longitude, thing.latitude, 180.0),
    ):
        if value is None:
            if other is not None:
                yield Wrong(Fault.BAD_PLACE, field)
        elif not (math.isfinite(value) and -limit <= value <= limit):
            yield Wrong(Fault.BAD_PLACE, field, str(value))


def _is_text(text: str, most: int) -> bool:
    return 0 < len(text) <= most and text == text.strip() and not _CONTROL.search(text)


def _is_clock(text: str) -> bool:
    try:
        return len(text) == 5 and clock_minutes(text) < 24 * 60
    except HoursRefused:
        return False


def directory_of(organisations: Iterable[Organisation], villages: Iterable[Village]) -> Directory:
    """The directory of these."""
    return Directory({one.id: one for one in organisations}, {village.id: village for village in villages})
