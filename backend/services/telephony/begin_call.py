"""A click dials: the call is on record before the telephone rings, and a terminal is told to dial the desk."""

from __future__ import annotations

import uuid
from dataclasses import dataclass
from datetime import datetime, timedelta
from enum import StrEnum
from typing import Final

from backend.domain.alert.model import Actor, Alert, EntryKind
from backend.domain.script.model import Book, Call, CallTarget
from backend.services.alarm.ports import Clock, OutboxCommand
from backend.services.script.change import write
from backend.services.script.once import done_before, keep
from backend.services.script.watch_voice import look
from backend.services.telephony.numbers import EMERGENCY, BadNumber, normal
from backend.services.telephony.ports import CallStore, CallTransaction
from contract.vocabulary import CommandName, Lane

DIAL_FOR: Final = timedelta(seconds=60)
"""A terminal that hears of it later must not ring a desk that has given up: the rule of silence has acted by then."""
_NAMESPACE: Final = uuid.uuid5(uuid.NAMESPACE_URL, "care/calls")


class NotCalled(StrEnum):
    """Why there is no call."""

    NO_ALERT = "no_alert"
    NO_SUCH_PARTY = "no_such_party"
    NO_NUMBER = "no_number"
    BAD_NUMBER = "bad_number"
    NEVER_CALL = "never_call"
    NO_DESK_NUMBER = "no_desk_number"
    CLOSED = "closed"


class CannotCall(Exception):  # noqa: N818 - an answer, not a fault of ours
    """Nothing was dialled, and why."""

    def __init__(self, reason: NotCalled) -> None:
        super().__init__(str(reason))
        self.reason = reason


@dataclass(frozen=True, slots=True)
class BeginCall:
    """The use case."""

    store: CallStore
    book: Book
    clock: Clock

    def __call__(
        self, alert_id: str, to: CallTarget, to_id: str | None, number: str | None, actor: Actor, key: str
    ) -> str:
        """The id of the call, the same for the same key. Raises `CannotCall` and `once.KeyReused`.

        Resident and contact: one of the alert's home by `to_id`, or a `number` that somebody found on paper.
        """
        now = self.clock.now()
        fingerprint = f"call {alert_id} {to} {to_id!r} {number!r}"
        call_id = str(uuid.uuid5(_NAMESPACE, f"{actor.id}/{key}"))
        with self.store.begin() as tx:
            alert = tx.alert(alert_id)
            if alert is None:
                raise CannotCall(NotCalled.NO_ALERT)
            if done_before(tx, actor.id, key, fingerprint):
                return call_id
            call = _call(tx, alert, Call(call_id, alert_id, to, "", actor, now, to_id), number, now)
            tx.put_call(call)
            detail = {"call_id": call.id, "to": str(to), "to_id": call.to_id}
            alert = write(tx, alert, EntryKind.CALLED, actor, now, str(to), detail)
            look(tx, self.book, alert, now)
            keep(tx, actor.id, key, fingerprint, now)
        return call_id


def _call(tx: CallTransaction, alert: Alert, call: Call, number: str | None, now: datetime) -> Call:
    if call.to is CallTarget.EMERGENCY_SERVICE:
        if number is None or number not in EMERGENCY:
            raise CannotCall(NotCalled.NO_SUCH_PARTY)
        return _with(call, number, None)
    if call.to is CallTarget.TERMINAL:
        return _by_terminal(tx, alert, call, now)
    if call.to_id is None:
        return _with(call, _dialled(number), None)
    party = next((one for one in tx.parties(alert) if (one.to, one.id) == (call.to, call.to_id)), None)
    if party is None:
        raise CannotCall(NotCalled.NO_SUCH_PARTY)
    if party.never:
        raise CannotCall(NotCalled.NEVER_CALL)
    return _with(call, _dialled(party.number), party.id)


def _by_terminal(tx: CallTransaction, alert: Alert, call: Call, now: datetime) -> Call:
    """The terminal dials the desk, by a command on the emergency lane: nobody has to know its number."""
    if alert.ended:
        raise CannotCall(NotCalled.CLOSED)
    line = tx.desk_number(alert)
    if line is None:
        raise CannotCall(NotCalled.NO_DESK_NUMBER)
    number = _dialled(line)
    command = OutboxCommand(
        id=str(uuid.uuid5(_NAMESPACE, f"{call.id}/dial")),
        device_id=alert.device_id,
        command=str(CommandName.DIAL),
        args={"number": number},
        lane=Lane.EMERGENCY,
        created_at=now,
        expires_at=now + DIAL_FOR,
        due_at=now,
        alert_id=alert.id,
        clock_ahead=alert.clock_ahead,
    )
    tx.put_command(command)
    return _with(call, number, alert.device_id, command.id)


def _with(call: Call, number: str, to_id: str | None, command_id: str | None = None) -> Call:
    return Call(call.id, call.alert_id, call.to, number, call.by, call.began_at, to_id, command_id=command_id)


def _dialled(number: str | None) -> str:
    if not (number or "").strip():
        raise CannotCall(NotCalled.NO_NUMBER)
    try:
        return normal(number or "")
    except BadNumber:
        raise CannotCall(NotCalled.BAD_NUMBER) from None
