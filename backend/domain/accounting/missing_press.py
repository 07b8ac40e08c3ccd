"""What becomes of the alert about presses that never arrived: raised, counted up, told when one comes after all."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from datetime import datetime
from typing import Final

from backend.domain.accounting.spans import Spans, as_text, size
from backend.domain.alert.model import Actor, ActorKind, Alert, AlertId, Decision, Entry, EntryKind
from backend.domain.alert.raising import Place, Press, press_again, raise_alert
from backend.domain.alert.timing import PressTime
from contract.vocabulary import PRESS_MISSING, Flag

MOST_SHOWN: Final = 120
MOST_COUNTED: Final = 1_000_000


def missing_press(device_id: str, received_at: datetime, source: str) -> Press:
    """What the platform says on behalf of the device. When the lost press was made nobody knows."""
    time = PressTime(received_at, None, ())
    return Press(device_id, PRESS_MISSING, None, time, received_at, source, flags=(Flag.SOS_GAP,))


def raise_missing(
    alert_id: AlertId, press: Press, place: Place, previous: AlertId | None, lost: Spans, now: datetime
) -> Decision:
    """An alert of its own, now: it counts the presses that never came."""
    raised = raise_alert(alert_id, press, place, previous, now)
    alert = replace(raised.alert, count=min(size(lost), MOST_COUNTED))
    (entry,) = raised.entries
    return replace(raised, alert=alert, entries=(replace(entry, reason=_words(lost), detail=_told(lost)),), answers=())


def more_missing(alert: Alert, press: Press, place: Place, lost: Spans, now: datetime) -> Decision:
    """Further ones while it is open: it counts on, rings, and the holder is asked to react, as with another press."""
    again = press_again(alert, press, place, now)
    after = replace(again.alert, count=min(alert.count + size(lost), MOST_COUNTED))
    entry = Entry(EntryKind.PRESS_MISSING, press.actor, now, press.source, "", {"count": after.count, **_told(lost)})
    others = tuple(one for one in again.entries if one.kind is not EntryKind.PRESSED_AGAIN)
    return replace(again, alert=after, entries=(entry, *others), answers=())


def found_after_all(device_id: str, numbers: Sequence[int], source: str, now: datetime) -> Entry:
    """One that was missing has come, and alarms by itself. It closes nothing: somebody asks why it was late."""
    told = {"numbers": as_text([(number, number) for number in numbers])[:MOST_SHOWN], "found": len(numbers)}
    return Entry(EntryKind.PRESS_FOUND, Actor(ActorKind.DEVICE, device_id), now, source, "", told)


def _told(lost: Spans) -> dict[str, int | str]:
    return {"lost": size(lost), "numbers": _words(lost)}


def _words(lost: Spans) -> str:
    return as_text(lost)[:MOST_SHOWN]
