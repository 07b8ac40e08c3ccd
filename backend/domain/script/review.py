"""What a manager says of a step that somebody called impossible."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum

from backend.domain.script.model import Mark


class ReviewVerdict(StrEnum):
    """Whether the manager agrees. An objection changes nothing about the alert; it is talked about."""

    AGREED = "agreed"
    OBJECTED = "objected"


@dataclass(frozen=True, slots=True)
class ImpossibleStep:
    """A mark that waits for its review, with the alert that it belongs to."""

    id: int
    alert_id: str
    alert_type: str
    home_label: str | None
    mark: Mark


@dataclass(frozen=True, slots=True)
class Review:
    """What was said of it."""

    mark_id: int
    verdict: ReviewVerdict
    note: str | None
    reviewer_id: str
    reviewer_name: str
    at: datetime
