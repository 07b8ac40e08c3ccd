"""How a consent is taken down, and what stands."""

from __future__ import annotations

from collections.abc import Sequence

from backend.domain.audit_log.entry import Detail, Entry
from backend.domain.privacy.consent import ConsentFault, Decision, fault_of
from backend.services.identity.actor import Actor
from backend.services.privacy.ports import Clock, ConsentStore


class Consents:
    """The use case."""

    def __init__(self, store: ConsentStore, clock: Clock) -> None:
        self._store = store
        self.clock = clock

    def of(self, resident_id: str) -> Sequence[Decision] | None:
        """All decisions, the oldest first; None: no such resident."""
        return self._store.decisions(resident_id)

    def take_down(self, resident_id: str, decision: Decision, actor: Actor) -> Sequence[Decision] | ConsentFault | None:
        """What stands now; or why it was not taken down; None: no such resident."""
        now = self.clock.now()
        if self._store.decisions(resident_id) is None:
            return None
        if (fault := fault_of(decision, now)) is not None:
            return fault
        detail: Detail = {"matter": str(decision.matter), "agreed": decision.agreed, "giver": str(decision.giver)}
        entry = Entry(now, actor.kind.value, actor.id, "consent_taken_down", f"resident:{resident_id}", detail)
        self._store.add(resident_id, decision, entry)
        return self._store.decisions(resident_id)
