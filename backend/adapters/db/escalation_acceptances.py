"""Who has accepted an alert: its timeline says it, so nothing else has to be kept in step."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Final

from sqlalchemy import Connection, select

from backend.adapters.db.alarm import timeline
from backend.domain.alert.model import EntryKind
from backend.domain.escalation.run import Acceptance
from backend.domain.escalation.targets import DutyRole

_OPERATOR: Final = (str(EntryKind.ACCEPTED), str(EntryKind.TAKEN_OVER))
# An operator who writes down that somebody is on the way or there has a responder, whoever that is.
_RESPONDER: Final = tuple(
    str(kind)
    for kind in (
        EntryKind.RESPONDER_ACCEPTED,
        EntryKind.RESPONDER_EN_ROUTE,
        EntryKind.RESPONDER_ARRIVED,
        EntryKind.EN_ROUTE,
        EntryKind.ARRIVED,
    )
)
_PASSED: Final = str(EntryKind.NOTICE_PASSED)


def _role(kind: str) -> DutyRole:
    return DutyRole.OPERATOR if kind in _OPERATOR else DutyRole.RESPONDER


def acceptances_of(connection: Connection, alert_id: str) -> Sequence[Acceptance]:
    """Each person once in each role, in the order in which they accepted; who withdraws has not accepted any more."""
    rows = connection.execute(
        select(timeline.c.kind, timeline.c.actor_id, timeline.c.actor_name)
        .where(timeline.c.alert_id == alert_id, timeline.c.kind.in_((*_OPERATOR, *_RESPONDER, _PASSED)))
        .order_by(timeline.c.id)
    )
    found: dict[tuple[DutyRole, str], str] = {}
    for row in rows:
        if row.kind == _PASSED:
            for role in DutyRole:
                found.pop((role, row.actor_id), None)
        else:
            found[_role(row.kind), row.actor_id] = row.actor_name
    return [Acceptance(role, who, name) for (role, who), name in found.items()]
