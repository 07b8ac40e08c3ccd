"""At which desks an alert is shown, and what its escalation does next: a fixed number of queries for many alerts."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from sqlalchemy import ColumnElement, Connection, or_, select, true

from backend.adapters.db.alarm import alerts
from backend.adapters.db.escalation import offers, runs
from backend.adapters.db.organisation import organisations
from backend.adapters.db.organisation_reader import OrganisationReader
from backend.domain.alert.model import Alert
from backend.services.alarm.views import NextStep, Person


@dataclass(frozen=True, slots=True)
class AtDesks:
    """By alert id; `names` by organisation."""

    names: Mapping[str, str]
    offered: Mapping[str, list[str]]
    steps: Mapping[str, NextStep]

    def organisation(self, alert: Alert) -> Person | None:
        """The centre that is responsible."""
        name = self.names.get(alert.organisation_id or "")
        return Person(id=alert.organisation_id, name=name) if alert.organisation_id and name else None


def desks_of(connection: Connection, found: Sequence[Alert]) -> AtDesks:
    """What belongs to `found`."""
    ids = [alert.id for alert in found]
    centres = {alert.organisation_id for alert in found if alert.organisation_id}
    rows = connection.execute(select(organisations.c.id, organisations.c.name).where(organisations.c.id.in_(centres)))
    names = {row.id: row.name for row in rows}
    offered: dict[str, list[str]] = defaultdict(list)
    query = select(offers.c.alert_id, offers.c.organisation_id).where(offers.c.alert_id.in_(ids))
    for row in connection.execute(query.order_by(offers.c.at, offers.c.organisation_id)):
        offered[row.alert_id].append(row.organisation_id)
    steps = {
        row.alert_id: NextStep(
            state=row.state, at=row.due_at, step=row.step + 1, trouble=row.trouble, held_until=row.held_until
        )
        for row in connection.execute(select(runs).where(runs.c.alert_id.in_(ids)))
    }
    return AtDesks(names, offered, steps)


def shown_at(connection: Connection, desk: str) -> ColumnElement[bool]:
    """Alerts that `desk` or an organisation below it is responsible for, or that were offered to one of them.

    The district's desk is shown every alert: what nobody is responsible for, or somebody who is not in the tree any
    more, is shown there and nowhere else.
    """
    reader = OrganisationReader(connection)
    if desk == reader.district_id:
        return true()
    below = reader.subtree(desk)
    offered = select(offers.c.alert_id).where(offers.c.organisation_id.in_(below))
    return or_(alerts.c.organisation_id.in_(below), alerts.c.id.in_(offered))
