"""What is on record of an alert's script: marks and calls, as rows that any transaction about the alert may use."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from sqlalchemy import Connection, RowMapping, insert, select

from backend.adapters.db.calls import calls
from backend.adapters.db.script import marks
from backend.domain.alert.model import Actor, ActorKind
from backend.domain.script.model import Call, CallResult, CallTarget, Mark, MarkState
from backend.services.alarm.ports import MarkedStep

REASON_CHARACTERS = 512


def script_marks(connection: Connection, alert_id: str) -> list[MarkedStep]:
    """What was said of the alert's steps, the oldest first."""
    return [
        MarkedStep(mark.step, str(mark.state), mark.reason, mark.actor, mark.at)
        for mark in marks_of(connection, alert_id)
    ]


def put_script_marks(connection: Connection, alert_id: str, said: Sequence[MarkedStep]) -> None:
    """Adds to them; nothing is ever changed."""
    add_marks(
        connection,
        alert_id,
        [Mark(one.step, MarkState(one.state), one.actor, one.at, one.reason) for one in said],
    )


def calls_of(connection: Connection, alert_id: str) -> list[Call]:
    """The calls about the alert, the oldest first."""
    rows = connection.execute(select(calls).where(calls.c.alert_id == alert_id).order_by(calls.c.began_at, calls.c.id))
    return [to_call(row) for row in rows.mappings()]


def marks_of(connection: Connection, alert_id: str) -> list[Mark]:
    """The marks with their notes, the oldest first."""
    rows = connection.execute(select(marks).where(marks.c.alert_id == alert_id).order_by(marks.c.id))
    return [to_mark(row) for row in rows.mappings()]


def to_mark(row: RowMapping) -> Mark:
    """The mark of a row of `script_marks`."""
    return Mark(row["step"], MarkState(row["state"]), _actor(row), row["at"], row["reason"], row["note"])


def add_marks(connection: Connection, alert_id: str, said: Sequence[Mark]) -> None:
    """The marks become rows, in their order."""
    if said:
        connection.execute(
            insert(marks),
            [
                {
                    "alert_id": alert_id,
                    "step": mark.step,
                    "state": str(mark.state),
                    "reason": mark.reason[:REASON_CHARACTERS] if mark.reason else None,
                    "note": mark.note,
                    **_who(mark.actor),
                    "at": mark.at,
                }
                for mark in said
            ],
        )


def call_row(call: Call) -> dict[str, Any]:
    """Columns of `calls`."""
    return {
        "id": call.id,
        "alert_id": call.alert_id,
        "to_kind": str(call.to),
        "to_id": call.to_id,
        "number": call.number,
        **_who(call.by),
        "began_at": call.began_at,
        "result": str(call.result) if call.result else None,
        "ended_at": call.ended_at,
        "seconds": call.seconds,
        "recording_reference": call.recording_reference,
        "note": call.note,
        "command_id": call.command_id,
    }


def to_call(row: RowMapping) -> Call:
    """The call of a row of `calls`."""
    return Call(
        id=row["id"],
        alert_id=row["alert_id"],
        to=CallTarget(row["to_kind"]),
        number=row["number"],
        by=_actor(row),
        began_at=row["began_at"],
        to_id=row["to_id"],
        result=CallResult(row["result"]) if row["result"] else None,
        ended_at=row["ended_at"],
        seconds=row["seconds"],
        recording_reference=row["recording_reference"],
        note=row["note"],
        command_id=row["command_id"],
    )


def _who(actor: Actor) -> dict[str, str]:
    return {"actor_kind": str(actor.kind), "actor_id": actor.id, "actor_name": actor.name}


def _actor(row: RowMapping) -> Actor:
    return Actor(ActorKind(row["actor_kind"]), row["actor_id"], row["actor_name"])
