"""What a family sees: how an alarm of theirs stands, as far as the resident agrees; no illness, no code, no others."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Protocol

from backend.domain.audit_log.entry import Detail, Entry
from backend.services.identity.actor import Actor
from backend.services.privacy.ports import Clock


@dataclass(frozen=True, slots=True)
class FamilyAlert:
    """`outcome` None: still open, or grave, which is said by voice only."""

    type: str
    handling: str
    received_at: datetime
    eta_at: datetime | None
    closed_at: datetime | None
    outcome: str | None


@dataclass(frozen=True, slots=True)
class LinkedResident:
    """`agreed` false: nothing but the name, which the family knows anyway."""

    resident_id: str
    name: str
    agreed: bool
    status: str | None
    alerts: Sequence[FamilyAlert]


class FamilyStore(Protocol):
    """Who is whose."""

    def linked_residents(self, staff_id: str) -> Sequence[LinkedResident]: ...

    def link(self, staff_id: str, resident_id: str, now: datetime, entry: Entry) -> bool:
        """False: no such account of role family, or no such resident."""

    def unlink(self, staff_id: str, resident_id: str, entry: Entry) -> bool: ...


class Family:
    """The use case."""

    def __init__(self, store: FamilyStore, clock: Clock) -> None:
        self._store = store
        self._clock = clock

    def of(self, actor: Actor) -> Sequence[LinkedResident]:
        """Whom this account belongs to."""
        return self._store.linked_residents(actor.id)

    def link(self, staff_id: str, resident_id: str, actor: Actor) -> bool:
        """Let an account of role family see a resident. Safe to repeat."""
        entry = self._entry("family_linked", staff_id, resident_id, actor)
        return self._store.link(staff_id, resident_id, entry.at, entry)

    def unlink(self, staff_id: str, resident_id: str, actor: Actor) -> bool:
        """End it, at once."""
        return self._store.unlink(staff_id, resident_id, self._entry("family_unlinked", staff_id, resident_id, actor))

    def _entry(self, action: str, staff_id: str, resident_id: str, actor: Actor) -> Entry:
        detail: Detail = {"staff": staff_id}
        return Entry(self._clock.now(), actor.kind.value, actor.id, action, f"resident:{resident_id}", detail)
