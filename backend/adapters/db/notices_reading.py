"""How the delivery log is read: notices with their attempts, and contact points that are no cover."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import Any, Final, Literal

from sqlalchemy import Connection, Engine, RowMapping, and_, exists, select

from backend.adapters.db.access import notice_seen, point_seen
from backend.adapters.db.alarm import alerts
from backend.adapters.db.engine import reading
from backend.adapters.db.notices import attempts, notices
from backend.adapters.db.notices_rows import OUTSTANDING
from backend.adapters.db.organisation import organisations
from backend.adapters.db.people import contact_points, people
from backend.adapters.db.registry import contacts
from backend.domain.access.sight import WHOLE, Sight
from backend.domain.delivery.model import OPEN, NoticeState
from backend.domain.escalation.targets import Channel
from backend.services.notices.labels import CAUSES, CHANNELS, KINDS, OUTCOMES, STATES
from backend.services.notices.views import (
    AttemptView,
    Labelled,
    NoticePage,
    NoticeView,
    PointPage,
    PointView,
    RecipientView,
    Which,
    labelled,
    masked_address,
)

_OPEN: Final = notices.c.state.in_(sorted(str(state) for state in OPEN))
_A_CALL: Final = exists().where(
    attempts.c.notice_id == notices.c.id, attempts.c.channel == str(Channel.VOICE), OUTSTANDING
)
_WHERE: Final[dict[Which, Any]] = {
    "open": _OPEN,
    "failed": notices.c.state.in_((str(NoticeState.FAILED), str(NoticeState.EXPIRED))),
    "to_call": and_(_OPEN, _A_CALL),
}
_OWNERS: Final[dict[str, Any]] = {"person": people, "contact": contacts, "organisation": organisations}


@dataclass(frozen=True, slots=True)
class SqlNoticeReader:
    """`NoticeReader` on an engine."""

    engine: Engine

    def of_alert(self, alert_id: str) -> list[NoticeView] | None:
        with reading(self.engine) as connection:
            if connection.scalar(select(alerts.c.id).where(alerts.c.id == alert_id)) is None:
                return None
            query = select(notices).where(notices.c.alert_id == alert_id).order_by(notices.c.created_at, notices.c.id)
            return _views(connection, connection.execute(query).mappings().all())

    def page(self, which: Which, limit: int, sight: Sight = WHOLE) -> NoticePage:
        order = (notices.c.created_at.desc(),) if which == "failed" else (notices.c.priority, notices.c.created_at)
        query = select(notices).where(_WHERE[which], notice_seen(sight)).order_by(*order, notices.c.id).limit(limit + 1)
        with reading(self.engine) as connection:
            rows = connection.execute(query).mappings().all()
            return NoticePage(items=_views(connection, rows[:limit]), more=len(rows) > limit)

    def points(self, state: Literal["disabled", "unverified"], limit: int, sight: Sight = WHOLE) -> PointPage:
        point = contact_points.c
        disabled = state == "disabled"
        where = (
            point.disabled_at.is_not(None) if disabled else point.verified_at.is_(None) & point.disabled_at.is_(None)
        )
        found = select(contact_points).where(where, point_seen(sight))
        query = found.order_by(point.disabled_at, point.created_at).limit(limit)
        with reading(self.engine) as connection:
            rows = connection.execute(query).mappings().all()
            names = _owner_names(connection, rows)
        return PointPage(items=[_point(row, names, state) for row in rows])


def _views(connection: Connection, rows: Sequence[RowMapping]) -> list[NoticeView]:
    tried = _attempts(connection, [row["id"] for row in rows])
    return [_notice(row, tried[row["id"]]) for row in rows]


def _attempts(connection: Connection, ids: Sequence[str]) -> dict[str, list[AttemptView]]:
    query = (
        select(attempts, contact_points.c.address)
        .outerjoin(contact_points, contact_points.c.id == attempts.c.contact_point_id)
        .where(attempts.c.notice_id.in_(ids))
        .order_by(attempts.c.began_at, attempts.c.attempt)
    )
    found: dict[str, list[AttemptView]] = defaultdict(list)
    for row in connection.execute(query).mappings():
        found[row["notice_id"]].append(_attempt(row))
    return found


def _attempt(row: RowMapping) -> AttemptView:
    return AttemptView(
        contact_point_id=row["contact_point_id"],
        channel=row["channel"],
        channel_label=_words(CHANNELS, row["channel"]),
        address=masked_address(row["address"] or ""),
        attempt=row["attempt"],
        began_at=row["began_at"],
        ended_at=row["ended_at"],
        result=row["result"],
        result_label=labelled(OUTCOMES, row["result"]),
        cause=row["cause"] or None,
        cause_label=labelled(CAUSES, row["cause"]),
        receipt=row["receipt"],
        receipt_at=row["receipt_at"],
    )


def _notice(row: RowMapping, tried: list[AttemptView]) -> NoticeView:
    is_open = NoticeState(row["state"]) in OPEN
    return NoticeView(
        id=row["id"],
        kind=row["kind"],
        kind_label=_words(KINDS, row["kind"]),
        severity=row["severity"],
        alert_id=row["alert_id"],
        work_order_id=row["work_order_id"],
        step=row["step"],
        round=row["round"],
        recipient=RecipientView(kind=row["recipient_kind"], id=row["recipient_id"], name=row["recipient_name"]),
        role=row["role"],
        voice_only=row["voice_only"],
        state=row["state"],
        state_label=_words(STATES, row["state"]),
        cause=row["cause"],
        cause_label=labelled(CAUSES, row["cause"]),
        created_at=row["created_at"],
        due_at=row["due_at"] if is_open else None,
        deadline_at=row["deadline_at"],
        sent_at=row["sent_at"],
        ended_at=row["ended_at"],
        attempts=tried,
    )


def _words(words: Any, code: str) -> Labelled:
    return labelled(words, code) or {"zh-CN": code, "en": code}


def _owner_names(connection: Connection, rows: Iterable[RowMapping]) -> dict[tuple[str, str], str]:
    wanted: dict[str, set[str]] = defaultdict(set)
    for row in rows:
        wanted[row["owner_kind"]].add(row["owner_id"])
    names: dict[tuple[str, str], str] = {}
    for kind, ids in wanted.items():
        owners = _OWNERS[kind]
        for owner in connection.execute(select(owners.c.id, owners.c.name).where(owners.c.id.in_(ids))):
            names[kind, owner.id] = owner.name
    return names


def _point(row: RowMapping, names: dict[tuple[str, str], str], state: str) -> PointView:
    name = names.get((row["owner_kind"], row["owner_id"]), "")
    return PointView(
        id=row["id"],
        owner=RecipientView(kind=row["owner_kind"], id=row["owner_id"], name=name),
        channel=row["channel"],
        channel_label=_words(CHANNELS, row["channel"]),
        address=masked_address(row["address"]) or "",
        state=state,
        reason=row["disabled_reason"],
        reason_label=labelled(CAUSES, row["disabled_reason"]),
        since=row["disabled_at"] or row["created_at"],
    )
