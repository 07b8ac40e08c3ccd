"""What is invented and what is real, as other parts have to know it: the two never serve one another."""

from __future__ import annotations

from functools import cached_property

from sqlalchemy import ColumnElement, Connection, RowMapping, exists, select

from backend.adapters.db.alarm import alerts
from backend.adapters.db.organisation import organisations
from backend.adapters.db.people import people
from backend.adapters.db.registry import contacts, devices, homes
from backend.adapters.db.roster import rosters
from backend.adapters.db.work_order import work_orders
from backend.domain.delivery.model import Outcome
from backend.domain.escalation.targets import RecipientKind


def of_demo_device(device_id: ColumnElement[str]) -> ColumnElement[bool]:
    """Whether a device stands in a home of the demo district."""
    return exists(
        select(devices.c.id).join(homes, homes.c.id == devices.c.home_id).where(devices.c.id == device_id, homes.c.demo)
    )


class Border:
    """Answers within one transaction; make a new one for each."""

    def __init__(self, connection: Connection) -> None:
        self._db = connection

    @cached_property
    def organisations(self) -> frozenset[str]:
        """Those that are invented."""
        return frozenset(self._db.scalars(select(organisations.c.id).where(organisations.c.demo)))

    def home(self, home_id: str | None) -> bool:
        """Whether the home is."""
        return home_id is not None and bool(self._db.scalar(select(homes.c.demo).where(homes.c.id == home_id)))

    def beyond(self, home_id: str | None) -> frozenset[str]:
        """Organisations that never serve this home: for a real one all that are invented, for an invented one none."""
        found = self.organisations
        return frozenset() if not found or self.home(home_id) else found

    def unsent(self, notice: RowMapping) -> Outcome | None:
        """What becomes of a notice (a row of `notices`) that must not leave; None: it may.

        About something invented it counts as delivered, so that an alert of the demo takes its course. To somebody
        invented about something real it has failed, so that somebody real is asked at once.
        """
        if self._about_demo(notice):
            return Outcome.DELIVERED
        if not self._to_demo(notice):
            return None
        return Outcome.PERMANENT if notice["alert_id"] or notice["work_order_id"] else Outcome.DELIVERED

    def _about_demo(self, notice: RowMapping) -> bool:
        if notice["alert_id"] is not None:
            query = select(exists(select(homes.c.id).where(homes.c.id == alerts.c.home_id, homes.c.demo))).where(
                alerts.c.id == notice["alert_id"]
            )
            return bool(self._db.scalar(query))
        if notice["work_order_id"] is not None:
            ordered = select(work_orders.c.home_id).where(work_orders.c.id == notice["work_order_id"])
            return self.home(self._db.scalar(ordered))
        roster = notice["facts"].get("roster_id")
        return roster is not None and bool(self._db.scalar(select(rosters.c.demo).where(rosters.c.id == roster)))

    def _to_demo(self, notice: RowMapping) -> bool:
        kind, id_ = RecipientKind(notice["recipient_kind"]), notice["recipient_id"]
        if kind is RecipientKind.PERSON:
            return bool(self._db.scalar(select(people.c.demo).where(people.c.id == id_)))
        if kind is RecipientKind.CONTACT:
            return self.home(self._db.scalar(select(contacts.c.home_id).where(contacts.c.id == id_)))
        return bool(self._db.scalar(select(organisations.c.demo).where(organisations.c.id == id_)))
