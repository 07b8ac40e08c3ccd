"""How the desk's views are read from the database: a fixed number of queries, however many alerts there are."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Final

from sqlalchemy import ColumnElement, Connection, Engine, RowMapping, Table, case, func, or_, select

from backend.adapters.db.access import alert_seen
from backend.adapters.db.alarm import alerts, changes, commands, timeline
from backend.adapters.db.alarm_desks import AtDesks, desks_of, shown_at
from backend.adapters.db.alarm_rows import to_alert
from backend.adapters.db.engine import reading
from backend.adapters.db.registry import contacts, devices, homes, residents
from backend.domain.access.sight import WHOLE, Sight
from backend.domain.alert.lifecycle import allowed
from backend.domain.alert.model import Alert
from backend.services.alarm.views import (
    AlertDetail,
    AlertPage,
    AlertSummary,
    Card,
    CommandLine,
    ContactCard,
    DeviceCard,
    HomeCard,
    HomeLine,
    Person,
    PreviousAlert,
    ResidentCard,
    ResidentLine,
    TimelineActor,
    TimelineEntry,
)
from contract.vocabulary import Handling

PREVIOUS_SHOWN: Final = 20
_CLOSED: Final = str(Handling.CLOSED)
_WAITING: Final = or_(alerts.c.handling == str(Handling.NEW), alerts.c.requeued_at.is_not(None))
_QUEUE: Final[tuple[ColumnElement[Any], ...]] = (
    case((_WAITING, 0), else_=1),
    alerts.c.severity_rank,
    alerts.c.received_at,
    alerts.c.id,
)


@dataclass(frozen=True, slots=True)
class AlarmSqlReader:
    """`AlertReader` on an engine. Each answer is of one moment."""

    engine: Engine

    def open(self, limit: int, desk: str | None = None, sight: Sight = WHOLE) -> AlertPage:
        return self._page((alerts.c.handling != _CLOSED) & alert_seen(sight), _QUEUE, limit, desk)

    def closed(self, limit: int, desk: str | None = None, sight: Sight = WHOLE) -> AlertPage:
        return self._page((alerts.c.handling == _CLOSED) & alert_seen(sight), (alerts.c.closed_at.desc(),), limit, desk)

    def _page(
        self, condition: ColumnElement[bool], order: Sequence[ColumnElement[Any]], limit: int, desk: str | None
    ) -> AlertPage:
        with reading(self.engine) as connection:
            if desk is not None:
                condition = condition & shown_at(connection, desk)
            query = select(alerts).where(condition).order_by(*order).limit(limit)
            found = [to_alert(row) for row in connection.execute(query).mappings()]
            total = connection.execute(select(func.count()).select_from(alerts).where(condition)).scalar_one()
            return AlertPage(items=summaries(connection, found), stream_id=last_change(connection), total=total)

    def detail(self, alert_id: str) -> AlertDetail | None:
        with reading(self.engine) as connection:
            row = connection.execute(select(alerts).where(alerts.c.id == alert_id)).mappings().one_or_none()
            if row is None:
                return None
            alert = to_alert(row)
            summary = summaries(connection, [alert])[0]
            return AlertDetail(
                **dict(summary),
                timeline=_timeline(connection, alert),
                card=_card(connection, alert),
                previous=_previous(connection, alert),
                commands=_commands(connection, alert),
                allowed=allowed(alert),
            )


def last_change(connection: Connection) -> int:
    """The newest id of the change log, 0 while there is none."""
    return connection.scalar(select(func.max(changes.c.id))) or 0


def summaries(connection: Connection, found: Sequence[Alert]) -> list[AlertSummary]:
    """The rows of the queue for `found`, in its order."""
    home_ids = {alert.home_id for alert in found if alert.home_id}
    places = _by(connection, homes, homes.c.id, home_ids)
    people = _grouped(connection, residents, residents.c.home_id, home_ids)
    rows = connection.execute(
        select(changes.c.alert_id, func.max(changes.c.id).label("stream_id"))
        .where(changes.c.alert_id.in_([alert.id for alert in found]))
        .group_by(changes.c.alert_id)
    )
    latest = {row.alert_id: row.stream_id for row in rows}
    at_desks = desks_of(connection, found)
    return [_summary(alert, places, people, at_desks, latest.get(alert.id, 0)) for alert in found]


def _by(connection: Connection, table: Table, column: ColumnElement[Any], ids: set[str]) -> dict[str, RowMapping]:
    rows = connection.execute(select(table).where(column.in_(ids))).mappings()
    return {row["id"]: row for row in rows}


def _grouped(
    connection: Connection, table: Table, column: ColumnElement[Any], ids: set[str]
) -> dict[str, list[RowMapping]]:
    groups: dict[str, list[RowMapping]] = defaultdict(list)
    for row in connection.execute(select(table).where(column.in_(ids)).order_by(table.c.id)).mappings():
        groups[row["home_id"]].append(row)
    return groups


def _pick(view: type[Any], row: Mapping[Any, Any]) -> Any:
    """The fields of `view` out of `row`."""
    return view(**{name: row[name] for name in view.model_fields})


def _summary(
    alert: Alert,
    places: Mapping[str, RowMapping],
    people: Mapping[str, list[RowMapping]],
    at_desks: AtDesks,
    stream_id: int,
) -> AlertSummary:
    place = places.get(alert.home_id) if alert.home_id else None
    return AlertSummary(
        id=alert.id,
        stream_id=stream_id,
        version=alert.version,
        type=alert.type,
        severity=alert.severity,
        condition=alert.condition,
        handling=alert.handling,
        count=alert.count,
        device_id=alert.device_id,
        home=_pick(HomeLine, place) if place is not None else None,
        residents=[_pick(ResidentLine, row) for row in people.get(alert.home_id or "", ())],
        room=alert.room,
        pressed_at=alert.pressed_at,
        received_at=alert.received_at,
        late_seconds=None if alert.late is None else int(alert.late.total_seconds()),
        flags=list(alert.flags),
        holder=Person(id=alert.holder.id, name=alert.holder.name) if alert.holder else None,
        accepted_at=alert.accepted_at,
        held_since=alert.held_since,
        requeued_at=alert.requeued_at,
        lease_until=alert.lease_until,
        first_voice_at=alert.first_voice_at,
        organisation=at_desks.organisation(alert),
        offered_to=at_desks.offered.get(alert.id, []),
        next_step=at_desks.steps.get(alert.id),
        eta_minutes=alert.eta_minutes,
        eta_at=alert.eta_at,
        responder=alert.responder,
        closed_at=alert.closed_at,
        outcome=alert.outcome,
        previous_alert_id=alert.previous_id,
        unknown_device=alert.unknown_device,
        waiting=alert.waiting,
        ring=alert.ringing,
        ring_seq=alert.ring_seq,
    )


def _timeline(connection: Connection, alert: Alert) -> list[TimelineEntry]:
    rows = connection.execute(
        select(timeline).where(timeline.c.alert_id == alert.id).order_by(timeline.c.at, timeline.c.id)
    )
    return [
        TimelineEntry(
            id=row.id,
            at=row.at,
            kind=row.kind,
            actor=TimelineActor(kind=row.actor_kind, id=row.actor_id, name=row.actor_name),
            source=row.source,
            reason=row.reason,
            detail=row.detail,
        )
        for row in rows
    ]


def _card(connection: Connection, alert: Alert) -> Card:
    device = connection.execute(select(devices).where(devices.c.id == alert.device_id)).one_or_none()
    home_id = alert.home_id or ""
    home = connection.execute(select(homes).where(homes.c.id == home_id)).mappings().one_or_none()
    people = connection.execute(select(residents).where(residents.c.home_id == home_id).order_by(residents.c.id))
    callable_ = connection.execute(select(contacts).where(contacts.c.home_id == home_id).order_by(contacts.c.position))
    return Card(
        home=_pick(HomeCard, home) if home is not None else None,
        residents=[_pick(ResidentCard, row) for row in people.mappings()],
        contacts=[_pick(ContactCard, row) for row in callable_.mappings()],
        device=DeviceCard(
            id=alert.device_id,
            kind=device.kind if device else None,
            state=device.state if device else None,
            room=device.room if device else alert.room,
            transmitter=alert.transmitter,
        ),
    )


def _previous(connection: Connection, alert: Alert) -> list[PreviousAlert]:
    rows = connection.execute(
        select(alerts)
        .where(alerts.c.device_id == alert.device_id, alerts.c.id != alert.id)
        .order_by(alerts.c.received_at.desc())
        .limit(PREVIOUS_SHOWN)
    ).mappings()
    return [_pick(PreviousAlert, row) for row in rows]


def _commands(connection: Connection, alert: Alert) -> list[CommandLine]:
    rows = connection.execute(
        select(commands).where(commands.c.alert_id == alert.id).order_by(commands.c.created_at, commands.c.id)
    ).mappings()
    return [_pick(CommandLine, row) for row in rows]
