"""Which command tells a terminal what became of its press, and which older ones it makes needless."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from datetime import datetime, timedelta

from backend.domain.alert.answers import REARM_AFTER, arguments, lifetime, manner
from backend.domain.alert.model import AlertId, Answer, Decision
from backend.services.alarm.ports import AlarmTransaction, CommandState, Ids, OutboxCommand
from contract.ingest import OutboundCommand
from contract.times import format_time
from contract.topics import answer_id
from contract.vocabulary import CommandName, Lane, Stage


def answer_command(
    device_id: str, answer: Answer, alert_id: AlertId | None, hearing: Sequence[str], now: datetime
) -> OutboxCommand:
    """The outbox row for `answer`; its id is the same for every copy of it."""
    return OutboxCommand(
        id=answer_id(device_id, answer.event_id, answer.stage),
        device_id=device_id,
        command=str(CommandName.REASSURE),
        args=arguments(answer, manner(hearing)),
        lane=Lane.EMERGENCY,
        created_at=now,
        expires_at=now + lifetime(answer),
        due_at=now,
        alert_id=alert_id,
        stage=str(answer.stage),
        event_id=answer.event_id,
    )


def lease(command: OutboxCommand, gateway: str, token: str, now: datetime, seconds: float) -> OutboxCommand:
    """`command` handed to `gateway`; it is due again when no outcome comes in time."""
    return replace(
        command,
        lease=token,
        leased_at=now,
        leased_by=gateway,
        attempts=command.attempts + 1,
        due_at=now + timedelta(seconds=seconds),
    )


def outbound(command: OutboxCommand) -> OutboundCommand:
    """What a gateway gets of a leased row."""
    if command.lease is None:
        raise ValueError("not leased")
    return OutboundCommand(
        id=command.id,
        device_id=command.device_id,
        command=command.command,
        args=dict(command.args),
        expires=format_time(command.expires_at),
        lease=command.lease,
    )


class Answering:
    """Answers `received` within one ingest transaction, each leased at once to the gateway that brought the press."""

    def __init__(self, tx: AlarmTransaction, ids: Ids, now: datetime, gateway: str, lease_seconds: float) -> None:
        self._tx = tx
        self._ids = ids
        self._now = now
        self._gateway = gateway
        self._lease_seconds = lease_seconds
        self._leased: dict[str, OutboxCommand] = {}

    def received(self, device_id: str, event_id: str, hearing: Sequence[str], alert_id: AlertId | None) -> None:
        """Acknowledge an event. Where the same answer has just left, it is on its way already."""
        prior = self._tx.command(answer_id(device_id, event_id, Stage.RECEIVED))
        if prior is not None and prior.leased_at is not None and self._now - prior.leased_at < REARM_AFTER:
            return
        fresh = answer_command(device_id, Answer(Stage.RECEIVED, event_id), alert_id, hearing, self._now)
        if prior is not None:
            sent_at = prior.sent_at if prior.alert_id == alert_id else None
            fresh = replace(fresh, created_at=prior.created_at, attempts=prior.attempts, sent_at=sent_at)
        command = lease(fresh, self._gateway, self._ids.new(), self._now, self._lease_seconds)
        self._tx.put_command(command)
        self._leased[command.id] = command

    def leased(self) -> list[OutboundCommand]:
        """What the gateway is to publish after the commit."""
        return [outbound(command) for command in self._leased.values()]


def queue_answers(tx: AlarmTransaction, decision: Decision, hearing: Sequence[str], now: datetime) -> None:
    """Put a person's answers into the outbox, in place of earlier stages that are still being repeated.

    An acknowledgement that has not left yet, or that names another press, still goes: a terminal waits for each.
    """
    alert = decision.alert
    for answer in decision.answers:
        for older in tx.open_answers(alert.device_id, alert.id):
            owed = older.stage == Stage.RECEIVED and (
                older.event_id != answer.event_id or older.state is CommandState.PENDING
            )
            if not owed:
                tx.put_command(replace(older, state=CommandState.SUPERSEDED))
        tx.put_command(answer_command(alert.device_id, answer, alert.id, hearing, now))
