"""Which command tells a terminal what became of its press, and which older ones it makes needless."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, replace
from datetime import datetime, timedelta

from backend.domain.alert.answers import REARM_AFTER, arguments, lifetime, manner
from backend.domain.alert.model import Alert, AlertId, Answer, Decision
from backend.services.alarm.ports import AlarmTransaction, CommandState, Ids, OutboxCommand
from contract.ingest import OutboundCommand
from contract.times import format_time
from contract.topics import answer_id
from contract.vocabulary import CommandName, Lane, Stage


@dataclass(frozen=True, slots=True)
class Hearer:
    """Whom an answer goes to. `hearing`: of each resident of the home; `clock_ahead`: of the device."""

    device_id: str
    alert_id: AlertId | None
    hearing: Sequence[str] = ()
    clock_ahead: timedelta = timedelta(0)


def answer_command(to: Hearer, answer: Answer, command_id: str, now: datetime) -> OutboxCommand:
    """The outbox row for `answer`."""
    return OutboxCommand(
        id=command_id,
        device_id=to.device_id,
        command=str(CommandName.REASSURE),
        args=arguments(answer, manner(to.hearing)),
        lane=Lane.EMERGENCY,
        created_at=now,
        expires_at=now + lifetime(answer),
        due_at=now,
        alert_id=to.alert_id,
        stage=str(answer.stage),
        event_id=answer.event_id,
        clock_ahead=to.clock_ahead,
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
        expires=format_time(command.expires_at + command.clock_ahead),
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

    def received(self, to: Hearer, event_id: str, received_at: datetime) -> None:
        """Acknowledge an event that a gateway received at `received_at`.

        A copy from before the answer last left is not a terminal that has heard nothing: a second gateway brings it, or
        a spool. Where the clock was set back, an answer from the future has not left.
        """
        command_id = answer_id(to.device_id, event_id, Stage.RECEIVED)
        prior = self._tx.command(command_id)
        left_at = prior.leased_at if prior is not None else None
        if left_at is not None and left_at <= self._now and received_at < left_at + REARM_AFTER:
            return
        fresh = answer_command(to, Answer(Stage.RECEIVED, event_id), command_id, self._now)
        if prior is not None:
            sent_at = prior.sent_at if prior.alert_id == to.alert_id else None
            ahead = max(prior.clock_ahead, to.clock_ahead)
            fresh = replace(
                fresh, created_at=prior.created_at, attempts=prior.attempts, sent_at=sent_at, clock_ahead=ahead
            )
        command = lease(fresh, self._gateway, self._ids.new(), self._now, self._lease_seconds)
        self._tx.put_command(command)
        self._leased[command.id] = command

    @contextmanager
    def undone_when_it_raises(self) -> Iterator[None]:
        """With the transaction's savepoint, what was leased inside is forgotten too."""
        before = dict(self._leased)
        try:
            with self._tx.savepoint():
                yield
        except BaseException:
            self._leased = before
            raise

    def leased(self) -> list[OutboundCommand]:
        """What the gateway is to publish after the commit."""
        return [outbound(command) for command in self._leased.values()]


def queue_answers(tx: AlarmTransaction, decision: Decision, hearing: Sequence[str], now: datetime) -> None:
    """Put a person's answers into the outbox, in place of earlier stages that are still being repeated.

    An acknowledgement that has not left yet, or that names another press, still goes: a terminal waits for each.
    """
    alert = decision.alert
    to = Hearer(alert.device_id, alert.id, hearing, alert.clock_ahead)
    for answer in decision.answers:
        for older in tx.open_answers(alert.device_id, alert.id):
            owed = older.stage == Stage.RECEIVED and (
                older.event_id != answer.event_id or older.state is CommandState.PENDING
            )
            if not owed:
                tx.put_command(replace(older, state=CommandState.SUPERSEDED))
        tx.put_command(answer_command(to, answer, _command_id(tx, alert, answer), now))


def _command_id(tx: AlarmTransaction, alert: Alert, answer: Answer) -> str:
    """The contract's id; for new minutes another one, since a terminal does the same command only once."""
    plain = answer_id(alert.device_id, answer.event_id, answer.stage)
    if answer.stage is not Stage.EN_ROUTE or alert.eta_at is None:
        return plain
    before = tx.command(plain)
    if before is None or before.alert_id != alert.id:
        return plain
    return answer_id(alert.device_id, answer.event_id, f"{answer.stage}/{format_time(alert.eta_at)}")
