"""What somebody sees, as conditions on the tables: the same for one thing and for a list, and one query each.

A home belongs to the organisation that is responsible for it; whatever hangs on a home, an alert or a person belongs
where that belongs. What belongs to nobody is the district's.
"""

from __future__ import annotations

from functools import lru_cache
from typing import Any, Final

from sqlalchemy import ColumnElement, Select, and_, false, func, or_, select, true

from backend.adapters.db.alarm import alerts
from backend.adapters.db.answering import assignments
from backend.adapters.db.escalation import offers
from backend.adapters.db.notices import notices
from backend.adapters.db.organisation import catchments, organisations, villages
from backend.adapters.db.people import contact_points, people
from backend.adapters.db.registry import contacts, devices, homes, residents
from backend.adapters.db.roster import rosters
from backend.adapters.db.work_order import work_orders
from backend.domain.access.sight import Sight

Condition = ColumnElement[bool]
_REMEMBERED: Final = 512
_ON_IT: Final = ("offered", "opened", "held", "accepted", "en_route", "arrived", "done")
"""A responder who passed, or was too late, has nothing more to do with it; see `domain.answering.model.State`."""


@lru_cache(_REMEMBERED)
def subtree(top: str) -> Select[tuple[str]]:
    """The ids of `top` and of everything below, disabled ones too; none where `top` is not there.

    UNION, not UNION ALL: a circle that somebody has made by hand ends.
    """
    # One object for each organisation, so that a statement that asks twice has it once.
    below = select(organisations.c.id).where(organisations.c.id == top).cte(recursive=True)
    child = organisations.alias()
    below = below.union(select(child.c.id).where(child.c.parent_id == below.c.id))
    return select(below.c.id)


def organisation_seen(column: ColumnElement[Any], sight: Sight) -> Condition:
    """Whether the organisation that `column` names is seen; where it names none, it is the district's."""
    if sight.whole:
        return true()
    if sight.organisation_id is None or sight.staff_id is not None:
        return false()
    return column.in_(subtree(sight.organisation_id))


def village_seen(sight: Sight) -> Condition:
    """On `villages`: of a town that is seen, or in the catchment of a centre that is."""
    if sight.whole:
        return true()
    served = select(catchments.c.village_id).where(organisation_seen(catchments.c.organisation_id, sight))
    return or_(organisation_seen(villages.c.town_id, sight), villages.c.id.in_(served))


def home_seen(sight: Sight) -> Condition:
    """On `homes`: its own centre, where there is one at work; else the first of its village's, else the town."""
    if sight.whole:
        return true()
    working = select(organisations.c.id).where(organisations.c.disabled.is_(False))
    first = (
        select(catchments.c.organisation_id)
        .where(catchments.c.village_id == villages.c.id, catchments.c.organisation_id.in_(working))
        .order_by(catchments.c.position, catchments.c.organisation_id)
        .limit(1)
        .correlate(villages)
        .scalar_subquery()
    )
    routed = select(villages.c.id).where(organisation_seen(func.coalesce(first, villages.c.town_id), sight))
    nobodys = or_(homes.c.organisation_id.is_(None), homes.c.organisation_id.not_in(working))
    own = organisation_seen(homes.c.organisation_id, sight)
    return or_(own, and_(nobodys, homes.c.village_id.in_(routed)))


def at_home_seen(column: ColumnElement[Any], sight: Sight) -> Condition:
    """Whether the home that `column` names is seen; what stands in no home is the district's."""
    return true() if sight.whole else column.in_(select(homes.c.id).where(home_seen(sight)))


def alert_own(sight: Sight) -> Condition:
    """On `alerts`: the organisation is responsible for it, or for the home where nobody was when it was raised."""
    if sight.whole:
        return true()
    nobodys = and_(alerts.c.organisation_id.is_(None), at_home_seen(alerts.c.home_id, sight))
    return or_(organisation_seen(alerts.c.organisation_id, sight), nobodys)


