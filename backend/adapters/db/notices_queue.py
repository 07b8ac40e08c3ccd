"""Which notices are due and who has them: claimed most urgent first, each attempt on record before it is made."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any, Final
from zoneinfo import ZoneInfo

import structlog
from sqlalchemy import Connection, Engine, RowMapping, func, insert, select, text, update

from backend.adapters.db.demo_border import Border
from backend.adapters.db.engine import writing
from backend.adapters.db.known import UNREADABLE
from backend.adapters.db.notices import attempts, notices
from backend.adapters.db.notices_points import locales_of, points_of
from backend.adapters.db.notices_rows import DESK_CALL, OUTSTANDING_COUNT, delivery_values, to_delivery
from backend.domain.delivery.gate import Point, quiet_until, refusal, way
from backend.domain.delivery.machine import begin, defer
from backend.domain.delivery.model import Cause, Decision, Reason
from backend.domain.escalation.targets import Channel, DutyRole, RecipientKind
from backend.services.alarm.ports import Ids
from backend.services.notices.delivery_ports import Addressee, Claim, Ticket
from backend.services.notices.ports import NoticeKind
from contract.vocabulary import Severity

log = structlog.get_logger()

LEASE: Final = timedelta(seconds=30)
"""A worker has so long for one attempt; link and channel take 18 s at most. Then the notice is sent again."""
# Written out as the partial index is: SQLite uses it only for the very same words.
_OPEN: Final = text("notices.state IN ('pending', 'sending')")
Admit = Callable[[Channel, datetime], datetime | None]
"""None: the channel's rate allows one now; else when to come again."""


def admit_all(channel: Channel, now: datetime) -> None:
    """No rate limit."""


@dataclass(frozen=True, slots=True)
class _Row:
    """A notice, the contact points that it may be sent to, and the language that its recipient has chosen."""

    row: RowMapping
    points: Mapping[str, Point | Cause]
    locale: str | None


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
            ids = connection.scalars(
                select(notices.c.id)
                .where(_OPEN, notices.c.priority <= ceiling, notices.c.due_at <= now)
                .order_by(notices.c.priority, notices.c.due_at)
                .limit(look)
                .with_for_update(of=notices, skip_locked=True)
            ).all()
            taken: Ticket | None = None
            settle: list[str] = []
            unreadable: set[str] = set()
            take = _Take(connection, self, ids, now)
            for notice_id in ids:
                try:
                    decision, ticket = take(notice_id)
                except UNREADABLE as error:
                    # It holds back no other: whoever settles it writes down that it has failed.
                    log.error("notice_unreadable", notice=notice_id, error=type(error).__name__)
                    settle.append(notice_id)
                    unreadable.add(notice_id)
                    continue
                if decision.given_up:
                    settle.append(notice_id)
                    continue
                lease = ticket.lease if ticket is not None else None
                _save(connection, notice_id, {**delivery_values(decision.delivery), "lease": lease})
                if ticket is not None:
                    connection.execute(insert(attempts).values(_attempt_row(ticket, now)))
                    taken = ticket
                    break
            connection.commit()
        return Claim(taken, tuple(settle), len(ids), frozenset(unreadable))

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


class _Take:
    """What becomes of each of the notices `ids`, which are locked. Raises where one cannot be read."""

    def __init__(self, connection: Connection, queue: SqlNoticeQueue, ids: Sequence[str], now: datetime) -> None:
        self._db = connection
        self._queue = queue
        self._now = now
        self._border = Border(connection)
        # All at once; where one of them spoils that, each alone.
        try:
            self._known = self._read(ids)
        except UNREADABLE:
            self._known = {}

    def _read(self, ids: Sequence[str]) -> dict[str, _Row]:
        query = select(notices, OUTSTANDING_COUNT).where(notices.c.id.in_(ids))
        rows = list(self._db.execute(query).mappings())
        points, locales = points_of(self._db, rows), locales_of(self._db, rows)
        return {row["id"]: _Row(row, points, locales.get(row["recipient_id"])) for row in rows}

    def __call__(self, notice_id: str) -> tuple[Decision, Ticket | None]:
        known = self._known.get(notice_id) or self._read([notice_id])[notice_id]
        row = known.row
        before = to_delivery(row, row["outstanding"])
        decision = begin(before, self._now, LEASE)
        if decision.reason is not Reason.SENDING:
            return decision, None
        point_id = row["contact_points"][decision.delivery.position]
        found = Point(DESK_CALL, Channel.VOICE, "") if point_id == DESK_CALL else known.points.get(point_id)
        point = found if isinstance(found, Point) else None
        kind, voice_only = NoticeKind(row["kind"]), row["voice_only"]
        refused = refusal(point, verifying=kind is NoticeKind.VERIFY, voice_only=voice_only)
        if isinstance(found, Cause):
            refused = found
        channel = Channel.DESK if point is None else way(point, voice_only=voice_only)
        if refused is None and point is not None:
            until = self._wait(point, channel, row)
            if until is not None:
                return defer(before, until), None
        ticket = Ticket(
            to=addressee(row, known.locale or self._queue.locale),
            point_id=point_id,
            channel=channel,
            address="" if point is None else point.address,
            attempt=decision.delivery.attempts,
            lease=self._queue.ids.new(),
            refusal=refused,
            demo=self._border.unsent(row),
        )
        return decision, ticket

    def _wait(self, point: Point, channel: Channel, row: RowMapping) -> datetime | None:
        """Quiet hours and rates hold back nothing that is an emergency."""
        severity = Severity(row["severity"])
        if row["priority"] == 0 or severity is Severity.EMERGENCY:
            return None
        quiet = quiet_until(point, severity, self._now.astimezone(self._queue.zone))
        return quiet if quiet is not None else self._queue.admit(channel, self._now)


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
