"""When an alert's own escalation fails: the district's desk rings, and its people are called, until somebody has it."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime, timedelta
from typing import Any, Final

import structlog

from backend.domain.alert.model import Alert, AlertId
from backend.domain.escalation.policy import LAST_RESORT, LAST_RESORT_EVERY
from backend.domain.escalation.targets import Recipient, TargetKind
from backend.services.escalation.fire_step import CALL_OUT_LASTS
from backend.services.escalation.ports import EscalationTransaction, Scene
from backend.services.notices.ports import POLICY_STEPS, NewNotice, NoticeKind, notice_id
from contract.vocabulary import SOS, Severity

log = structlog.get_logger()

RING_EVERY: Final = timedelta(seconds=LAST_RESORT_EVERY)
BY_ITSELF: Final = POLICY_STEPS - 1
"""The step of these notices: below `POLICY_STEPS`, so that an acceptance takes them back."""


def call_district(tx: EscalationTransaction, alert_id: AlertId, now: datetime) -> bool:
    """The desk rings where it is time to, and whoever the last resort names is called. What fails there is said."""
    if not tx.ring_unread(alert_id, RING_EVERY, now):
        return False
    try:
        with tx.savepoint():
            _call(tx, alert_id, now)
    except Exception as error:
        if tx.is_storage_fault(error):
            raise
        # The desk rings all the same: what breaks the run may well break this.
        log.error("district_not_called", alert_id=alert_id, error=type(error).__name__)
    return True


def _call(tx: EscalationTransaction, alert_id: AlertId, now: datetime) -> None:
    alert = tx.alert(alert_id)
    if alert is None:
        return
    scene = Scene(alert.id, alert.home_id, alert.organisation_id)
    asked = [target for target in LAST_RESORT if target.kind is TargetKind.ON_DUTY]
    found = {each.id: each for target in asked for each in tx.cover.reach(target, scene, now).recipients}
    facts = {**tx.facts(alert), "trouble": "run_failed"}
    told = [_notice(alert, each, facts, now) for each in found.values() if each.contact_points]
    tx.notices.put(told, now)


def _notice(alert: Alert, recipient: Recipient, facts: Mapping[str, Any], now: datetime) -> NewNotice:
    # A round of its own each time; the column holds 31 bits.
    round_ = int(now.timestamp()) % 2**31
    return NewNotice(
        id=notice_id(alert.id, NoticeKind.DESK_TROUBLE, BY_ITSELF, round_, recipient.id),
        kind=NoticeKind.DESK_TROUBLE,
        severity=Severity.EMERGENCY,
        recipient_kind=recipient.kind,
        recipient_id=recipient.id,
        recipient_name=recipient.name,
        created_at=now,
        deadline_at=now + CALL_OUT_LASTS,
        contact_points=recipient.contact_points,
        alert_id=alert.id,
        step=BY_ITSELF,
        round=round_,
        sos=alert.type == SOS,
        facts=facts,
    )
