"""How a reply by text is read: `1 4821` takes it, `2` passes, `3` holds, `4 4821 15` comes, `5` is there, `6` done."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Final

from backend.domain.answering.model import Step, StepKind

DIGITS: Final[Mapping[str, StepKind]] = {
    "1": StepKind.ACCEPT,
    "2": StepKind.PASS,
    "3": StepKind.HOLD,
    "4": StepKind.EN_ROUTE,
    "5": StepKind.ARRIVED,
    "6": StepKind.DONE,
    "9": StepKind.PANIC,
}
_SHAPE: Final = re.compile(r"\s*([1-69])[\s,.;:+\-_、。]+(\d{4,6})(?!\d)(.*)", re.DOTALL)
_MINUTES: Final = re.compile(r"[\s,.;:+\-_、。]*(\d{1,3})(?!\d)")


@dataclass(frozen=True, slots=True)
class Reply:
    """What a text says: for which code, and which step."""

    code: str
    step: Step


def read(text: str) -> Reply | None:
    """The reply in `text`, or None where it says nothing that we understand. Full-width digits are digits."""
    found = _SHAPE.fullmatch(unicodedata.normalize("NFKC", text))
    if found is None:
        return None
    kind, code, rest = DIGITS[found[1]], found[2], found[3].strip()
    if kind is StepKind.EN_ROUTE:
        minutes = _MINUTES.match(rest)
        return Reply(code, Step(kind, minutes=int(minutes[1]))) if minutes else None
    if kind is StepKind.DONE:
        return Reply(code, Step(kind, outcome="by_message", note=rest or None))
    return Reply(code, Step(kind))
