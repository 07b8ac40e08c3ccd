"""Lease due commands of the outbox to a gateway, and write down what became of them."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from enum import StrEnum
from typing import Final

from backend.domain.alert.answers import resend_after
from backend.domain.alert.model import SYSTEM, Actor, ActorKind, Entry, EntryKind
from backend.services.alarm.answer import lease, outbound
from backend.services.alarm.oddities import Odd, Oddity, Told, write_down
from backend.services.alarm.ports import (
    OPEN_STATES,
    AlarmStore,
    AlarmTransaction,
    Clock,
    CommandState,
    Ids,
    OutboxCommand,
)
from backend.services.alarm.press_records import AnswerStep
from contract.ingest import CommandOutcome, OutboundCommand, Outcome
from contract.vocabulary import Lane, ResultStatus

RETRY_FIRST: Final = timedelta(seconds=2)
RETRY_MOST: Final = timedelta(seconds=60)
"""How soon a command goes again that a gateway could not publish, or that nobody was there to hear."""


class OutcomeReason(StrEnum):
    """What an outcome or result did to its command."""

    RECORDED = "recorded"
    UNKNOWN_COMMAND = "unknown_command"
    STALE_LEASE = "stale_lease"
    OVER = "over"


def write(
    tx: AlarmTransaction, command: OutboxCommand, kind: EntryKind, actor: Actor, now: datetime, source: str
) -> None:
    """A line in the timeline of the alert that the command belongs to."""
    if command.alert_id is None:
        return
    detail = {"command": command.command, "stage": command.stage, "event_id": command.event_id}
    tx.add_entries(command.alert_id, (Entry(kind, actor, now, source, command.detail or "", detail),))
    tx.touch(command.alert_id)


@dataclass(frozen=True, slots=True)
class ClaimCommands:
    """The use case of `POST /ingest/v1/commands/claim`."""

    store: AlarmStore
    clock: Clock
    ids: Ids
    lease_seconds: float

    def __call__(self, gateway: str, lane: Lane, limit: int) -> list[OutboundCommand]:
        """The oldest due first, each leased to `gateway`."""
        now = self.clock.now()
        with self.store.begin() as tx:
            leased = [
                lease(command, gateway, self.ids.new(), now, self.lease_seconds)
                for command in tx.due_commands(lane, now, limit)
            ]
            for command in leased:
                tx.put_command(command)
            tx.commit()
        return [outbound(command) for command in leased]


@dataclass(frozen=True, slots=True)
class RecordOutcomes:
    """The use case of `POST /ingest/v1/commands/outcomes`: `sent` or `failed`, fenced by the lease."""

    store: AlarmStore
    clock: Clock

    def __call__(self, gateway: str, items: Sequence[CommandOutcome]) -> list[Outcome]:
        """An outcome per item, in their order."""
        now = self.clock.now()
        with self.store.begin() as tx:
            reasons: dict[int, OutcomeReason] = {}
            devices = tx.devices_of([item.id for item in items])
            # Device by device and under its lock, as the intake of events does, so that the two never wait crosswise.
            for index, item in sorted(enumerate(items), key=lambda pair: (devices.get(pair[1].id, ""), pair[1].id)):
                tx.lock_device(devices.get(item.id, ""))
                reasons[index] = self._record(tx, gateway, item, now)
            tx.commit()
        return [_outcome(index, reasons[index]) for index in range(len(items))]

    def _record(self, tx: AlarmTransaction, gateway: str, item: CommandOutcome, now: datetime) -> OutcomeReason:
        command = tx.command(item.id)
        if command is None:
            return OutcomeReason.UNKNOWN_COMMAND
        if command.state not in OPEN_STATES:
            return OutcomeReason.OVER
        if command.lease != item.lease:
            return OutcomeReason.STALE_LEASE
        if item.outcome == "sent":
            first = command.sent_at is None
            sent = replace(
                command,
                state=CommandState.SENT,
                sent_at=command.sent_at or now,
                due_at=now + resend_after(command.attempts),
                lease=None,
                detail=None,
            )
            tx.put_command(sent)
            if command.event_id is not None:
                tx.note_answer(command.device_id, command.event_id, AnswerStep.LEFT, now)
            if first:
                write(tx, sent, EntryKind.ANSWER_SENT, SYSTEM, now, gateway)
            return OutcomeReason.RECORDED
        failed = replace(
            command, due_at=now + _retry_after(command.attempts), lease=None, detail=(item.reason or "")[:200]
        )
        tx.put_command(failed)
        if command.detail is None:
            write(tx, failed, EntryKind.ANSWER_FAILED, SYSTEM, now, gateway)
        return OutcomeReason.RECORDED


@dataclass(frozen=True, slots=True)
class RecordResult:
    """What a device says became of a command. It ends the repeating, whatever it says, but for one thing.

    An answer that a device refuses although it has not expired is still owed (its clock may be wrong): it is told, and
    repeated until the expiry.
    """

    store: AlarmStore
    clock: Clock
    told: Told = write_down

    def __call__(self, device_id: str, command_id: str, status: ResultStatus, detail: str | None) -> OutcomeReason:
        """A result for another device's command is `unknown_command`, and told as what it is."""
        now = self.clock.now()
        with self.store.begin() as tx:
            tx.lock_device(device_id)  # first, as the intake does: both go from events to commands
            command = tx.command(command_id)
            if command is None or command.device_id != device_id:
                odd = Odd.UNKNOWN_RESULT if command is None else Odd.FOREIGN_RESULT
                self.told(Oddity(odd, device_id, command_id))
                return OutcomeReason.UNKNOWN_COMMAND
            if command.state in (CommandState.DONE, CommandState.FAILED, CommandState.REJECTED):
                return OutcomeReason.OVER
            why = detail[:200] if detail else None
            done = status is ResultStatus.DONE
            owed = not done and command.stage is not None and now < command.expires_at
            if owed and command.state in OPEN_STATES:
                told = command.detail is not None
                ended = replace(command, detail=why or str(status))
            else:
                told = False
                ended = replace(command, state=CommandState(str(status)), result_at=now, lease=None, detail=why)
            tx.put_command(ended)
            if done and command.event_id is not None:
                tx.note_answer(device_id, command.event_id, AnswerStep.CONFIRMED, now)
            if not told:
                kind = EntryKind.ANSWER_CONFIRMED if done else EntryKind.ANSWER_FAILED
                write(tx, ended, kind, Actor(ActorKind.DEVICE, device_id), now, "result")
            tx.commit()
        return OutcomeReason.RECORDED


@dataclass(frozen=True, slots=True)
class ExpireCommands:
    """A tick of the worker: commands that nobody confirmed in time end, and the timeline says so."""

    store: AlarmStore
    clock: Clock

    def __call__(self, limit: int = 100) -> int:
        """How many ended. One that left unconfirmed is no failure: the simplest terminals send no result."""
        now = self.clock.now()
        with self.store.begin() as tx:
            commands = tx.expired_commands(now, limit)
            for command in commands:
                expired = replace(command, state=CommandState.EXPIRED, lease=None)
                tx.put_command(expired)
                if command.sent_at is None:
                    write(tx, expired, EntryKind.ANSWER_EXPIRED, SYSTEM, now, "timer")
            tx.commit()
        return len(commands)


def _retry_after(attempts: int) -> timedelta:
    """Doubling, `attempts` counts from 1."""
    return min(RETRY_FIRST * (1 << max(0, min(attempts - 1, 10))), RETRY_MOST)


def _outcome(index: int, reason: OutcomeReason) -> Outcome:
    final = "accepted" if reason is OutcomeReason.RECORDED else "refused"
    return Outcome(index=index, outcome=final, reason=None if final == "accepted" else str(reason))
