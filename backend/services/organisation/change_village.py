"""Adding a village and changing one."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from typing import Any

import structlog

from backend.domain.organisation.directory import Directory, Fault, Village, Wrong
from backend.services.identity.actor import Actor
from backend.services.organisation.ports import OrganisationStore
from backend.services.organisation.refusals import ChangeRefused

log = structlog.get_logger()


class AddVillage:
    """Adds one."""

    def __init__(self, store: OrganisationStore) -> None:
        self._store = store

    def __call__(self, village: Village, actor: Actor) -> Village:
        """The village as it stands; raises `ChangeRefused`."""
        with self._store.begin() as tx:
            before = tx.directory()
            if village.id in before.villages:
                raise ChangeRefused([Wrong(Fault.ID_TAKEN, "id", village.id)])
            _refuse(before.with_village(village), village)
            tx.add_villages([village])
            tx.commit()
        log.info("village_added", village_id=village.id, actor_kind=actor.kind, actor_id=actor.id)
        return village


class ChangeVillage:
    """Changes fields of one."""

    def __init__(self, store: OrganisationStore) -> None:
        self._store = store

    def __call__(self, village_id: str, fields: Mapping[str, Any], actor: Actor) -> Village | None:
        """`fields`: new values by name of `Village`. None: no such village. Raises `ChangeRefused`."""
        with self._store.begin() as tx:
            before = tx.directory()
            village = before.villages.get(village_id)
            if village is None:
                return None
            changed = replace(village, **fields)
            if changed == village:
                return village
            _refuse(before.with_village(changed), changed)
            tx.save_villages([changed])
            tx.commit()
        log.info(
            "village_changed",
            village_id=village_id,
            fields=sorted(name for name in fields if getattr(changed, name) != getattr(village, name)),
            actor_kind=actor.kind,
            actor_id=actor.id,
        )
        return changed


def _refuse(directory: Directory, village: Village) -> None:
    wrongs = directory.wrong_with_village(village)
    if wrongs:
        raise ChangeRefused(wrongs)
