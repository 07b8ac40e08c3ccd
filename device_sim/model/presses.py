"""Which events a device still owes the platform, and when each of them is sent next. A press is never given up."""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum
from random import Random

from contract.vocabulary import event_type
from device_sim.model.resend import RULE, ResendRule, resend_gap


class Owed(StrEnum):
    """What ends the sending of an event."""

    ANSWER = "answer"
    """A `reassure` that names it: the platform has committed it."""
    PUBACK = "puback"
    """The broker's acknowledgement: enough for types that nobody answers."""


def owed(type_name: str) -> Owed:
    """What ends the sending of an event of this type. A type nobody listed wants an answer."""
    return Owed.ANSWER if event_type(type_name).answered else Owed.PUBACK


@dataclass(slots=True)
class Pending:
    """One event that is still owed. Times are seconds of the monotonic clock.

    `payload` is sent byte for byte each time: the same id with another boot, seq or time would be a new event.
    """

    event_id: str
    type: str
    payload: bytes
    pressed_at: float
    due_at: float
    first_sent_at: float | None = None
    attempts: int = 0


@dataclass(frozen=True, slots=True)
class Attempt:
    """Event `event_id` is to be sent now for the `number`th time (from 1)."""

    event_id: str
    number: int
    payload: bytes


class Presses:
    """The pending events of one device, in the order in which they were pressed."""

    def __init__(self, dice: Random, rule: ResendRule = RULE) -> None:
        self._dice = dice
        self._rule = rule
        self._pending: dict[str, Pending] = {}

    def __len__(self) -> int:
        return len(self._pending)

    def __contains__(self, event_id: str) -> bool:
        return event_id in self._pending

    def keep(self, event_id: str, type_name: str, payload: bytes, pressed_at: float, now: float) -> None:
        """Owe an event that is stored durably; it is due at once."""
        self._pending.setdefault(event_id, Pending(event_id, type_name, payload, pressed_at, due_at=now))

    def due(self, now: float) -> list[Attempt]:
        """The attempts to make now; each is counted and its next one scheduled. Call only while connected."""
        return [self._attempt(press, now) for press in self._pending.values() if press.due_at <= now]

    def _attempt(self, press: Pending, now: float) -> Attempt:
        press.attempts += 1
        if press.first_sent_at is None:
            press.first_sent_at = now
        press.due_at = now + resend_gap(self._rule, press.attempts, now - press.first_sent_at, self._dice)
        return Attempt(press.event_id, press.attempts, press.payload)

    def reconnected(self, now: float) -> None:
        """A new connection: what was under way on the old one may be lost, so everything is due at once."""
        for press in self._pending.values():
            press.due_at = now

    def acknowledged(self, event_id: str) -> Pending | None:
        """The broker has it: the event that this settles, or None where an answer is owed still."""
        press = self._pending.get(event_id)
        if press is None or owed(press.type) is Owed.ANSWER:
            return None
        return self._pending.pop(event_id)

    def answered(self, event_id: str) -> Pending | None:
        """A `reassure` names it: the event that this settles, or None where nothing was owed."""
        return self._pending.pop(event_id, None)

    @property
    def next_at(self) -> float | None:
        """When the next attempt is due, or None."""
        return min((press.due_at for press in self._pending.values()), default=None)
