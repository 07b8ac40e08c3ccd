"""What the audit log needs of the database."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Protocol

from backend.domain.access.sight import WHOLE, Sight
from backend.domain.audit_log.entry import AuditLink, Entry


class Clock(Protocol):
    """What time it is."""

    def now(self) -> datetime: ...


class AuditWriter(Protocol):
    """Entries, durable when it returns. They get their place in the chain within seconds."""

    def put(self, entries: Sequence[Entry]) -> None: ...


class AuditChain(Protocol):
    """The one end of the chain."""

    def chain(self, limit: int) -> int:
        """Give up to `limit` waiting entries their places; returns how many."""


@dataclass(frozen=True, slots=True)
class Asked:
    """Which entries. `before`: a position; empty words and None: any."""

    actor_id: str = ""
    action: str = ""
    subject: str = ""
    since: datetime | None = None
    until: datetime | None = None
    before: int | None = None
    limit: int = 100


class AuditReader(Protocol):
    """What was written."""

    def page(self, asked: Asked, sight: Sight = WHOLE) -> Sequence[AuditLink]:
        """The newest first; of a subtree what its own staff have seen and done."""

    def links(self, after: int, limit: int) -> Sequence[AuditLink]:
        """In the order of the chain."""

    def columns(self, positions: Sequence[int]) -> dict[int, tuple[datetime, str, str, str]]:
        """What stands beside the bodies: at, actor, action, subject."""

    def waiting(self) -> int:
        """How many entries have no place yet."""
