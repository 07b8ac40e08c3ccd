"""The transaction in which results, receipts and calls are kept: alert, notice, attempt and contact point together."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import datetime
from typing import Any, Final

from sqlalchemy import Engine, RowMapping, Select, and_, func, insert, select, update
from sqlalchemy.exc import IntegrityError

from backend.adapters.db import notices_proof
from backend.adapters.db.alarm_store import AlarmSql
from backend.adapters.db.engine import is_sqlite, writing
from backend.adapters.db.notices import attempts, notices
from backend.adapters.db.notices_queue import addressee
from backend.adapters.db.notices_rows import OUTSTANDING_COUNT, delivery_values, to_delivery
from backend.adapters.db.people import contact_points
from backend.domain.delivery.model import OPEN, Delivery, NoticeState, Outcome, Result
from backend.domain.escalation.targets import Channel
from backend.services.alarm.ports import Clock
from backend.services.notices.delivery_ports import Attempted, CodeSent, Held, NoticeTransaction, PointToProve
from backend.services.notices.ports import NewNotice

_ATTEMPTED: Final = select(attempts, notices.c.alert_id).join(notices, notices.c.id == attempts.c.notice_id)


class NoticeSql(AlarmSql):
    """`NoticeTransaction` on one connection."""

    def alert_of(self, notice_id: str) -> str | None:
        return self._db.scalar(select(notices.c.alert_id).where(notices.c.id == notice_id))

    def held(self, notice_id: str) -> Held | None:
        query = select(notices, OUTSTANDING_COUNT).where(notices.c.id == notice_id).with_for_update(of=notices)
        row = self._db.execute(query).mappings().one_or_none()
        if row is None:
            return None
        delivery = to_delivery(row, row["outstanding"])
        return Held(addressee(row, ""), delivery, row["lease"], tuple(row["contact_points"]))

    def fail_unread(self, notice_id: str, cause: str, now: datetime) -> bool:
        ended = {"state": str(NoticeState.FAILED), "cause": cause, "ended_at": now, "lease": None}
        still = and_(notices.c.id == notice_id, notices.c.state.in_(sorted(map(str, OPEN))))
        return bool(self._db.execute(update(notices).where(still).values(ended)).rowcount)

    def save_delivery(self, notice_id: str, delivery: Delivery) -> None:
        values = delivery_values(delivery)
        self._db.execute(update(notices).where(notices.c.id == notice_id).values(**values, lease=None))

    def end_attempt(self, notice_id: str, point_id: str, attempt: int, result: Result, now: datetime) -> None:
        told = {"ended_at": now, "result": str(result.outcome), "cause": result.cause[:128]}
        ended = update(attempts).where(_is(notice_id, point_id, attempt))
        if result.provider_id is None:
            self._db.execute(ended.values(told))
            return
        try:
            with self._db.begin_nested():
                self._db.execute(ended.values(told | {"provider_id": result.provider_id}))
        except IntegrityError:
            # A provider that gives one id twice: its receipt belongs to the first; what it said is kept all the same.
            self._db.execute(ended.values(told))

    def add_attempt(self, attempted: Attempted, result: Result, now: datetime) -> None:
        latest = self._db.scalar(
            select(func.max(attempts.c.attempt)).where(
                attempts.c.notice_id == attempted.notice_id, attempts.c.contact_point_id == attempted.point_id
            )
        )
        self._db.execute(
            insert(attempts).values(
                notice_id=attempted.notice_id,
                contact_point_id=attempted.point_id,
                attempt=(latest or 0) + 1,
                channel=str(attempted.channel),
                began_at=now,
                ended_at=now,
                result=str(result.outcome),
                cause=result.cause[:128],
            )
        )

    def attempt_of(self, channels: frozenset[Channel], provider_id: str) -> Attempted | None:
        names = sorted(str(channel) for channel in channels)
        return self._attempted(_ATTEMPTED.where(attempts.c.channel.in_(names), attempts.c.provider_id == provider_id))

    def call_of(self, notice_id: str, point_id: str) -> Attempted | None:
        return self._attempted(
            _ATTEMPTED.where(
                attempts.c.notice_id == notice_id,
                attempts.c.contact_point_id == point_id,
                attempts.c.channel == str(Channel.VOICE),
                attempts.c.result == str(Outcome.ACCEPTED),
            )
        )

    def _attempted(self, query: Select[Any]) -> Attempted | None:
        row = self._db.execute(query.order_by(attempts.c.began_at.desc()).limit(1)).mappings().first()
        return _to_attempted(row) if row is not None else None

    def end_receipt(self, attempted: Attempted, receipt: str, now: datetime) -> None:
        where = _is(attempted.notice_id, attempted.point_id, attempted.attempt)
        self._db.execute(update(attempts).where(where).values(receipt=receipt, receipt_at=now))

    def strike(self, point_id: str, reason: str, now: datetime) -> bool:
        # A reason without a moment is the first strike; so no count needs a place of its own.
        point = contact_points.c
        enabled = and_(point.id == point_id, point.disabled_at.is_(None))
        second = update(contact_points).where(enabled, point.disabled_reason == reason).values(disabled_at=now)
        if self._db.execute(second).rowcount:
            return True
        self._db.execute(update(contact_points).where(enabled).values(disabled_reason=reason))
        return False

    def clear_strikes(self, point_id: str) -> None:
        point = contact_points.c
        self._db.execute(
            update(contact_points)
            .where(point.id == point_id, point.disabled_at.is_(None), point.disabled_reason.is_not(None))
            .values(disabled_reason=None)
        )

    # proof of contact points

    def point_to_prove(self, point_id: str) -> PointToProve | None:
        return notices_proof.point_to_prove(self._db, point_id)

    def put(self, notice: NewNotice, now: datetime) -> bool:
        return notices_proof.put_code(self._db, notice, now)

    def codes_sent(self, notice_ids: Sequence[str]) -> list[CodeSent]:
        return notices_proof.codes_sent(self._db, notice_ids)

    def count_try(self, notice_id: str, tries: int) -> None:
        notices_proof.count_try(self._db, notice_id, tries)

    def prove_point(self, point_id: str, now: datetime) -> None:
        notices_proof.prove_point(self._db, point_id, now)


@dataclass(frozen=True, slots=True)
class SqlNoticeStore:
    """`NoticeStore` on an engine."""

    engine: Engine
    clock: Clock

    @contextmanager
    def begin(self) -> Iterator[NoticeTransaction]:
        with writing(self.engine) as connection:
            yield NoticeSql(connection, self.clock, is_sqlite(self.engine))


def _is(notice_id: str, point_id: str, attempt: int) -> Any:
    return and_(
        attempts.c.notice_id == notice_id,
        attempts.c.contact_point_id == point_id,
        attempts.c.attempt == attempt,
    )


def _to_attempted(row: RowMapping) -> Attempted:
    return Attempted(
        notice_id=row["notice_id"],
        alert_id=row["alert_id"],
        point_id=row["contact_point_id"],
        attempt=row["attempt"],
        channel=Channel(row["channel"]),
        result=Outcome(row["result"]) if row["result"] is not None else None,
        receipt_at=row["receipt_at"],
    )
