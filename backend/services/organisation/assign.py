"""Which centre takes care of a home, and where staff work."""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum

import structlog

from backend.domain.organisation.directory import Directory
from backend.domain.organisation.routing import Chosen, HomePlace, centre_of
from backend.services.identity.actor import Actor
from backend.services.organisation.ports import OrganisationStore

log = structlog.get_logger()


class Unassignable(StrEnum):
    """Why somebody or something is not assigned."""

    UNKNOWN_HOME = "unknown_home"
    UNKNOWN_STAFF = "unknown_staff"
    UNKNOWN_ORGANISATION = "unknown_organisation"
    ORGANISATION_DISABLED = "organisation_disabled"
    UNKNOWN_VILLAGE = "unknown_village"
    LAST_ADMINISTRATOR = "last_administrator"


class AssignmentRefused(Exception):  # noqa: N818 - an answer, not a fault of ours
    """An assignment that is not made; `id_` is what does not fit."""

    def __init__(self, reason: Unassignable, id_: str) -> None:
        super().__init__(f"{reason}: {id_}")
        self.reason = reason
        self.id = id_


@dataclass(frozen=True, slots=True)
class Assigned:
    """Where a home belongs, and who is responsible for it because of that."""

    place: HomePlace
    chosen: Chosen


class AssignHome:
    """Says where a home belongs. An alert that is open stays with the centre it was raised for."""

    def __init__(self, store: OrganisationStore) -> None:
        self._store = store

    def __call__(self, home_id: str, place: HomePlace, actor: Actor) -> Assigned:
        """Raises `AssignmentRefused`."""
        with self._store.begin() as tx:
            directory = tx.directory()
            _must_work(directory, place.organisation_id)
            if place.village_id is not None and place.village_id not in directory.villages:
                raise AssignmentRefused(Unassignable.UNKNOWN_VILLAGE, place.village_id)
            before = tx.home(home_id)
            if before is None:
                raise AssignmentRefused(Unassignable.UNKNOWN_HOME, home_id)
            if before != place:
                tx.place_home(home_id, place)
                tx.commit()
        if before != place:
            log.info(
                "home_assigned",
                home_id=home_id,
                organisation_id=place.organisation_id,
                village_id=place.village_id,
                organisation_before=before.organisation_id,
                village_before=before.village_id,
                actor_kind=actor.kind,
                actor_id=actor.id,
            )
        return Assigned(place, centre_of(place, directory.towns, directory.serving, directory.tree))


class AssignStaff:
    """Says where somebody works: they see that organisation's subtree; None is the whole district."""

    def __init__(self, store: OrganisationStore) -> None:
        self._store = store

    def __call__(self, staff_id: str, organisation_id: str | None, actor: Actor) -> None:
        """Raises `AssignmentRefused`."""
        with self._store.begin() as tx:
            _must_work(tx.directory(), organisation_id)
            if organisation_id is not None and tx.is_last_administrator(staff_id):
                raise AssignmentRefused(Unassignable.LAST_ADMINISTRATOR, staff_id)
            if not tx.place_staff(staff_id, organisation_id):
                raise AssignmentRefused(Unassignable.UNKNOWN_STAFF, staff_id)
            tx.commit()
        log.info(
            "staff_assigned",
            staff_id=staff_id,
            organisation_id=organisation_id,
            actor_kind=actor.kind,
            actor_id=actor.id,
        )


def _must_work(directory: Directory, organisation_id: str | None) -> None:
    if organisation_id is None:
        return
    if directory.tree.get(organisation_id) is None:
        raise AssignmentRefused(Unassignable.UNKNOWN_ORGANISATION, organisation_id)
    if directory.tree.enabled(organisation_id) is None:
        raise AssignmentRefused(Unassignable.ORGANISATION_DISABLED, organisation_id)
