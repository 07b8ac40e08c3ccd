"""How somebody is called out besides by escalation: by an operator, or because a second person is wanted."""

from __future__ import annotations

from datetime import datetime, timedelta
from typing import Final

from backend.domain.alert.model import Alert
from backend.domain.escalation.targets import DutyRole
from backend.services.answering.ports import AnswerTransaction, Callee
from backend.services.notices.ports import NewNotice, NoticeKind, notice_id
from contract.vocabulary import SOS

BY_HAND_STEP: Final = 1000
SECOND_PERSON_STEP: Final = 1001
"""Beyond every step of a policy, so that such a call is never counted as one."""
TRIED_FOR: Final = timedelta(minutes=10)


def call_out(tx: AnswerTransaction, alert: Alert, callee: Callee, step: int, now: datetime) -> NewNotice:
    """The notice, put into the outbox; a new one each time, for whoever calls again wants it sent again."""
    # The moment makes it a notice of its own; the column holds 31 bits.
    round_ = int(now.timestamp()) % 2**31
    notice = NewNotice(
        id=notice_id(alert.id, NoticeKind.CALL_OUT, step, round_, callee.id),
        kind=NoticeKind.CALL_OUT,
        severity=alert.severity,
        recipient_kind=callee.kind,
        recipient_id=callee.id,
        recipient_name=callee.name,
        created_at=now,
        deadline_at=now + TRIED_FOR,
        contact_points=callee.contact_points,
        role=DutyRole.RESPONDER,
        alert_id=alert.id,
        step=step,
        round=round_,
        sos=alert.type == SOS,
        facts=tx.facts(alert),
    )
    tx.notices.put([notice], now)
    return notice
