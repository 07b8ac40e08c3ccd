"""What else changes an alert besides a step by its holder: it is heard, rung, or found to be graver."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from datetime import datetime
from typing import Any

from backend.domain.alert.lease import renew
from backend.domain.alert.model import Actor, Alert, Decision, Entry, EntryKind
from contract.vocabulary import Severity


def heard(alert: Alert, actor: Actor, source: str, now: datetime) -> Decision:
    """Somebody has spoken with the person. The first time fixes the figure *press to first voice*."""
    first = alert.first_voice_at or now
    after = replace(renew(alert, actor, now), first_voice_at=first, version=alert.version + 1)
    return Decision(after, "heard", (Entry(EntryKind.VOICE_CONTACT, actor, now, source),))


def ring(
    alert: Alert, kind: EntryKind, actor: Actor, now: datetime, reason: str, detail: Mapping[str, Any] | None = None
) -> Decision:
    """The desk rings again and the alert waits for somebody; whoever holds it stays on it. Closed: nothing happens."""
    if alert.ended:
        return Decision(alert, "ended", changed=False)
    after = replace(alert, requeued_at=alert.requeued_at or now, ring_seq=alert.ring_seq + 1, version=alert.version + 1)
    return Decision(after, reason, (Entry(kind, actor, now, "platform", reason, dict(detail or {})),))


def raise_severity(alert: Alert, severity: Severity, actor: Actor, now: datetime, reason: str) -> Decision:
    """It is graver than thought: the severity rises and the desk rings. It never falls (design §5)."""
    if alert.ended or severity.rank >= alert.severity.rank:
        return Decision(alert, "no_graver", changed=False)
    detail = {"before": str(alert.severity), "after": str(severity)}
    after = replace(alert, severity=severity, ring_seq=alert.ring_seq + 1, version=alert.version + 1)
    return Decision(after, reason, (Entry(EntryKind.SEVERITY_RAISED, actor, now, "platform", reason, detail),))
