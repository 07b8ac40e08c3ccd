"""Whether an alert went as its policy says: each step on time, or by how much it was late, and what was never done."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime, timedelta
from enum import StrEnum
from typing import Final

from backend.domain.audit.schedule import FiredStep

TOLERANCE: Final = timedelta(seconds=5)
"""The bell rings each second, and a busy second may pass."""
REVIEW_AFTER: Final = timedelta(seconds=180)
"""Whoever waited longer for somebody is owed an explanation (issue 3, item 9)."""


@dataclass(frozen=True, slots=True)
class Deviation:
    """`late_seconds`: by how much; `fired` False: it was left out, or had not fired when the alert was closed."""

    step: int
    round: int
    late_seconds: int
    fired: bool = True


class ReviewReason(StrEnum):
    """Why somebody has to look at it again."""

    ACCEPTED_LATE = "accepted_late"
    VOICE_LATE = "voice_late"
    NO_VOICE = "no_voice"
    """An SOS was closed, and nobody has spoken with the person."""
    NEVER_ACCEPTED = "never_accepted"
    NOBODY_REACHED = "nobody_reached"
    NOBODY_ON_DUTY = "nobody_on_duty"
    ALL_CHANNELS_FAILED = "all_channels_failed"
    DEVIATED = "deviated"


def deviations(steps: Iterable[FiredStep]) -> tuple[Deviation, ...]:
    """What was later than the tolerance, in order."""
    return tuple(
        Deviation(step.step, step.round, int((step.at - step.due).total_seconds()), step.fired)
        for step in steps
        if step.at - step.due > TOLERANCE
    )


@dataclass(frozen=True, slots=True)
class Course:
    """How an alert went, as a review asks. `is_sos`: whose first voice counts; `needs_nobody`: none has to accept."""

    received_at: datetime
    accepted_at: datetime | None
    first_voice_at: datetime | None
    is_sos: bool
    trouble: str | None = None
    deviated: bool = False
    needs_nobody: bool = False


def reviews(course: Course) -> tuple[ReviewReason, ...]:
    """Every reason for a review of a closed alert, most serious first."""
    found = [ReviewReason(course.trouble)] if course.trouble else []
    if course.accepted_at is None:
        found += [] if course.needs_nobody else [ReviewReason.NEVER_ACCEPTED]
    elif course.accepted_at - course.received_at > REVIEW_AFTER:
        found.append(ReviewReason.ACCEPTED_LATE)
    if course.is_sos and course.first_voice_at is None:
        found.append(ReviewReason.NO_VOICE)
    elif course.is_sos and _late(course.first_voice_at, course):
        found.append(ReviewReason.VOICE_LATE)
    if course.deviated:
        found.append(ReviewReason.DEVIATED)
    return tuple(found)


def overdue(course: Course, now: datetime) -> tuple[ReviewReason, ...]:
    """Reasons that need no closing: the 180 s are over, and nobody has it, or nobody has spoken with the person."""
    if not _late(now, course):
        return ()
    found = []
    if not course.needs_nobody and _late(course.accepted_at or now, course):
        found.append(ReviewReason.ACCEPTED_LATE)
    if course.is_sos and _late(course.first_voice_at or now, course):
        found.append(ReviewReason.VOICE_LATE)
    return tuple(found)


def _late(moment: datetime | None, course: Course) -> bool:
    return moment is not None and moment - course.received_at > REVIEW_AFTER
