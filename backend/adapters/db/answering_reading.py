"""What pages and desks read about answers: the page of a link, an alert's assignments, keys of a home, replies."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import asdict, dataclass
from typing import Any, Final

from sqlalchemy import Connection, Engine, select

from backend.adapters.db.access import of_alert_seen
from backend.adapters.db.alarm import alerts
from backend.adapters.db.answering import assignments, key_uses, lone_workers, replies
from backend.adapters.db.answering_needs import responders_needed
from backend.adapters.db.answering_rows import to_assignment, to_timer
from backend.adapters.db.engine import reading
from backend.adapters.db.organisation import organisations
from backend.adapters.db.people import people
from backend.adapters.db.registry import contacts, homes, residents
from backend.domain.access.sight import WHOLE, Sight
from backend.domain.answering.model import Assignment, KeyKind
from backend.domain.answering.safety import Timer
from backend.domain.escalation.targets import ContactRole
from backend.services.answering.show import Known
from backend.services.answering.views import AssignmentView, KeyUseView, PagePhone, ReplyView, masked

_GONE: Final = ("moved", "deceased")
_DEPTH: Final = 8
"""The tree has three levels; a row written by hand may point in a circle."""


@dataclass(frozen=True, slots=True)
class AnswerSqlReader:
    """`AnswerReader`, and what the staff API lists."""

    engine: Engine

    def known(self, token_sha256: str) -> Known | None:
        """Everything about the assignment of a link, of one moment."""
        with reading(self.engine) as db:
            alert_id = db.scalars(
                select(assignments.c.alert_id).where(assignments.c.token_sha256 == token_sha256)
            ).one_or_none()
            if alert_id is None:
                return None
            every = _assignments(db, alert_id)
            mine = next(one for one in every if one.token_sha256 == token_sha256)
            alert = db.execute(select(alerts).where(alerts.c.id == alert_id)).mappings().one()
            home_id = alert["home_id"]
            return Known(
                mine=mine,
                others=[one for one in every if one.id != mine.id],
                alert=alert,
                home=db.execute(select(homes).where(homes.c.id == home_id)).mappings().one_or_none(),
                people=_residents(db, home_id),
                key_holders=_key_holders(db, home_id),
                desk=_desk(db, mine.organisation_id or alert["organisation_id"]),
                keys_out=_keys_out(db, mine.id),
                timer=_timers(db, alert_id).get(mine.id),
                needed=responders_needed(db, alert_id),
            )

    def has_alert(self, alert_id: str) -> bool:
        """Whether there is such an alert."""
        with reading(self.engine) as db:
            return db.execute(select(alerts.c.id).where(alerts.c.id == alert_id)).first() is not None

    def assignments(self, alert_id: str, sight: Sight = WHOLE) -> list[AssignmentView]:
        """Of an alert, the oldest first; a responder sees only their own."""
        with reading(self.engine) as db:
            timers, found = _timers(db, alert_id), _assignments(db, alert_id)
            if sight.staff_id is not None:
                own = set(db.scalars(select(people.c.id).where(people.c.staff_id == sight.staff_id)))
                found = [one for one in found if one.recipient_kind == "person" and one.recipient_id in own]
            return [_view(one, timers.get(one.id)) for one in found]

    def key_uses(self, home_id: str, limit: int) -> list[KeyUseView] | None:
        """Of a home, the latest first; None: no such home."""
        columns = [key_uses.c[name] for name in KeyUseView.model_fields]
        with reading(self.engine) as db:
            if db.execute(select(homes.c.id).where(homes.c.id == home_id)).first() is None:
                return None
            latest = select(*columns).where(key_uses.c.home_id == home_id)
            rows = db.execute(latest.order_by(key_uses.c.at.desc()).limit(limit)).mappings()
            return [KeyUseView(**dict(row)) for row in rows]

    def replies(self, limit: int, sight: Sight = WHOLE) -> list[ReplyView]:
        """The latest first."""
        with reading(self.engine) as db:
            seen = select(replies).where(of_alert_seen(replies.c.alert_id, sight))
            rows = db.execute(seen.order_by(replies.c.at.desc()).limit(limit))
            return [
                ReplyView(
                    id=row.id,
                    provider=row.provider,
                    phone_end=masked(row.phone),
                    text=row.text,
                    at=row.at,
                    outcome=row.outcome,
                    alert_id=row.alert_id,
                )
                for row in rows
            ]

    def place_of(self, alert_id: str) -> tuple[str | None, str | None] | None:
        """(home, organisation) of an alert; None: no such alert."""
        with reading(self.engine) as db:
            row = db.execute(
                select(alerts.c.home_id, alerts.c.organisation_id).where(alerts.c.id == alert_id)
            ).one_or_none()
            return (row.home_id, row.organisation_id) if row is not None else None

    def home_position(self, home_id: str | None) -> tuple[float, float] | None:
        """(latitude, longitude), WGS-84."""
        with reading(self.engine) as db:
            row = db.execute(select(homes.c.latitude, homes.c.longitude).where(homes.c.id == home_id)).one_or_none()
            return (row.latitude, row.longitude) if row is not None and row.latitude is not None else None

    def positions(self, ids: Sequence[str]) -> dict[str, tuple[float, float]]:
        """Of people, where known."""
        with reading(self.engine) as db:
            rows = db.execute(
                select(people.c.id, people.c.latitude, people.c.longitude).where(
                    people.c.id.in_(list(ids)), people.c.latitude.is_not(None), people.c.longitude.is_not(None)
                )
            )
            return {row.id: (row.latitude, row.longitude) for row in rows}


def _assignments(db: Connection, alert_id: str) -> list[Assignment]:
    rows = db.execute(
        select(assignments)
        .where(assignments.c.alert_id == alert_id)
        .order_by(assignments.c.created_at, assignments.c.id)
    ).mappings()
    return [to_assignment(row) for row in rows]


def _timers(db: Connection, alert_id: str) -> dict[str, Timer]:
    rows = db.execute(select(lone_workers).where(lone_workers.c.alert_id == alert_id)).mappings()
    return {timer.assignment_id: timer for timer in map(to_timer, rows)}


def _residents(db: Connection, home_id: str | None) -> Sequence[Any]:
    living = select(residents).where(residents.c.home_id == home_id, residents.c.status.not_in(_GONE))
    return db.execute(living.order_by(residents.c.id)).mappings().all()


def _key_holders(db: Connection, home_id: str | None) -> Sequence[Any]:
    holders = select(contacts.c.name, contacts.c.phone).where(
        contacts.c.home_id == home_id, contacts.c.role == str(ContactRole.KEY_HOLDER)
    )
    return db.execute(holders.order_by(contacts.c.position)).mappings().all()


def _keys_out(db: Connection, assignment_id: str) -> list[str]:
    return list(
        db.scalars(
            select(key_uses.c.kind)
            .where(
                key_uses.c.assignment_id == assignment_id,
                key_uses.c.returned_at.is_(None),
                key_uses.c.kind != str(KeyKind.CODE),
            )
            .order_by(key_uses.c.at)
        )
    )


def _desk(db: Connection, organisation_id: str | None) -> PagePhone:
    """The nearest organisation upwards that has a telephone; the district's name where none has."""
    here = organisation_id
    name = ""
    for _ in range(_DEPTH):
        where = organisations.c.id == here if here is not None else organisations.c.parent_id.is_(None)
        row = db.execute(
            select(organisations.c.name, organisations.c.phone, organisations.c.parent_id).where(where).limit(1)
        ).one_or_none()
        if row is None:
            if here is None:
                break
            here = None
            continue
        name = row.name
        if row.phone or (row.parent_id is None):
            return PagePhone(name=row.name, phone=row.phone)
        here = row.parent_id
    return PagePhone(name=name, phone=None)


def _view(one: Assignment, timer: Timer | None) -> AssignmentView:
    values = asdict(one)
    shown = {name: values[name] for name in AssignmentView.model_fields if name in values}
    shown |= {"recipient_kind": str(one.recipient_kind), "role": str(one.role), "state": str(one.state)}
    return AssignmentView(
        **shown,
        name=one.recipient_name,
        opened=one.bound_to is not None,
        alone_until=timer.due_at if timer is not None else None,
        overdue=timer.overdue if timer is not None else 0,
    )
