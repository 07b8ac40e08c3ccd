"""When an alert is closed: what has not left yet stays, and everyone who was alarmed learns how it ended."""

from __future__ import annotations

from datetime import datetime, timedelta
from typing import Final

from backend.domain.alert.model import SYSTEM, Alert, Entry, EntryKind
from backend.services.escalation.ports import EscalationTransaction
from backend.services.notices.ports import NewNotice, NoticeKind, notice_id
from contract.vocabulary import OUTCOME_CODES, SOS

ENDED_LASTS: Final = timedelta(hours=12)
"""Still worth hearing for somebody whose phone was off over night."""


def tell_how_it_ended(tx: EscalationTransaction, alert: Alert, now: datetime) -> None:
    """Calls that are still being tried end; those who got one are told. Grave news goes by voice only."""
    tx.notices.cancel(alert.id, "closed", now)
    alarmed = [each for each in tx.notices.recipients_of(alert.id) if each.contact_points]
    if not alarmed:
        return
    code = OUTCOME_CODES.get(alert.outcome or "")
    # A text never says what is grave, not even by its facts.
    ended = {} if alert.grave or code is None else {"outcome": {"zh-CN": code.label.zh, "en": code.label.en}}
    facts = {**tx.facts(alert), **ended}
    tx.notices.put(
        [
            NewNotice(
                id=notice_id(alert.id, NoticeKind.ENDED, 0, 0, each.id),
                kind=NoticeKind.ENDED,
                severity=alert.severity,
                recipient_kind=each.kind,
                recipient_id=each.id,
                recipient_name=each.name,
                created_at=now,
                deadline_at=now + ENDED_LASTS,
                contact_points=each.contact_points,
                alert_id=alert.id,
                sos=alert.type == SOS,
                voice_only=alert.grave,
                facts=facts,
            )
            for each in alarmed
        ],
        now,
    )
    detail = {"told": [each.name for each in alarmed], "voice_only": alert.grave}
    tx.add_entries(alert.id, [Entry(EntryKind.ENDED_TOLD, SYSTEM, now, "escalation", "closed", detail)])
    tx.touch(alert.id)
