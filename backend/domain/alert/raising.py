"""What an event that nobody has seen before does: raise an alert, count on an open one, clear one, or be recorded."""

from __future__ import annotations

from dataclasses import dataclass, replace
from datetime import datetime
from typing import Any, Final

from backend.domain.alert.lifecycle import REQUEUE_AFTER, answers
from backend.domain.alert.model import Actor, ActorKind, Alert, AlertId, Decision, Entry, EntryKind
from backend.domain.alert.timing import PressTime, age
from contract.vocabulary import Condition, Flag, Handling, Stage, event_type

TOLD_ONLY: Final = frozenset({"care.sos.cancelled", "care.fall.recovered"})
"""Cancel and recover are entries in the timeline, nothing more: someone still speaks to the person (design §5)."""


@dataclass(frozen=True, slots=True)
class Place:
    """Where a device is, as the registry knows it. `known` False: nobody has enrolled it for a home."""

    known: bool
    home_id: str | None = None
    room: str | None = None
    organisation_id: str | None = None


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

    def told(self) -> dict[str, Any]:
        """What the timeline says of it: which event, when, how late, how wrong the device's clock."""
        detail: dict[str, Any] = {"event_id": self.event_id, "pressed_at": self.time.pressed_at.isoformat()}
        if self.time.late is not None:
            detail["late_seconds"] = int(self.time.late.total_seconds())
        if self.time.skew is not None:
            detail["clock_skew_seconds"] = int(self.time.skew.total_seconds())
        return detail


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
        latest_at=press.time.pressed_at,
        clock_ahead=press.time.ahead,
        event_id=press.event_id,
        home_id=place.home_id,
        organisation_id=place.organisation_id,
        room=place.room,
        flags=tuple(dict.fromkeys(flags)),
        late=press.time.late,
        unknown_device=not place.known,
        transmitter=press.transmitter,
        previous_id=previous,
    )
    detail = press.told()
    if previous is not None:
        detail["previous_alert_id"] = previous
    entry = Entry(EntryKind.RAISED, press.actor, now, press.source, press.reason, detail)
    return Decision(alert, "raised", (entry,), answers(alert, Stage.RECEIVED))


def press_again(alert: Alert, press: Press, place: Place, now: datetime) -> Decision:
    """Another press while the alert is open: it counts, rings, and gives the holder 30 s to react.

    The first press fixes every deadline; a repeat postpones none, the 30 s of an earlier repeat included. A terminal
    that was enrolled meanwhile is known from now on.
    """
    held = alert.handling is not Handling.NEW and alert.requeued_at is None
    due = alert.reaction_due_at or (now + REQUEUE_AFTER if held else None)
    if alert.unknown_device and place.known:
        alert = replace(
            alert, unknown_device=False, home_id=place.home_id, room=place.room, organisation_id=place.organisation_id
        )
    after = replace(
        alert,
        count=alert.count + 1,
        condition=Condition.ACTIVE,
        event_id=press.event_id or alert.event_id,
        latest_at=max(alert.latest_at or press.time.pressed_at, press.time.pressed_at),
        clock_ahead=press.time.ahead,
        flags=tuple(dict.fromkeys((*alert.flags, *press.flags, *press.time.flags))),
        reaction_due_at=due,
        ring_seq=alert.ring_seq + 1,
        version=alert.version + 1,
    )
    detail = {"count": after.count, **press.told()}
    entries = [Entry(EntryKind.PRESSED_AGAIN, press.actor, now, press.source, press.reason, detail)]
    if alert.condition is Condition.CLEARED:
        entries.append(Entry(EntryKind.REACTIVATED, press.actor, now, press.source))
    answered = answers(after, Stage.RECEIVED) if press.event_id is not None else ()
    return Decision(after, "pressed_again", tuple(entries), answered)


def clear(alert: Alert, press: Press, now: datetime) -> Decision:
    """An event that says it is over: the condition of the alert clears, its handling never does.

    One that is older than the alert's latest alarm (it waited in a spool) is told and clears nothing.
    """
    kind, after = EntryKind.CLEARED, replace(alert, condition=Condition.CLEARED)
    if press.type in TOLD_ONLY:
        kind, after = EntryKind.CANCELLED, alert
    elif alert.latest_at is not None and press.time.pressed_at < alert.latest_at:
        kind, after = EntryKind.CLEARED_BEFORE, alert
    detail = {**press.told(), "before": str(alert.condition), "after": str(after.condition)}
    entry = Entry(kind, press.actor, now, press.source, press.type, detail)
    return Decision(replace(after, version=alert.version + 1), str(kind), (entry,))


def receive_earlier(alert: Alert, received_at: datetime, source: str, now: datetime) -> Decision:
    """A copy of the first press turns out to have been received before: it fixes every deadline and figure.

    (A gateway kept it on disk; the terminal's repeat was quicker.)
    """
    pressed_at = min(alert.pressed_at, received_at)
    late = age(pressed_at, Flag.RETAINED in alert.flags, now)
    after = replace(
        alert,
        received_at=received_at,
        pressed_at=pressed_at,
        late=late,
        flags=tuple(dict.fromkeys((*alert.flags, *((Flag.LATE,) if late else ())))),
        version=alert.version + 1,
    )
    detail = {"before": alert.received_at.isoformat(), "after": received_at.isoformat()}
    entry = Entry(EntryKind.RECEIVED_EARLIER, Actor(ActorKind.DEVICE, alert.device_id), now, source, "", detail)
    return Decision(after, "received_earlier", (entry,))
