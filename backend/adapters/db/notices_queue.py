"""Which notices are due and who has them: claimed most urgent first, each attempt on record before it is made."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from datetime import datetime, time, timedelta
from typing import Any, Final
from zoneinfo import ZoneInfo

from sqlalchemy import Connection, Engine, RowMapping, func, insert, select, text, update

from backend.adapters.db.demo_border import Border
from backend.adapters.db.engine import writing
from backend.adapters.db.notices import attempts, notices
from backend.adapters.db.notices_rows import DESK_CALL, OUTSTANDING_COUNT, delivery_values, to_delivery
from backend.adapters.db.people import contact_points, people
from backend.domain.delivery.gate import Point, quiet_until, refusal, way
from backend.domain.delivery.machine import begin, defer
from backend.domain.delivery.model import Decision, Reason
from backend.domain.escalation.targets import Channel, DutyRole, RecipientKind
from backend.services.alarm.ports import Ids
from backend.services.notices.delivery_ports import Addressee, Claim, Ticket
from backend.services.notices.ports import NoticeKind
from contract.vocabulary import Severity

LEASE: Final = timedelta(seconds=30)
"""A worker has so long for one attempt; link and channel take 18 s at most. Then the notice is sent again."""
# Written out as the partial index is: SQLite uses it only for the very same words.
_OPEN: Final = text("notices.state IN ('pending', 'sending')")
Admit = Callable[[Channel, datetime], datetime | None]
"""None: the channel's rate allows one now; else when to come again."""


def admit_all(channel: Channel, now: datetime) -> None:
    """No rate limit."""


@dataclass(frozen=True, slots=True)
class SqlNoticeQueue:
    """`NoticeQueue` on an engine. `zone`: where quiet hours are local; `locale`: for those who have not chosen one."""

    engine: Engine
    ids: Ids
    zone: ZoneInfo
    locale: str = "zh-CN"
    admit: Admit = admit_all

    def claim(self, ceiling: int, look: int, now: datetime) -> Claim:
        """The ticket's attempt is committed before the caller sees it. Rows that another claims are left out."""
        with writing(self.engine) as connection:
            rows = connection.execute(
                select(notices, OUTSTANDING_COUNT)
                .where(_OPEN, notices.c.priority <= ceiling, notices.c.due_at <= now)
                .order_by(notices.c.priority, notices.c.due_at)
                .limit(look)
                .with_for_update(of=notices, skip_locked=True)
            ).mappings()
            claimed = list(rows)
            points = _points(connection, claimed)
            locales = _locales(connection, claimed)
            border = Border(connection)
            taken: Ticket | None = None
            settle: list[str] = []
            for row in claimed:
                decision, ticket = self._take(row, points, locales, border, now)
                if decision.given_up:
                    settle.append(row["id"])
                    continue
                lease = ticket.lease if ticket is not None else None
                _save(connection, row["id"], {**delivery_values(decision.delivery), "lease": lease})
                if ticket is not None:
                    connection.execute(insert(attempts).values(_attempt_row(ticket, now)))
                    taken = ticket
                    break
            connection.commit()
        return Claim(taken, tuple(settle), len(claimed))

    def due(self, ceiling: int, now: datetime, limit: int) -> int:
        """How many are due, at most `limit`."""
        some = select(notices.c.id).where(_OPEN, notices.c.priority <= ceiling, notices.c.due_at <= now).limit(limit)
        with self.engine.connect() as connection:
            return connection.scalar(select(func.count()).select_from(some.subquery())) or 0

    def oldest_due(self, ceiling: int, now: datetime) -> datetime | None:
        """Since when the oldest of them has been due."""
        query = select(func.min(notices.c.due_at)).where(
            _OPEN, notices.c.priority <= ceiling, notices.c.due_at <= now, notices.c.state == "pending"
        )
        with self.engine.connect() as connection:
            oldest: datetime | None = connection.scalar(query)
        return oldest

    def _take(
        self, row: RowMapping, points: Mapping[str, Point], locales: Mapping[str, str], border: Border, now: datetime
    ) -> tuple[Decision, Ticket | None]:
        before = to_delivery(row, row["outstanding"])
        decision = begin(before, now, LEASE)
        if decision.reason is not Reason.SENDING:
            return decision, None
        point_id = row["contact_points"][decision.delivery.position]
        point = Point(DESK_CALL, Channel.VOICE, "") if point_id == DESK_CALL else points.get(point_id)
        kind, voice_only = NoticeKind(row["kind"]), row["voice_only"]
        refused = refusal(point, verifying=kind is NoticeKind.VERIFY, voice_only=voice_only)
        channel = Channel.DESK if point is None else way(point, voice_only=voice_only)
        if refused is None and point is not None:
            until = self._wait(point, channel, row, now)
            if until is not None:
                return defer(before, until), None
        locale = locales.get(row["recipient_id"]) or self.locale
        ticket = Ticket(
            to=addressee(row, locale),
            point_id=point_id,
            channel=channel,
            address="" if point is None else point.address,
            attempt=decision.delivery.attempts,
            lease=self.ids.new(),
            refusal=refused,
            demo=border.unsent(row),
        )
        return decision, ticket

    def _wait(self, point: Point, channel: Channel, row: RowMapping, now: datetime) -> datetime | None:
        """Quiet hours and rates hold back nothing that is an emergency."""
        severity = Severity(row["severity"])
        if row["priority"] == 0 or severity is Severity.EMERGENCY:
            return None
        quiet = quiet_until(point, severity, now.astimezone(self.zone))
        return quiet if quiet is not None else self.admit(channel, now)


