"""What the database says about a subtree is what a plain walk over the tree says, for any tree, spoilt ones too."""

from __future__ import annotations

import random
from collections.abc import Mapping

from sqlalchemy import Engine, delete, insert, select

from backend.adapters.db.access import home_seen, organisation_seen, subtree, village_seen
from backend.adapters.db.engine import writing
from backend.adapters.db.organisation import catchments, organisations, villages
from backend.adapters.db.organisation_reader import OrganisationReader
from backend.adapters.db.registry import homes
from backend.domain.access.sight import Sight

TREES = 12
NODES = 14


def plain(parents: Mapping[str, str | None], top: str) -> set[str]:
    """The reference: whoever comes to `top` by going up."""

    def comes(id_: str) -> bool:
        seen: set[str] = set()
        at: str | None = id_
        while at is not None and at not in seen:
            if at == top:
                return True
            seen.add(at)
            at = parents.get(at)
        return False

    return {id_ for id_ in parents if comes(id_)} if top in parents else set()


def test_every_subtree_of_random_trees(database: Engine) -> None:
    dice = random.Random(29)
    for tree in range(TREES):
        ids = [f"o{tree}-{number}" for number in range(NODES)]
        # Any parent but itself: circles and forests as well, as somebody may have spoilt it by hand.
        parents = {id_: dice.choice([None, *(other for other in ids if other != id_)]) for id_ in ids}
        with writing(database) as connection:
            rows = [{"id": id_, "parent_id": None, "kind": "town", "name": id_, "provides": []} for id_ in ids]
            connection.execute(insert(organisations), rows)
            for id_, parent in parents.items():
                connection.execute(organisations.update().where(organisations.c.id == id_).values(parent_id=parent))
            for top in [*ids, "gone"]:
                found = set(connection.scalars(subtree(top)))
                assert found == plain(parents, top)
                listed = select(organisations.c.id).where(organisation_seen(organisations.c.id, Sight(top)))
                assert set(connection.scalars(listed)) == found


def test_a_home_is_seen_from_who_is_responsible_for_it_and_from_above(database: Engine) -> None:
    dice = random.Random(30)
    with writing(database) as connection:
        connection.execute(delete(organisations).where(organisations.c.id != "district"))
        towns = [f"t{number}" for number in range(3)]
        centres = [f"{town}-c{number}" for town in towns for number in range(3)]
        for id_ in (*towns, *centres):
            parent = id_.partition("-")[0] if "-" in id_ else "district"
            kind = "village" if "-" in id_ else "town"
            off = "-" in id_ and dice.random() < 0.3
            row = {"id": id_, "parent_id": parent, "kind": kind, "name": id_, "provides": [], "disabled": off}
            connection.execute(insert(organisations).values(row))
        places = [f"v{number}" for number in range(6)]
        for place in places:
            connection.execute(insert(villages).values(id=place, name=place, town_id=dice.choice([None, *towns])))
            for position, centre in enumerate(dice.sample(centres, dice.randrange(3))):
                row = {"organisation_id": centre, "village_id": place, "position": position}
                connection.execute(insert(catchments).values(row))
        for number in range(60):
            where = {"organisation_id": dice.choice([None, None, *centres]), "village_id": dice.choice([None, *places])}
            row = {"id": f"h{number}", "label": "x", "address": "x", **where}
            connection.execute(insert(homes).values(row))
        reader = OrganisationReader(connection)
        every = connection.execute(select(homes.c.id, homes.c.organisation_id)).all()
        for top in (*towns, *centres):
            below = set(reader.subtree(top))
            wanted = {row.id for row in every if reader.centre_of(row.id) in below or row.organisation_id in below}
            seen = set(connection.scalars(select(homes.c.id).where(home_seen(Sight(top)))))
            # Where all centres of a village are disabled, routing goes up from them: those are the district's here.
            assert seen <= wanted
            assert {id_ for id_ in wanted - seen if reader.route(id_).route != "town"} == set()
        everything = select(homes.c.id).where(home_seen(Sight()))
        assert len(set(connection.scalars(everything))) == 60
        served = select(villages.c.id).where(village_seen(Sight("t0")))
        assert set(connection.scalars(served)) <= set(places)
