"""A technician tries a device: its press is silent, and real unless it is confirmed in time. In doubt: real.

Nothing here lowers what a press is owed: it is an alert from the beginning, it is answered, and it waits in the queue.
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from enum import StrEnum
from typing import Final

from backend.domain.alert.lifecycle import answers
from backend.domain.alert.model import SYSTEM, Actor, Alert, Decision, Entry, EntryKind
from backend.domain.alert.raising import Press
from contract.vocabulary import PLATFORM_TYPES, Flag, Handling, Stage

LONGEST: Final = timedelta(minutes=30)
"""A window that claims to be longer is not believed (design §5)."""
CONFIRM_WITHIN: Final = timedelta(seconds=60)
"""From the press on (design §5), not from when it came."""
CLOCKS_DIFFER: Final = timedelta(seconds=5)
"""Clocks of two hosts may differ by this: what lies further ahead than it may was written by a wrong clock."""
TEST_OUTCOME: Final = "test"
DOUBTFUL: Final = frozenset(
    {Flag.LATE, Flag.RETAINED, Flag.CLOCK_SKEW, Flag.BAD_TIME, Flag.ID_REUSED, Flag.IDENTITY_CONFLICT}
)
"""A press that is odd in one of these ways may be another one than the technician's."""


@dataclass(frozen=True, slots=True)
class TestWindow:
    """From `opens_at` on, until just before `until`."""

    id: str
    opens_at: datetime
    until: datetime

    # pytest takes a class of this name for tests.
    __test__ = False


class Reality(StrEnum):
    """Why a test became a real alert."""

    NOT_CONFIRMED = "not_confirmed"
    PRESSED_OUTSIDE = "pressed_outside"
    CLOCK_SET_BACK = "clock_set_back"


class Unconfirmed(StrEnum):
    """Why a test was not confirmed."""

    NOT_A_TEST = "not_a_test"
    TOO_LATE = "too_late"
    PRESSED_AGAIN = "pressed_again"
    """There is a press that who confirms has not counted: it may be somebody's who needs help."""
    TAKEN = "taken"
    NOT_YOURS = "not_yours"


def is_test(window: TestWindow | None, press: Press, now: datetime) -> bool:
    """Whether a press falls into a window: by our clock, the gateway's and the device's, and nothing is odd."""
    if press.type in PLATFORM_TYPES:
        return False  # nobody knows what was pressed, or whether
    if window is None or not timedelta(0) < window.until - window.opens_at <= LONGEST:
        return False
    if DOUBTFUL.intersection((*press.flags, *press.time.flags)):
        return False
    moments = (now, press.received_at, press.time.pressed_at)
    return all(window.opens_at <= moment < window.until for moment in moments)


def is_silent(alert: Alert, now: datetime) -> bool:
    """Whether it is silent and escalates to nobody now. After a jump of the clock it is not."""
    due = alert.test_due_at
    return due is not None and not alert.ended and now < due <= now + CONFIRM_WITHIN + CLOCKS_DIFFER


def as_test(raised: Decision, window: TestWindow, now: datetime) -> Decision:
    """The alert that a press in a window raises."""
    due = min(now, raised.alert.pressed_at) + CONFIRM_WITHIN
    alert = replace(raised.alert, flags=(*raised.alert.flags, Flag.TEST), test_due_at=due)
    told = {"test_window_id": window.id, "real_from": due.isoformat()}
    entries = tuple(replace(entry, detail={**entry.detail, **told}) for entry in raised.entries)
    return replace(raised, alert=alert, entries=entries)


def end_test(alert: Alert, now: datetime) -> Decision:
    """What becomes of a test that nobody has confirmed in time, or whose clock has jumped: it is real."""
    if alert.test_due_at is None or is_silent(alert, now):
        return Decision(alert, "not_due", changed=False)
    jumped = alert.test_due_at > now
    return make_real(alert, Reality.CLOCK_SET_BACK if jumped else Reality.NOT_CONFIRMED, "timer", now)


def make_real(alert: Alert, reason: Reality, source: str, now: datetime) -> Decision:
    """It rings and escalates as if it had never been a test. One that somebody has closed meanwhile stays closed."""
    if alert.test_due_at is None:
        return Decision(alert, "no_test", changed=False)
    flags = tuple(flag for flag in alert.flags if flag is not Flag.TEST)
    rings = alert.ring_seq if alert.ended else alert.ring_seq + 1
    after = replace(alert, test_due_at=None, flags=flags, ring_seq=rings, version=alert.version + 1)
    return Decision(after, str(reason), (Entry(EntryKind.TEST_BECAME_REAL, SYSTEM, now, source, str(reason)),))


def confirm_test(alert: Alert, actor: Actor, source: str, now: datetime, presses: int) -> Decision | Unconfirmed:
    """The technician says that `presses` of them were theirs: it is closed. Refused where there are more, where it is
    real already, or where somebody has it."""
    if alert.ended and Flag.TEST in alert.flags and alert.test_due_at is None:
        return Decision(alert, "confirmed_before", changed=False)
    if alert.test_due_at is None:
        return Unconfirmed.NOT_A_TEST
    if alert.handling is not Handling.NEW:
        return Unconfirmed.TAKEN
    if not is_silent(alert, now):
        return Unconfirmed.TOO_LATE
    if alert.count > presses:
        return Unconfirmed.PRESSED_AGAIN
    after = replace(
        alert,
        handling=Handling.CLOSED,
        closed_at=now,
        outcome=TEST_OUTCOME,
        test_due_at=None,
        reaction_due_at=None,
        version=alert.version + 1,
    )
    detail = {"outcome": TEST_OUTCOME, "count": alert.count}
    entry = Entry(EntryKind.TEST_CONFIRMED, actor, now, source, "", detail)
    return Decision(after, "test_confirmed", (entry,), answers(after, Stage.CLOSED))
