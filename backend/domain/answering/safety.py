"""When somebody who is alone on site is asked whether they are all right, and when silence becomes an alarm."""

from __future__ import annotations

from collections.abc import Collection, Sequence
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from enum import StrEnum
from typing import Final

from backend.domain.answering.model import Assignment, State
from backend.domain.escalation.targets import DutyRole

AGAIN_AFTER: Final = timedelta(minutes=5)
"""Silence is told again after this, until somebody has heard from them."""


class Hazard(StrEnum):
    """What a responder must know at the door."""

    DOG = "dog"
    VIOLENCE = "violence"
    INFECTION = "infection"


@dataclass(frozen=True, slots=True)
class Timer:
    """The lone-worker timer of one assignment. `due_at` None: off. `overdue`: how often silence was told in a row."""

    assignment_id: str
    alert_id: str
    every: timedelta
    due_at: datetime | None
    said_at: datetime | None = None
    overdue: int = 0


def interval(usual: timedelta, hazards: Collection[str]) -> timedelta:
    """Half as long where violence is known: 20 minutes become 10."""
    return usual / 2 if Hazard.VIOLENCE in hazards else usual


def alone(assignments: Sequence[Assignment]) -> Assignment | None:
    """The responder who is on site with nobody beside them, if that is so."""
    there = [one for one in assignments if one.role is DutyRole.RESPONDER and one.state is State.ARRIVED]
    return there[0] if len(there) == 1 else None


def watch(timers: Sequence[Timer], assignments: Sequence[Assignment], every: timedelta, now: datetime) -> list[Timer]:
    """The timers of an alert as they must be now: on for whoever is alone on site, off for everybody else.

    One that runs keeps its time: another person's step says nothing about this one.
    """
    lone = alone(assignments)
    after = [replace(timer, due_at=None) for timer in timers if lone is None or timer.assignment_id != lone.id]
    if lone is None:
        return after
    mine = next((timer for timer in timers if timer.assignment_id == lone.id), None)
    if mine is None or mine.due_at is None:
        mine = Timer(lone.id, lone.alert_id, every, now + every)
    return [*after, mine]


def all_right(timer: Timer, now: datetime) -> Timer:
    """They have said that they are well: the time runs from now."""
    return replace(timer, said_at=now, overdue=0, due_at=now + timer.every if timer.due_at else None)


def silent(timer: Timer, now: datetime) -> Timer:
    """The time has run out without a word; it is told now, and again later."""
    return replace(timer, overdue=timer.overdue + 1, due_at=now + AGAIN_AFTER)