def addressee(row: RowMapping, locale: str) -> Addressee:
    """For whom the notice of a row is."""
    return Addressee(
        notice_id=row["id"],
        kind=NoticeKind(row["kind"]),
        severity=Severity(row["severity"]),
        recipient_kind=RecipientKind(row["recipient_kind"]),
        recipient_id=row["recipient_id"],
        recipient_name=row["recipient_name"],
        locale=locale,
        role=DutyRole(row["role"]) if row["role"] is not None else None,
        alert_id=row["alert_id"],
        work_order_id=row["work_order_id"],
        facts=row["facts"],
    )


def _points(connection: Connection, rows: list[RowMapping]) -> dict[str, Point]:
    wanted = {row["contact_points"][row["position"]] for row in rows if row["position"] < len(row["contact_points"])}
    # A worker that died on the one before may have used it up, so the next one may be asked for as well.
    wanted |= {point for row in rows for point in row["contact_points"][row["position"] + 1 : row["position"] + 2]}
    found = connection.execute(select(contact_points).where(contact_points.c.id.in_(wanted))).mappings()
    return {row["id"]: to_point(row) for row in found}


def to_point(row: RowMapping) -> Point:
    """The contact point of a row."""
    quiet = None
    if row["quiet_from"] and row["quiet_until"]:
        quiet = (time.fromisoformat(row["quiet_from"]), time.fromisoformat(row["quiet_until"]))
    return Point(
        id=row["id"],
        channel=Channel(row["channel"]),
        address=row["address"],
        verified=row["verified_at"] is not None,
        disabled=row["disabled_at"] is not None,
        quiet=quiet,
    )


def _locales(connection: Connection, rows: list[RowMapping]) -> dict[str, str]:
    wanted = {row["recipient_id"] for row in rows if row["recipient_kind"] == str(RecipientKind.PERSON)}
    if not wanted:
        return {}
    found: Iterator[Any] = iter(connection.execute(select(people.c.id, people.c.locale).where(people.c.id.in_(wanted))))
    return {row.id: row.locale for row in found}


def _attempt_row(ticket: Ticket, now: datetime) -> dict[str, Any]:
    return {
        "notice_id": ticket.to.notice_id,
        "contact_point_id": ticket.point_id,
        "attempt": ticket.attempt,
        "channel": str(ticket.channel),
        "began_at": now,
    }


def _save(connection: Connection, notice_id: str, values: Mapping[str, Any]) -> None:
    connection.execute(update(notices).where(notices.c.id == notice_id).values(**values))
