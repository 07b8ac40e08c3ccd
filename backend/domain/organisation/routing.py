"""Which organisation is responsible for a home, and why that one: its own, its village's, its town's, the district."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from enum import StrEnum

from backend.domain.organisation.tree import OrganisationKind, Tree


class Route(StrEnum):
    """Why an organisation was chosen."""

    OWN = "own"
    CATCHMENT = "catchment"
    TOWN = "town"
    DISTRICT = "district"


@dataclass(frozen=True, slots=True)
class HomePlace:
    """What a home says about who takes care of it; both may be unknown, or name what is no longer there."""

    organisation_id: str | None = None
    village_id: str | None = None


@dataclass(frozen=True, slots=True)
class Chosen:
    """The organisation, which exists and is not disabled, and why."""

    organisation_id: str
    route: Route


class NoDistrictError(LookupError):
    """A tree without its root: the database was never set up."""


def centre_of(
    home: HomePlace, villages: Mapping[str, str | None], catchments: Mapping[str, Sequence[str]], tree: Tree
) -> Chosen:
    """The responsible organisation.

    `villages`: the town of each village. `catchments`: the centres that serve each village, the first asked first.
    The home's own centre, else the first of its village's, else up the tree, else the district.
    """
    own = tree.enabled(home.organisation_id)
    if own is not None:
        return Chosen(own.id, Route.OWN)
    serving = catchments.get(home.village_id or "", ())
    for centre in serving:
        if tree.enabled(centre) is not None:
            return Chosen(centre, Route.CATCHMENT)
    return _up(home, villages.get(home.village_id or ""), serving, tree)


def _up(home: HomePlace, town_id: str | None, serving: Sequence[str], tree: Tree) -> Chosen:
    root = tree.root
    if root is None:
        raise NoDistrictError("no district in the organisation tree")
    for candidate in _above(home, town_id, serving, tree):
        node = tree.enabled(candidate)
        if node is not None and node.kind is not OrganisationKind.DISTRICT:
            return Chosen(node.id, Route.TOWN)
    return Chosen(root.id, Route.DISTRICT)


def _above(home: HomePlace, town_id: str | None, serving: Sequence[str], tree: Tree) -> Iterator[str]:
    """The village's town; then what stands above the centres that would have been asked but are disabled."""
    if town_id is not None:
        yield town_id
    for centre in filter(None, (home.organisation_id, *serving)):
        yield from (above.id for above in tree.ancestors(centre))
