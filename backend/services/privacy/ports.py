"""What privacy needs of storage. Every change and its entry in the audit log are one transaction."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum
from typing import Any, Protocol

from backend.domain.audit_log.entry import Entry
from backend.domain.privacy.consent import Decision


class Clock(Protocol):
    """What time it is."""

    def now(self) -> datetime: ...


class ConsentStore(Protocol):
    """Decisions, only ever added."""

    def decisions(self, resident_id: str) -> Sequence[Decision] | None:
        """The oldest first; None: no such resident."""

    def add(self, resident_id: str, decision: Decision, entry: Entry) -> None:
        """With the entry. Who takes back their consent to health data has it blanked in the same transaction."""


class StillThere(StrEnum):
    """Why somebody cannot be erased yet."""

    SERVED = "still_served"
    """They live at home, are in hospital or away: a press must find their name."""
    DEVICES = "devices_installed"
    """Nobody else lives there, but a device does: a press must find the address."""
    OPEN_ALERT = "open_alert"


@dataclass(frozen=True, slots=True)
class Erased:
    """`rows`: how many were changed or deleted, by table."""

    resident_id: str
    pseudonym: str
    at: datetime
    rows: Mapping[str, int]


class ErasureStore(Protocol):
    """Everything but readings."""

    def erase(self, resident_id: str, pseudonym: str, now: datetime, entry: Entry) -> Erased | StillThere | None:
        """All in one transaction; None: no such resident. Erased before: what was done then."""


class PersonReader(Protocol):
    """All that the relational database keeps about somebody."""

    def gather(self, resident_id: str) -> Mapping[str, Sequence[Mapping[str, Any]]] | None: ...


class Readings(Protocol):
    """All that was measured in the resident's home, as JSON lines; raises what the store raises when it is away."""

    def __call__(self, resident_id: str) -> Iterator[bytes]: ...


class ClosedStore(Protocol):
    """Closed alerts that nobody has to keep any longer."""

    def forget_closed(self, before: datetime, limit: int) -> int:
        """Delete up to `limit` alerts closed before, with all that names them; each by itself."""

    def forget_calls(self, before: datetime) -> int:
        """Delete incoming calls that belong to no alert."""
