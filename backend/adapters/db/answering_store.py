"""The transaction of an answer on SQLAlchemy: the alert's, and in it assignments, timers, keys, replies and notices."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import asdict, dataclass
from datetime import datetime
from functools import cached_property
from typing import Any, Final

from sqlalchemy import Engine, func, insert, or_, select, update
from sqlalchemy.dialects import postgresql, sqlite

from backend.adapters.db import answering_people
from backend.adapters.db.alarm import alerts
from backend.adapters.db.alarm_store import AlarmSql
from backend.adapters.db.answering import assignments, key_uses, lone_workers, replies
from backend.adapters.db.answering_needs import responders_needed
from backend.adapters.db.answering_rows import (
    assignment_row,
    timer_row,
    to_assignment,
    to_key_use,
    to_reply,
    to_timer,
)
from backend.adapters.db.engine import COUNTED, is_sqlite, writing
from backend.adapters.db.escalation_facts import facts_of
from backend.adapters.db.notices_outbox import SqlNoticeOutbox
from backend.adapters.db.people import contact_points
from backend.adapters.db.registry import contacts, homes
from backend.domain.alert.model import Alert
from backend.domain.answering.model import LINK_LIVES_AFTER_CLOSING, ON_IT, Assignment, KeyKind, State
from backend.domain.answering.safety import Timer
from backend.domain.escalation.targets import RecipientKind
from backend.services.alarm.ports import Clock
from backend.services.answering.ports import (
    AnswerTransaction,
    Callee,
    CallOut,
    KeyUse,
    Located,
    NoticeMarks,
    StoredReply,
)
from backend.services.telephony.numbers import normal_or_as_is

_ADD: Final = {
    "sqlite": sqlite.insert(assignments).on_conflict_do_nothing().execution_options(**COUNTED),
    "postgresql": postgresql.insert(assignments).on_conflict_do_nothing().execution_options(**COUNTED),
}
_BY: Final = select(assignments.c.id, assignments.c.alert_id)
_ON_IT: Final = [str(state) for state in sorted(ON_IT)]


class AnswerSql(AlarmSql):
    """`AnswerTransaction` on one connection."""

    @cached_property
    def notices(self) -> NoticeMarks:
        return SqlNoticeOutbox(self._db)

    def call_out(self, notice_id: str) -> CallOut | None:
        return answering_people.call_out(self._db, notice_id)

    def responders_needed(self, alert_id: str) -> int:
        return responders_needed(self._db, alert_id)

    def facts(self, alert: Alert) -> Mapping[str, Any]:
        return facts_of(self._db, alert)

    # assignments

    def by_token(self, token_sha256: str) -> Located | None:
        return self._located(assignments.c.token_sha256 == token_sha256)

    def by_code(self, code: str) -> Located | None:
        return self._located(assignments.c.reply_code == code)

    def _located(self, where: Any) -> Located | None:
        row = self._db.execute(_BY.where(where)).one_or_none()
        return Located(row.id, row.alert_id) if row is not None else None

    def assignments(self, alert_id: str) -> list[Assignment]:
        rows = self._db.execute(
            select(assignments)
            .where(assignments.c.alert_id == alert_id)
            .order_by(assignments.c.created_at, assignments.c.id)
            .with_for_update()
        ).mappings()
        return [to_assignment(row) for row in rows]

    def assignment(self, assignment_id: str) -> Assignment | None:
        row = self._db.execute(select(assignments).where(assignments.c.id == assignment_id)).mappings().one_or_none()
        return to_assignment(row) if row is not None else None

    def code_in_use(self, code: str) -> bool:
        return self.by_code(code) is not None

    def add_assignment(self, assignment: Assignment) -> bool:
        return bool(self._db.execute(_ADD[self._db.dialect.name], assignment_row(assignment)).rowcount)

    def save_assignment(self, assignment: Assignment) -> None:
        row = assignment_row(assignment)
        self._db.execute(update(assignments).where(assignments.c.id == assignment.id).values(**row))

    def open_until(self, now: datetime, limit: int) -> list[Located]:
        """Assignments whose code is still theirs although their time, or their alert's, is over."""
        rows = self._db.execute(
            _BY.join(alerts, alerts.c.id == assignments.c.alert_id)
            .where(
                assignments.c.reply_code.is_not(None),
                or_(
                    assignments.c.expires_at <= now,
                    assignments.c.state == str(State.DONE),
                    alerts.c.closed_at <= now - LINK_LIVES_AFTER_CLOSING,
                    alerts.c.closed_at.is_not(None) & assignments.c.state.not_in(_ON_IT),
                ),
            )
            .limit(limit)
        )
        return [Located(row.id, row.alert_id) for row in rows]

    # people

    def callee(self, kind: RecipientKind, callee_id: str) -> Callee | None:
        return answering_people.callee(self._db, kind, callee_id)

    def staff_of(self, kind: RecipientKind, callee_id: str) -> str | None:
        return answering_people.staff_of(self._db, kind, callee_id)

    def phones(self, kind: RecipientKind, callee_id: str) -> frozenset[str]:
        return answering_people.phones(self._db, kind, callee_id)

    def desk(self, organisation_id: str | None) -> Callee:
        return answering_people.desk(self._db, organisation_id)

    # safety

    def hazards(self, home_id: str | None) -> tuple[str, ...]:
        found = self._db.scalars(select(homes.c.hazards).where(homes.c.id == home_id)).one_or_none()
        return tuple(found or ())

    def timers(self, alert_id: str) -> list[Timer]:
        query = select(lone_workers).where(lone_workers.c.alert_id == alert_id).with_for_update()
        return [to_timer(row) for row in self._db.execute(query).mappings()]

    def put_timer(self, timer: Timer) -> None:
        values = timer_row(timer)
        known = update(lone_workers).where(lone_workers.c.assignment_id == timer.assignment_id)
        # The alert is locked, so nobody adds it in between.
        if not self._db.execute(known.values(**values)).rowcount:
            self._db.execute(insert(lone_workers).values(**values))

    def due_timers(self, now: datetime, limit: int) -> list[Located]:
        rows = self._db.execute(
            select(lone_workers.c.assignment_id, lone_workers.c.alert_id)
            .where(lone_workers.c.due_at <= now)
            .order_by(lone_workers.c.due_at)
            .limit(limit)
        )
        return [Located(row.assignment_id, row.alert_id) for row in rows]

    # keys

    def add_key_use(self, use: KeyUse) -> None:
        self._db.execute(insert(key_uses).values(**asdict(use)))

    def keys_out(self, assignment_id: str) -> list[KeyUse]:
        rows = self._db.execute(
            select(key_uses)
            .where(
                key_uses.c.assignment_id == assignment_id,
                key_uses.c.returned_at.is_(None),
                key_uses.c.kind != str(KeyKind.CODE),
            )
            .order_by(key_uses.c.at, key_uses.c.id)
        ).mappings()
        return [to_key_use(row) for row in rows]

    def key_use(self, use_id: str) -> KeyUse | None:
        row = self._db.execute(select(key_uses).where(key_uses.c.id == use_id)).mappings().one_or_none()
        return to_key_use(row) if row is not None else None

    def return_key(self, use_id: str, at: datetime) -> bool:
        brought = update(key_uses).where(key_uses.c.id == use_id, key_uses.c.returned_at.is_(None))
        return bool(self._db.execute(brought.values(returned_at=at)).rowcount)

    # replies

    def reply_before(self, provider: str, provider_id: str) -> StoredReply | None:
        row = (
            self._db.execute(
                select(replies).where(replies.c.provider == provider, replies.c.provider_id == provider_id)
            )
            .mappings()
            .one_or_none()
        )
        return to_reply(row) if row is not None else None

    def add_reply(self, reply: StoredReply) -> None:
        self._db.execute(insert(replies).values(**asdict(reply)))

    def wrong_tries(self, phone: str, since: datetime, outcomes: Sequence[str]) -> int:
        query = select(func.count()).where(
            replies.c.phone == phone, replies.c.at > since, replies.c.outcome.in_(list(outcomes))
        )
        return self._db.scalar(query) or 0

    def asked_on(self, phone: str) -> list[Located]:
        usable = (assignments.c.reply_code.is_not(None), assignments.c.state != str(State.EXPIRED))
        by_channel = self._db.execute(
            _BY.join(
                contact_points,
                (contact_points.c.owner_kind == assignments.c.recipient_kind)
                & (contact_points.c.owner_id == assignments.c.recipient_id),
            )
            .where(*usable, contact_points.c.address == phone)
            .order_by(assignments.c.created_at)
        ).all()
        by_contact = self._db.execute(
            _BY.add_columns(contacts.c.phone)
            .join(contacts, contacts.c.id == assignments.c.recipient_id)
            .where(*usable, assignments.c.recipient_kind == str(RecipientKind.CONTACT))
            .order_by(assignments.c.created_at)
        ).all()
        found = {row.id: row.alert_id for row in by_channel}
        found |= {row.id: row.alert_id for row in by_contact if normal_or_as_is(row.phone) == phone}
        return [Located(assignment_id, alert_id) for assignment_id, alert_id in found.items()]


@dataclass(frozen=True, slots=True)
class AnswerSqlStore:
    """`AnswerStore` on an engine."""

    engine: Engine
    clock: Clock

    @contextmanager
    def begin(self) -> Iterator[AnswerTransaction]:
        with writing(self.engine) as connection:
            yield AnswerSql(connection, self.clock, is_sqlite(self.engine))
