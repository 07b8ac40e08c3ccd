"""The outbox inside the transaction of whoever asks: notices are put, counted, cancelled and passed on."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from datetime import datetime
from typing import Any, Final

import structlog
from sqlalchemy import Connection, RowMapping, exists, func, or_, select, update
from sqlalchemy.dialects import postgresql, sqlite

from backend.adapters.db.known import UNREADABLE
from backend.adapters.db.notices import attempts, notices
from backend.adapters.db.notices_rows import (
    CALLS_FOR_HELP,
    DESK_CALL,
    OUTSTANDING_COUNT,
    at_a_screen,
    delivery_values,
    first_row,
    to_delivery,
)
from backend.domain.delivery.machine import cancel, passed
from backend.domain.delivery.model import Cause, NoticeState, Outcome, Reason
from backend.domain.escalation.targets import DutyRole, RecipientKind
from backend.services.escalation.ports import NoticeProgress
from backend.services.notices.outbox_ports import Alarmed, AskedNotice
from backend.services.notices.ports import NewNotice, NoticeKind

log = structlog.get_logger()

_OPEN: Final = notices.c.state.in_(("pending", "sending"))
_PUT: Final[dict[str, Any]] = {
    "sqlite": sqlite.insert(notices).on_conflict_do_nothing().returning(notices.c.id),
    "postgresql": postgresql.insert(notices).on_conflict_do_nothing().returning(notices.c.id),
}


class SqlNoticeOutbox:
    """`NoticeOutbox`, `AlarmedReader` and `NoticeAnswers` on a connection that somebody else commits."""

    def __init__(self, connection: Connection) -> None:
        self._db = connection

    def put(self, notices: Sequence[NewNotice], now: datetime) -> int:
        """Adds those whose id is new; how many. One for a desk is told by its screen: `delivered` from the start."""
        statement = _PUT[self._db.dialect.name]
        added = [self._db.scalars(statement, _row(notice, now)).one_or_none() for notice in notices]
        return len(added) - added.count(None)

    def progress(self, alert_id: str, step: int, round_: int) -> NoticeProgress:
        """Counts over the call-outs of one step; expired ones count as failed, cancelled ones not at all."""
        rows = self._db.execute(
            select(notices.c.state, func.count().label("number"))
            .where(
                notices.c.alert_id == alert_id,
                notices.c.step == step,
                notices.c.round == round_,
                notices.c.kind == str(NoticeKind.CALL_OUT),
            )
            .group_by(notices.c.state)
        ).all()
        counts: dict[str, int] = {row.state: row.number for row in rows}
        return NoticeProgress(
            open=counts.get("pending", 0) + counts.get("sending", 0),
            delivered=counts.get("delivered", 0),
            failed=counts.get("failed", 0) + counts.get("expired", 0),
            passed=counts.get("passed", 0),
        )

    def cancel(self, alert_id: str, reason: str, now: datetime, below: int | None = None) -> int:
        """Ends the calls for help that are still being tried; how many. How it ended is told all the same."""
        asked = [notices.c.alert_id == alert_id, _OPEN, notices.c.kind.in_(CALLS_FOR_HELP)]
        if below is not None:
            asked.append(notices.c.step < below)
        query = select(notices.c.id).where(*asked).order_by(notices.c.id).with_for_update(of=notices)
        ids = self._db.scalars(query).all()
        for notice_id in ids:
            self._cancel(notice_id, reason, now)
        return len(ids)

    def _cancel(self, notice_id: str, reason: str, now: datetime) -> None:
        try:
            (row,) = self._locked(notices.c.id == notice_id)
            self._save(notice_id, delivery_values(cancel(to_delivery(row, row["outstanding"]), reason, now).delivery))
        except UNREADABLE:
            # Whatever is on record about it: nobody needs it any more.
            self._save(notice_id, {"state": str(NoticeState.CANCELLED), "cause": reason, "ended_at": now})

    def recipients_of(self, alert_id: str) -> tuple[Alarmed, ...]:
        """Each recipient once who got or may have got a call-out, in the order of being told.

        An attempt without a result may have arrived; one that the channel refused for good has not.
        """
        tried = exists().where(
            attempts.c.notice_id == notices.c.id,
            or_(attempts.c.result.is_(None), attempts.c.result != str(Outcome.PERMANENT)),
        )
        rows = self._db.execute(
            select(notices)
            .where(
                notices.c.alert_id == alert_id,
                notices.c.kind == str(NoticeKind.CALL_OUT),
                or_(notices.c.state.in_(("delivered", "passed")), tried),
            )
            .order_by(notices.c.created_at, notices.c.id)
        ).mappings()
        return tuple(_distinct(rows))

    def notice(self, notice_id: str) -> AskedNotice | None:
        """Locked until the end of the transaction."""
        for row in self._locked(notices.c.id == notice_id):
            return AskedNotice(
                id=row["id"],
                kind=row["kind"],
                alert_id=row["alert_id"],
                recipient_kind=RecipientKind(row["recipient_kind"]),
                recipient_id=row["recipient_id"],
                recipient_name=row["recipient_name"],
                role=_role(row),
                state=row["state"],
                deadline_at=row["deadline_at"],
            )
        return None

    def pass_on(self, notice_id: str, now: datetime) -> bool:
        """The recipient says: not me. False where it had ended otherwise."""
        for row in self._locked(notices.c.id == notice_id):
            decision = passed(to_delivery(row, row["outstanding"]), now)
            if decision.reason is Reason.PASSED:
                self._save(notice_id, delivery_values(decision.delivery))
                return True
        return False

    def _locked(self, *where: Any, order: Sequence[Any] = ()) -> list[RowMapping]:
        query = select(notices, OUTSTANDING_COUNT).where(*where).order_by(*order)
        return list(self._db.execute(query.with_for_update(of=notices)).mappings())

    def _save(self, notice_id: str, values: dict[str, Any]) -> None:
        # Without its lease a worker that is calling out right now can write down what came of it, and no more.
        self._db.execute(update(notices).where(notices.c.id == notice_id).values(**values, lease=None))


def _row(notice: NewNotice, now: datetime) -> dict[str, Any]:
    row = first_row(notice)
    if at_a_screen(notice):
        ended = {"state": str(NoticeState.DELIVERED), "cause": str(Cause.SHOWN_AT_DESK)}
        return {**row, **ended, "sent_at": now, "ended_at": now}
    if not row["contact_points"]:
        ended = {"state": str(NoticeState.FAILED), "cause": str(Cause.NO_CONTACT_POINT)}
        return {**row, **ended, "sent_at": None, "ended_at": now}
    return {**row, "cause": None, "sent_at": None, "ended_at": None}


def _distinct(rows: Iterable[RowMapping]) -> Iterable[Alarmed]:
    seen: set[tuple[str, str]] = set()
    for row in rows:
        key = (row["recipient_kind"], row["recipient_id"])
        if key in seen:
            continue
        seen.add(key)
        try:
            points = tuple(point for point in row["contact_points"] if point != DESK_CALL)
            yield Alarmed(RecipientKind(key[0]), key[1], row["recipient_name"], _role(row), points)
        except UNREADABLE as error:
            log.error("recipient_unreadable", notice=row["id"], error=type(error).__name__)


def _role(row: RowMapping) -> DutyRole | None:
    return DutyRole(row["role"]) if row["role"] is not None else None
