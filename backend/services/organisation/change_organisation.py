"""Adding an organisation and changing one: only what leaves a tree in which everybody has somebody above."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from typing import Any

import structlog

from backend.domain.organisation.directory import Directory, Fault, Organisation, Wrong
from backend.services.identity.actor import Actor
from backend.services.organisation.ports import OrganisationStore
from backend.services.organisation.refusals import ChangeRefused

log = structlog.get_logger()


class AddOrganisation:
    """Adds one. Dies before the commit: it is not there, and the same request adds it."""

    def __init__(self, store: OrganisationStore) -> None:
        self._store = store

    def __call__(self, organisation: Organisation, actor: Actor) -> Organisation:
        """The organisation as it stands; raises `ChangeRefused`, also where its id or name is taken."""
        with self._store.begin() as tx:
            before = tx.directory()
            if organisation.id in before.organisations:
                raise ChangeRefused([Wrong(Fault.ID_TAKEN, "id", organisation.id)])
            _refuse(before.with_organisation(organisation), organisation)
            tx.add_organisations([organisation])
            tx.commit()
        log.info("organisation_added", organisation_id=organisation.id, actor_kind=actor.kind, actor_id=actor.id)
        return organisation


class ChangeOrganisation:
    """Changes fields of one. There is no deleting: what is disabled is asked for nothing and keeps its history."""

    def __init__(self, store: OrganisationStore) -> None:
        self._store = store

    def __call__(self, organisation_id: str, fields: Mapping[str, Any], actor: Actor) -> Organisation | None:
        """`fields`: new values by name of `Organisation`. None: no such organisation. Raises `ChangeRefused`."""
        with self._store.begin() as tx:
            before = tx.directory()
            organisation = before.organisations.get(organisation_id)
            if organisation is None:
                return None
            changed = replace(organisation, **fields)
            if changed == organisation:
                return organisation
            _refuse(before.with_organisation(changed), changed)
            tx.save_organisations([changed])
            tx.commit()
        log.info(
            "organisation_changed",
            organisation_id=organisation_id,
            fields=sorted(name for name in fields if getattr(changed, name) != getattr(organisation, name)),
            actor_kind=actor.kind,
            actor_id=actor.id,
        )
        return changed


def _refuse(directory: Directory, organisation: Organisation) -> None:
    wrongs = directory.wrong_with(organisation)
    if wrongs:
        raise ChangeRefused(wrongs)
