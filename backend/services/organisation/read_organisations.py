"""How the tree is shown: in its order, with who is open now and how many homes each one answers for."""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from zoneinfo import ZoneInfo

from backend.domain.access.sight import WHOLE, Sight
from backend.domain.organisation.directory import Directory, Organisation
from backend.domain.organisation.hours import is_open, next_change
from backend.domain.organisation.routing import centre_of
from backend.services.organisation.ports import Clock, OrganisationStore
from backend.services.organisation.within import within


@dataclass(frozen=True, slots=True)
class ShownOrganisation:
    """One line of the tree. `homes`: those for which it is responsible, not counting those of what is below it.

    `changes_at`: when it opens or closes next; None: never.
    """

    organisation: Organisation
    depth: int
    open_now: bool
    changes_at: datetime | None
    homes: int


@dataclass(frozen=True, slots=True)
class ShownTree:
    """Everything at one moment; `lines`: each parent before its children."""

    directory: Directory
    lines: Sequence[ShownOrganisation]

    def line(self, organisation_id: str) -> ShownOrganisation | None:
        """One of them."""
        return next((line for line in self.lines if line.organisation.id == organisation_id), None)


class ReadOrganisations:
    """The tree as it is now."""

    def __init__(self, store: OrganisationStore, clock: Clock, zone: ZoneInfo) -> None:
        self._store = store
        self._clock = clock
        self._zone = zone

    def __call__(self, sight: Sight = WHOLE) -> ShownTree:
        directory = self._store.directory()
        homes = self._homes(directory)
        seen = within(directory, sight)
        lines = [
            self._shown(seen.organisations[node.id], depth, homes[node.id])
            for node, depth in directory.tree.ordered()
            if node.id in seen.organisations
        ]
        return ShownTree(seen, lines)

    def directory(self, sight: Sight = WHOLE) -> Directory:
        """Everything that is seen, as it is kept."""
        return within(self._store.directory(), sight)

    def _homes(self, directory: Directory) -> Counter[str]:
        homes: Counter[str] = Counter()
        for place, count in self._store.home_places().items():
            chosen = centre_of(place, directory.towns, directory.serving, directory.tree)
            homes[chosen.organisation_id] += count
        return homes

    def _shown(self, organisation: Organisation, depth: int, homes: int) -> ShownOrganisation:
        now, hours = self._clock.now(), organisation.hours
        if organisation.disabled:
            return ShownOrganisation(organisation, depth, False, None, homes)
        open_now = is_open(hours, now, self._zone)
        return ShownOrganisation(organisation, depth, open_now, next_change(hours, now, self._zone), homes)
