"""How assignments, timers, key uses and replies become rows and back."""

from __future__ import annotations

from dataclasses import asdict
from datetime import timedelta
from typing import Any

from sqlalchemy import RowMapping

from backend.domain.answering.model import Assignment, State
from backend.domain.answering.safety import Timer
from backend.domain.escalation.targets import DutyRole, RecipientKind
from backend.services.answering.ports import KeyUse, StoredReply


def assignment_row(assignment: Assignment) -> dict[str, Any]:
    """Column by column."""
    values = asdict(assignment)
    return values | {name: str(values[name]) for name in ("recipient_kind", "role", "state")}


def to_assignment(row: RowMapping) -> Assignment:
    """The assignment of a row."""
    values: dict[str, Any] = dict(row)
    values["recipient_kind"] = RecipientKind(values["recipient_kind"])
    values["role"] = DutyRole(values["role"])
    values["state"] = State(values["state"])
    return Assignment(**values)


def timer_row(timer: Timer) -> dict[str, Any]:
    """Column by column."""
    values = asdict(timer)
    values["every_seconds"] = int(values.pop("every").total_seconds())
    return values


def to_timer(row: RowMapping) -> Timer:
    """The timer of a row."""
    values: dict[str, Any] = dict(row)
    return Timer(every=timedelta(seconds=values.pop("every_seconds")), **values)


def to_key_use(row: RowMapping) -> KeyUse:
    """The key use of a row."""
    return KeyUse(**dict(row))


def to_reply(row: RowMapping) -> StoredReply:
    """The reply of a row."""
    return StoredReply(**dict(row))
