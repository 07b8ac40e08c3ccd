"""The part of the tree that somebody sees, so that no name of what stands outside is in any answer."""

from __future__ import annotations

from dataclasses import replace

from backend.domain.access.sight import Sight
from backend.domain.organisation.directory import Directory, Organisation


def within(directory: Directory, sight: Sight) -> Directory:
    """Organisations of the subtree, and villages of its towns or in its catchments; what they name outside is None."""
    if sight.whole:
        return directory
    seen = {node.id for node in directory.tree.subtree(sight.organisation_id or "")}

    def cut(one: Organisation) -> Organisation:
        night = one.night_organisation_id
        return replace(
            one,
            parent_id=one.parent_id if one.parent_id in seen else None,
            night_organisation_id=night if night in seen else None,
        )

    organisations = {id_: cut(one) for id_, one in directory.organisations.items() if id_ in seen}
    served = {serves.village_id for one in organisations.values() for serves in one.catchment}
    villages = {
        id_: replace(one, town_id=one.town_id if one.town_id in seen else None)
        for id_, one in directory.villages.items()
        if one.town_id in seen or id_ in served
    }
    return Directory(organisations, villages)
