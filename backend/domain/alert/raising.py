"""What an event that nobody has seen before does: raise an alert, count on an open one, clear one, or be recorded."""

from __future__ import annotations

from dataclasses import dataclass, replace
from datetime import datetime
from typing import Final

from backend.domain.alert.lifecycle import REQUEUE_AFTER, answers
from backend.domain.alert.model import Actor, ActorKind, Alert, AlertId, Decision, Entry, EntryKind
from backend.domain.alert.timing import PressTime
from contract.vocabulary import Condition, Flag, Handling, Stage, event_type

TOLD_ONLY: Final = frozenset({"care.sos.cancelled", "care.fall.recovered"})
"""Cancel and recover are entries in the timeline, nothing more: someone still speaks to the person (design §5)."""


@dataclass(frozen=True, slots=True)
class Place:
    """Where a device is, as the registry knows it. `known` False: nobody has enrolled it for a home."""

    known: bool
    home_id: str | None = None
    room: str | None = None


@dataclass(frozen=True, slots=True)
class Press:
    """An event that can alarm, brought by the gateway `source`. `event_id` None: there is nothing to answer."""

    device_id: str
    type: str
    event_id: str | None
    time: PressTime
    received_at: datetime
    source: str
    flags: tuple[Flag, ...] = ()
    transmitter: str | None = None
    reason: str = ""

    @property
    def actor(self) -> Actor:
        """The device, as the one who did it."""
        return Actor(ActorKind.DEVICE, self.device_id)


def raise_alert(alert_id: AlertId, press: Press, place: Place, previous: AlertId | None, now: datetime) -> Decision:
    """A new alert, answered with `received`. `previous` is the device's last alert of this kind that is over."""
    kind = event_type(press.type)
    if kind.severity is None:
        raise ValueError(f"{press.type} raises no alert")
    flags = (*press.flags, *press.time.flags, *(() if place.known else (Flag.UNKNOWN_DEVICE,)))
    alert = Alert(
        id=alert_id,
        device_id=press.device_id,
        type=press.type,
        severity=kind.severity,
        pressed_at=press.time.pressed_at,
        received_at=press.received_at,
        event_id=press.event_id,
        home_id=place.home_id,
        room=place.room,
        flags=tuple(dict.fromkeys(flags)),
        late=press.time.late,
        unknown_device=not place.known,
        transmitter=press.transmitter,
        previous_id=previous,
    )
    detail = {"event_id": press.event_id, "pressed_at": press.time.pressed_at.isoformat()}
    if previous is not None:
        detail["previous_alert_id"] = previous
    entry = Entry(EntryKind.RAISED, press.actor, now, press.source, press.reason, detail)
    return Decision(alert, "raised", (entry,), answers(alert, Stage.RECEIVED))


def press_again(alert: Alert, press: Press, now: datetime) -> Decision:
    """Another press while the alert is open: it counts, rings, and gives the holder 30 s to react.

    The first press fixes every deadline; a repeat postpones none, the 30 s of an earlier repeat included.
    """
    held = alert.handling is not Handling.NEW and alert.requeued_at is None
    due = alert.reaction_due_at or (now + REQUEUE_AFTER if held else None)
    after = replace(
        alert,
        count=alert.count + 1,
        condition=Condition.ACTIVE,
        event_id=press.event_id or alert.event_id,
        flags=tuple(dict.fromkeys((*alert.flags, *press.flags))),
        reaction_due_at=due,
        ring_seq=alert.ring_seq + 1,
        version=alert.version + 1,
    )
    detail = {"count": after.count, "event_id": press.event_id, "pressed_at": press.time.pressed_at.isoformat()}
    entries = [Entry(EntryKind.PRESSED_AGAIN, press.actor, now, press.source, press.reason, detail)]
    if alert.condition is Condition.CLEARED:
        entries.append(Entry(EntryKind.REACTIVATED, press.actor, now, press.source))
    answered = answers(after, Stage.RECEIVED) if press.event_id is not None else ()
    return Decision(after, "pressed_again", tuple(entries), answered)


def clear(alert: Alert, press: Press, now: datetime) -> Decision:
    """An event that says it is over: the condition of the alert clears, its handling never does."""
    if press.type in TOLD_ONLY:
        kind, after = EntryKind.CANCELLED, alert
    else:
        kind, after = EntryKind.CLEARED, replace(alert, condition=Condition.CLEARED)
    after = replace(after, version=alert.version + 1)
    entry = Entry(kind, press.actor, now, press.source, press.type, {"event_id": press.event_id})
    return Decision(after, str(kind), (entry,))
