"""Whoever replied by text hears what became of it: it is theirs, somebody else has it, or it was not understood."""

from __future__ import annotations

from datetime import datetime, timedelta
from typing import Final

from backend.domain.alert.model import Alert
from backend.domain.answering.model import Assignment, StepKind, Why
from backend.services.answering.ports import AnswerTransaction
from backend.services.notices.ports import NewNotice, NoticeKind, notice_id

TRIED_FOR: Final = timedelta(minutes=10)


def say_back(
    tx: AnswerTransaction, alert: Alert, mine: Assignment, reply_id: str, text: str | None, now: datetime
) -> None:
    """Puts the answer into the outbox; none for a step that goes without saying."""
    callee = tx.callee(mine.recipient_kind, mine.recipient_id)
    if text is None or callee is None or not callee.contact_points:
        return
    tx.notices.put(
        [
            NewNotice(
                id=notice_id(f"{alert.id}/{reply_id}", NoticeKind.ADVISORY, 0, 0, callee.id),
                kind=NoticeKind.ADVISORY,
                # As the alert: the person waits for it, at whatever hour.
                severity=alert.severity,
                recipient_kind=callee.kind,
                recipient_id=callee.id,
                recipient_name=callee.name,
                created_at=now,
                deadline_at=now + TRIED_FOR,
                contact_points=callee.contact_points,
                alert_id=alert.id,
                facts={"text": text},
            )
        ],
        now,
    )


def of_step(mine: Assignment, kind: StepKind) -> str | None:
    """After a step that was taken. Only an acceptance needs a word: it says whose it is now, and what comes next."""
    if kind is not StepKind.ACCEPT:
        return None
    code = mine.reply_code or ""
    return f"已由您负责。出发请回 4 {code} 分钟数 / It is yours. When leaving reply 4 {code} and the minutes"


def of_refusal(why: Why | None, by: str | None) -> str:
    """After a step that was not possible."""
    if why is Why.TAKEN and by is not None:
        return f"{by} 已接手，不用去了，谢谢 / {by} has it, no need to go, thank you"
    if why in (Why.ALERT_CLOSED, Why.EXPIRED, Why.ENDED):
        return "这个警报已不需要您，谢谢 / You are not needed for this alert any more, thank you"
    return "这一步现在不行，请先完成前一步或打值班台 / Not possible now: do the step before, or ring the desk"


def of_nonsense(mine: Assignment) -> str:
    """After a text that nobody understood."""
    code = mine.reply_code or ""
    return f"没看懂。接单回 1 {code}，不能去回 2 {code} / Not understood. Reply 1 {code} to go, 2 {code} if you cannot"
