"""What of a device's life is written into the ledger, and in which words."""

from __future__ import annotations

from contract.codec import Refusal
from contract.messages import Command
from contract.times import format_time
from device_sim.adapters.clock import Clock
from device_sim.adapters.ledger import Ledger
from device_sim.model.commands import Reply
from device_sim.model.device import Press
from device_sim.model.presses import Attempt, Pending
from device_sim.model.record import PUBACK_ACCEPTED, Kind, Record


class Witness:
    """Writes for one device, at the moment at which a thing happens. Every method raises OSError on a full disk."""

    def __init__(self, device_id: str, ledger: Ledger, clock: Clock) -> None:
        self._device_id = device_id
        self._ledger = ledger
        self._clock = clock

    def _now(self) -> str:
        return format_time(self._clock.now())

    def pressed(self, press: Press) -> None:
        """Durable when this returns; `at` is the event's own time."""
        self._ledger.append(
            Record(
                at=press.time,
                kind=Kind.PRESSED,
                device_id=self._device_id,
                event_id=press.event_id,
                type=press.type,
                event=press.payload.decode(),
            )
        )

    def sent(self, attempt: Attempt) -> None:
        """The attempt was handed to a live connection."""
        self._ledger.append(
            Record(
                at=self._now(),
                kind=Kind.SENT,
                device_id=self._device_id,
                event_id=attempt.event_id,
                attempt=attempt.number,
            )
        )

    def puback(self, attempt: Attempt, reason: str, *, accepted: bool) -> None:
        """The broker's acknowledgement of an attempt."""
        self._ledger.append(
            Record(
                at=self._now(),
                kind=Kind.PUBACK,
                device_id=self._device_id,
                event_id=attempt.event_id,
                attempt=attempt.number,
                reason=PUBACK_ACCEPTED if accepted else reason,
            )
        )

    def answered(self, reply: Reply, settled: Pending | None) -> None:
        """A `reassure` named an event. `settled`: the event that was owed until now."""
        after = None if settled is None else round((self._clock.monotonic() - settled.pressed_at) * 1000, 1)
        self._ledger.append(
            Record(
                at=self._now(),
                kind=Kind.ANSWERED,
                device_id=self._device_id,
                event_id=reply.answers,
                command_id=reply.result.id,
                stage=reply.stage,
                after_ms=after,
            )
        )

    def heard(self, command: Command, reply: Reply) -> None:
        """A copy of a command, and the result that goes back."""
        self._ledger.append(
            Record(
                at=self._now(),
                kind=Kind.COMMAND,
                device_id=self._device_id,
                command=command.command,
                command_id=command.id,
                reason=reply.hearing,
                status=reply.result.status,
            )
        )

    def unreadable(self, refusal: Refusal) -> None:
        """Something on the command topic that is no command."""
        self._ledger.append(
            Record(at=self._now(), kind=Kind.COMMAND, device_id=self._device_id, reason=f"unreadable_{refusal.reason}")
        )
