"""What is written down of a change: the fields that differ, with what they were and what they are."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from datetime import date, datetime
from enum import StrEnum
from typing import Any, Final

SHOWN_DIGITS: Final = 4
"""Of a telephone or SIM number; the rest is masked."""
NUMBERS: Final = frozenset({"sim_number", "phone"})
"""Fields of which only the end is written down."""
HIDDEN: Final = frozenset({"entry", "conditions", "medicines"})
"""Of these the history tells that they changed, and never what they say."""
HIDDEN_TEXT: Final = "***"


class Subject(StrEnum):
    """What a change is about."""

    DEVICE = "device"
    HOME = "home"
    RESIDENT = "resident"
    CONTACT = "contact"


class ChangeKind(StrEnum):
    """What happened."""

    ENROLLED = "enrolled"
    CREATED = "created"
    CHANGED = "changed"
    REMOVED = "removed"
    STATE = "state"
    SWAPPED_IN = "swapped_in"
    SWAPPED_OUT = "swapped_out"
    CLAIMED = "claimed"
    CLAIM_REFUSED = "claim_refused"
    CLAIM_REOPENED = "claim_reopened"
    TEST_OPENED = "test_opened"
    TEST_ENDED = "test_ended"
    SIGNED_OFF = "signed_off"


@dataclass(frozen=True, slots=True)
class Who:
    """Who did it: a member of staff, a program, or the platform itself."""

    kind: str
    id: str
    name: str


PLATFORM: Final = Who("system", "platform", "")


@dataclass(frozen=True, slots=True)
class Change:
    """One entry of the history. `home_id`: where it was, so that a home knows of what has left it."""

    subject: Subject
    subject_id: str
    kind: ChangeKind
    at: datetime
    who: Who
    home_id: str | None = None
    reason: str = ""
    before: Mapping[str, Any] = field(default_factory=dict)
    after: Mapping[str, Any] = field(default_factory=dict)


def differing(before: Mapping[str, Any], after: Mapping[str, Any]) -> tuple[dict[str, Any], dict[str, Any]]:
    """The fields of `after` that differ from `before`, as JSON values, as they were and as they are."""
    names = [name for name, value in after.items() if before.get(name) != value]
    return _written(before, names), _written(after, names)


def _written(values: Mapping[str, Any], names: Iterable[str]) -> dict[str, Any]:
    return {name: _plain(name, values.get(name)) for name in names}


def _plain(name: str, value: Any) -> Any:
    if name in NUMBERS and isinstance(value, str):
        return masked(value)
    if name in HIDDEN and value is not None:
        return HIDDEN_TEXT
    if isinstance(value, datetime | date):
        return value.isoformat()
    return str(value) if isinstance(value, StrEnum) else value


def masked(number: str | None) -> str | None:
    """A number of which only the last digits are shown."""
    if number is None:
        return None
    return "*" * max(len(number) - SHOWN_DIGITS, 0) + number[-SHOWN_DIGITS:] if len(number) > SHOWN_DIGITS else "****"
