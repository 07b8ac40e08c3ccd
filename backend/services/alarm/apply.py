"""What every use case does with a decision about an alert: kept, told, answered, and its run looks again."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime

from backend.domain.alert.model import Decision
from backend.services.alarm.answer import queue_answers
from backend.services.alarm.ports import AlarmTransaction


def apply(tx: AlarmTransaction, decision: Decision, hearing: Sequence[str], now: datetime) -> None:
    """Puts `decision` into `tx`; nothing where it changed nothing. `hearing`: of each resident of the home."""
    if not decision.changed:
        return
    tx.save_alert(decision.alert)
    tx.add_entries(decision.alert.id, decision.entries)
    queue_answers(tx, decision, hearing, now)
    tx.wake_run(decision.alert.id, now)
    tx.touch(decision.alert.id)
