"""Which centre takes care of a home, in one query: the emergency lane asks it at each press."""

from __future__ import annotations

from typing import Any

from sqlalchemy import ColumnElement, Select, func, select

from backend.adapters.db.organisation import catchments, organisations, villages
from backend.adapters.db.registry import homes


def centre_of_home(home_id: ColumnElement[Any]) -> Select[Any]:
    """The home's own centre, else the first of its village's catchments, else the village's town; null: the district.

    An organisation that is disabled takes care of nobody.
    """
    own = (
        select(organisations.c.id)
        .where(organisations.c.id == homes.c.organisation_id, organisations.c.disabled.is_(False))
        .scalar_subquery()
    )
    by_catchment = (
        select(catchments.c.organisation_id)
        .join(organisations, organisations.c.id == catchments.c.organisation_id)
        .where(catchments.c.village_id == homes.c.village_id, organisations.c.disabled.is_(False))
        .order_by(catchments.c.position, catchments.c.organisation_id)
        .limit(1)
        .scalar_subquery()
    )
    town = (
        select(villages.c.town_id)
        .join(organisations, organisations.c.id == villages.c.town_id)
        .where(villages.c.id == homes.c.village_id, organisations.c.disabled.is_(False))
        .scalar_subquery()
    )
    return select(func.coalesce(own, by_catchment, town)).where(homes.c.id == home_id)
