"""How the next 28 days look, for one roster or for all of them, the worst first."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from backend.domain.access.sight import WHOLE, Sight
from backend.domain.roster.gaps import forecast
from backend.domain.roster.model import Uncovered
from backend.services.roster.people_ports import Clock
from backend.services.roster.ports import KeptRoster, RosterForecast, RosterStore


class ReadForecast:
    """Computed anew at each call: what was true an hour ago reaches nobody."""

    def __init__(self, store: RosterStore, clock: Clock) -> None:
        self._store = store
        self._clock = clock

    def one(self, roster_id: str) -> RosterForecast | None:
        """None where there is no such roster."""
        kept = self._store.one(roster_id, self._clock.now())
        return self._all([kept])[0] if kept is not None else None

    def every(self, sight: Sight = WHOLE) -> list[RosterForecast]:
        """All rosters: the lowest score first, among equals the one whose first gap comes soonest."""
        found = self._all(self._store.every(self._clock.now(), sight=sight))
        return sorted(found, key=lambda each: (each.score, each.gaps[0].start.isoformat() if each.gaps else "~"))

    def _all(self, rosters: Sequence[KeptRoster]) -> list[RosterForecast]:
        people = {person for kept in rosters for person in kept.roster.people}
        roles = {kept.roster.role for kept in rosters}
        uncovered = {role: self._store.uncovered(people, role) for role in roles}
        names, organisations = self._store.names(people), self._store.organisation_names()
        return [self._forecast(kept, uncovered[kept.roster.role], names, organisations) for kept in rosters]

    def _forecast(
        self,
        kept: KeptRoster,
        uncovered: Mapping[str, Uncovered],
        names: Mapping[str, str],
        organisations: Mapping[str, str],
    ) -> RosterForecast:
        roster = kept.roster
        found = forecast(roster, self._clock.now(), uncovered.get)
        named = {person: names.get(person, person) for gap in found.gaps for person in gap.people}
        return RosterForecast(
            roster_id=roster.id,
            name=kept.name,
            organisation_id=roster.organisation_id,
            organisation=organisations.get(roster.organisation_id, roster.organisation_id),
            role=roster.role,
            score=found.score,
            needed_hours=round(found.needed_hours, 2),
            covered_hours=round(found.covered_hours, 2),
            single_hours=round(found.single_hours, 2),
            gaps=found.gaps,
            people=named,
        )