def alert_lent(sight: Sight) -> Condition:
    """On `alerts`: offered to the organisation, or somebody was asked to go; until a day after the end."""
    if sight.staff_id is not None:
        asked = (
            select(assignments.c.alert_id)
            .join(people, and_(people.c.id == assignments.c.recipient_id, assignments.c.recipient_kind == "person"))
            .where(people.c.staff_id == sight.staff_id, assignments.c.state.in_(_ON_IT))
        )
    else:
        asked = select(offers.c.alert_id).where(organisation_seen(offers.c.organisation_id, sight))
    young = or_(alerts.c.closed_at.is_(None), alerts.c.closed_at > sight.since)
    return and_(young, alerts.c.id.in_(asked))


def alert_seen(sight: Sight) -> Condition:
    """On `alerts`."""
    if sight.whole:
        return true()
    return alert_lent(sight) if sight.staff_id is not None else or_(alert_own(sight), alert_lent(sight))


def of_alert_seen(column: ColumnElement[Any], sight: Sight) -> Condition:
    """Whether the alert that `column` names is seen; what belongs to no alert is the district's."""
    return true() if sight.whole else column.in_(select(alerts.c.id).where(alert_seen(sight)))


def of_person_seen(column: ColumnElement[Any], sight: Sight) -> Condition:
    """Whether the person who is named is of an organisation that is seen."""
    if sight.whole:
        return true()
    return column.in_(select(people.c.id).where(organisation_seen(people.c.organisation_id, sight)))


def device_seen(sight: Sight) -> Condition:
    """On `devices`: by the home that it stands in."""
    return at_home_seen(devices.c.home_id, sight)


def of_device_seen(column: ColumnElement[Any], sight: Sight) -> Condition:
    """Whether the device that is named is seen."""
    return true() if sight.whole else column.in_(select(devices.c.id).where(device_seen(sight)))


def of_roster_seen(column: ColumnElement[Any], sight: Sight) -> Condition:
    """Whether the roster that is named is seen."""
    if sight.whole:
        return true()
    return column.in_(select(rosters.c.id).where(organisation_seen(rosters.c.organisation_id, sight)))


def order_seen(sight: Sight) -> Condition:
    """On `work_orders`: by its home, by who provides it, by its alert."""
    if sight.whole:
        return true()
    return or_(
        at_home_seen(work_orders.c.home_id, sight),
        organisation_seen(work_orders.c.provider_id, sight),
        of_alert_seen(work_orders.c.alert_id, sight),
    )


def owner_seen(kind: ColumnElement[Any], owner: ColumnElement[Any], sight: Sight) -> Condition:
    """Whether a person, contact or organisation, named by kind and id, is seen."""
    if sight.whole:
        return true()
    kept = select(contacts.c.id).where(at_home_seen(contacts.c.home_id, sight))
    return or_(
        and_(kind == "person", of_person_seen(owner, sight)),
        and_(kind == "contact", owner.in_(kept)),
        and_(kind == "organisation", organisation_seen(owner, sight)),
    )


def point_seen(sight: Sight) -> Condition:
    """On `contact_points`: by its owner."""
    return owner_seen(contact_points.c.owner_kind, contact_points.c.owner_id, sight)


def notice_seen(sight: Sight) -> Condition:
    """On `notices`: by its alert, else its work order, else whom it is for."""
    if sight.whole:
        return true()
    ordered = notices.c.work_order_id.in_(select(work_orders.c.id).where(order_seen(sight)))
    told = owner_seen(notices.c.recipient_kind, notices.c.recipient_id, sight)
    return or_(
        of_alert_seen(notices.c.alert_id, sight),
        and_(notices.c.alert_id.is_(None), or_(ordered, and_(notices.c.work_order_id.is_(None), told))),
    )


def resident_seen(sight: Sight) -> Condition:
    """On `residents`: by their home."""
    return at_home_seen(residents.c.home_id, sight)
