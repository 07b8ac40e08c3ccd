"""Whether an alert went as its policy says: each step on time, or by how much it was late, and what was never done."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime, timedelta
from enum import StrEnum
from typing import Final

TOLERANCE: Final = timedelta(seconds=5)
"""The bell rings each second, and a busy second may pass."""
REVIEW_AFTER: Final = timedelta(seconds=180)
"""Whoever waited longer for somebody is owed an explanation (issue 3, item 9)."""


@dataclass(frozen=True, slots=True)
class FiredStep:
    """A step as the timeline tells it: the `step`-th of the policy fired `at`, was due at `due`."""

    step: int
    round: int
    at: datetime
    due: datetime


@dataclass(frozen=True, slots=True)
class Deviation:
    """`late_seconds`: by how much; `fired` False: it had not fired when the alert was closed."""

    step: int
    round: int
    late_seconds: int
    fired: bool = True


class ReviewReason(StrEnum):
    """Why somebody has to look at it again."""

    ACCEPTED_LATE = "accepted_late"
    VOICE_LATE = "voice_late"
    NEVER_ACCEPTED = "never_accepted"
    NOBODY_REACHED = "nobody_reached"
    NOBODY_ON_DUTY = "nobody_on_duty"
    ALL_CHANNELS_FAILED = "all_channels_failed"
    DEVIATED = "deviated"


def deviations(fired: Iterable[FiredStep], owed: FiredStep | None) -> tuple[Deviation, ...]:
    """What was later than the tolerance, in order. `owed`: the step that was next when it was closed, `at` the closing;
    None where nobody had to be told any more."""
    found = [
        Deviation(step.step, step.round, int((step.at - step.due).total_seconds()))
        for step in fired
        if step.at - step.due > TOLERANCE
    ]
    if owed is not None and owed.at - owed.due > TOLERANCE:
        found.append(Deviation(owed.step, owed.round, int((owed.at - owed.due).total_seconds()), fired=False))
    return tuple(found)


@dataclass(frozen=True, slots=True)
class Course:
    """How an alert went, as a review asks. `is_sos`: whose first voice counts."""

    received_at: datetime
    accepted_at: datetime | None
    first_voice_at: datetime | None
    is_sos: bool
    trouble: str | None
    deviated: bool


def reviews(course: Course) -> tuple[ReviewReason, ...]:
    """Every reason for a review, most serious first."""
    found = [ReviewReason(course.trouble)] if course.trouble else []
    if course.accepted_at is None:
        found.append(ReviewReason.NEVER_ACCEPTED)
    elif course.accepted_at - course.received_at > REVIEW_AFTER:
        found.append(ReviewReason.ACCEPTED_LATE)
    spoken = course.first_voice_at
    if course.is_sos and spoken is not None and spoken - course.received_at > REVIEW_AFTER:
        found.append(ReviewReason.VOICE_LATE)
    if course.deviated:
        found.append(ReviewReason.DEVIATED)
    return tuple(found)
