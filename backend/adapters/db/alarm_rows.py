"""How alerts, timeline entries and commands become rows and come back."""

from __future__ import annotations

from dataclasses import fields
from datetime import timedelta
from typing import Any, Final

from sqlalchemy import RowMapping

from backend.adapters.db.known import known
from backend.domain.alert.model import Actor, ActorKind, Alert, AlertId, Entry
from backend.services.alarm.ports import CommandState, NewEvent, OutboxCommand
from contract.vocabulary import Condition, Flag, Handling, Lane, Severity

_FLAGS: Final = frozenset(map(str, Flag))
_EVENT: Final = tuple(field.name for field in fields(NewEvent))


def event_row(event: NewEvent) -> dict[str, Any]:
    """Columns of `events`."""
    # Not `asdict`, which copies whatever is in the fields: a press pays for it.
    return {**{name: getattr(event, name) for name in _EVENT}, "flags": [str(flag) for flag in event.flags]}


def alert_row(alert: Alert) -> dict[str, Any]:
    """Columns of `alerts`."""
    return {
        "id": alert.id,
        "version": alert.version,
        "device_id": alert.device_id,
        "type": alert.type,
        "severity": str(alert.severity),
        "severity_rank": alert.severity.rank,
        "condition": str(alert.condition),
        "handling": str(alert.handling),
        "count": alert.count,
        "event_id": alert.event_id,
        "home_id": alert.home_id,
        "room": alert.room,
        "pressed_at": alert.pressed_at,
        "received_at": alert.received_at,
        "late_seconds": None if alert.late is None else int(alert.late.total_seconds()),
        "flags": [str(flag) for flag in alert.flags],
        "unknown_device": alert.unknown_device,
        "transmitter": alert.transmitter,
        "previous_id": alert.previous_id,
        "holder_id": alert.holder.id if alert.holder else None,
        "holder_name": alert.holder.name if alert.holder else None,
        "holder_kind": str(alert.holder.kind) if alert.holder else None,
        "accepted_at": alert.accepted_at,
        "held_since": alert.held_since,
        "latest_at": alert.latest_at,
        "clock_ahead_seconds": _seconds(alert.clock_ahead),
        "requeued_at": alert.requeued_at,
        "reaction_due_at": alert.reaction_due_at,
        "lease_until": alert.lease_until,
        "lease_due_at": alert.lease_due_at,
        "organisation_id": alert.organisation_id,
        "first_voice_at": alert.first_voice_at,
        "grave": alert.grave,
        "test_due_at": alert.test_due_at,
        "eta_minutes": alert.eta_minutes,
        "eta_at": alert.eta_at,
        "responder": alert.responder,
        "closed_at": alert.closed_at,
        "outcome": alert.outcome,
        "ring_seq": alert.ring_seq,
    }


def to_alert(row: RowMapping) -> Alert:
    """The alert of a row of `alerts`."""
    return Alert(
        id=AlertId(row["id"]),
        version=row["version"],
        device_id=row["device_id"],
        type=row["type"],
        severity=known(Severity, row["severity"], Severity.EMERGENCY),
        condition=known(Condition, row["condition"], Condition.ACTIVE),
        handling=known(Handling, row["handling"], Handling.NEW),
        count=row["count"],
        event_id=row["event_id"],
        home_id=row["home_id"],
        room=row["room"],
        pressed_at=row["pressed_at"],
        received_at=row["received_at"],
        late=None if row["late_seconds"] is None else timedelta(seconds=row["late_seconds"]),
        flags=tuple(Flag(flag) for flag in row["flags"] if flag in _FLAGS),
        unknown_device=row["unknown_device"],
        transmitter=row["transmitter"],
        previous_id=row["previous_id"],
        holder=_holder(row),
        accepted_at=row["accepted_at"],
        held_since=row["held_since"],
        latest_at=row["latest_at"],
        clock_ahead=timedelta(seconds=row["clock_ahead_seconds"]),
        requeued_at=row["requeued_at"],
        reaction_due_at=row["reaction_due_at"],
        lease_until=row["lease_until"],
        lease_due_at=row["lease_due_at"],
        organisation_id=row["organisation_id"],
        first_voice_at=row["first_voice_at"],
        grave=row["grave"],
        test_due_at=row["test_due_at"],
        eta_minutes=row["eta_minutes"],
        eta_at=row["eta_at"],
        responder=row["responder"],
        closed_at=row["closed_at"],
        outcome=row["outcome"],
        ring_seq=row["ring_seq"],
    )


def _holder(row: RowMapping) -> Actor | None:
    if row["holder_id"] is None:
        return None
    # Rows from before responders could hold an alert have no kind.
    return Actor(
        known(ActorKind, row["holder_kind"] or ActorKind.STAFF, ActorKind.STAFF),
        row["holder_id"],
        row["holder_name"] or "",
    )


def entry_row(alert_id: str, entry: Entry) -> dict[str, Any]:
    """Columns of `alert_timeline`."""
    return {
        "alert_id": alert_id,
        "at": entry.at,
        "kind": str(entry.kind),
        "actor_kind": str(entry.actor.kind),
        "actor_id": entry.actor.id,
        "actor_name": entry.actor.name,
        "source": entry.source[:64],
        "reason": entry.reason[:256],
        "detail": dict(entry.detail),
    }


def command_row(command: OutboxCommand) -> dict[str, Any]:
    """Columns of `commands`."""
    return {
        "id": command.id,
        "device_id": command.device_id,
        "command": command.command,
        "args": dict(command.args),
        "lane": str(command.lane),
        "alert_id": command.alert_id,
        "stage": command.stage,
        "event_id": command.event_id,
        "state": str(command.state),
        "attempts": command.attempts,
        "created_at": command.created_at,
        "expires_at": command.expires_at,
        "due_at": command.due_at,
        "lease": command.lease,
        "leased_at": command.leased_at,
        "leased_by": command.leased_by,
        "sent_at": command.sent_at,
        "result_at": command.result_at,
        "detail": command.detail,
        "clock_ahead_seconds": _seconds(command.clock_ahead),
    }


def to_command(row: RowMapping) -> OutboxCommand:
    """The command of a row of `commands`."""
    values = {**row, "lane": Lane(row["lane"]), "state": CommandState(row["state"])}
    ahead = timedelta(seconds=values.pop("clock_ahead_seconds"))
    return OutboxCommand(**values, clock_ahead=ahead)


def _seconds(span: timedelta) -> int:
    """Rounded up."""
    return -(-span // timedelta(seconds=1))
