"""Whether an actor may make a call about what it names. What is not seen is as if it were not there."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from enum import StrEnum
from typing import Any

from backend.domain.access.permission import Permission
from backend.domain.access.sight import Sight, sight_of
from backend.domain.access.subjects import Kind, Named
from backend.services.access.ports import Clock, SubjectReader
from backend.services.identity.actor import Actor


class Verdict(StrEnum):
    """What comes of it. `LENT`: allowed, and seen only because it was offered, which is written down."""

    ALLOWED = "allowed"
    LENT = "lent"
    NOT_ALLOWED = "not_allowed"
    DISTRICT_ONLY = "district_only"
    NOT_FOUND = "not_found"


@dataclass(frozen=True, slots=True)
class Authorise:
    """Reads the database only for actors who do not see everything: ingest and the district's desk never wait."""

    subjects: SubjectReader
    clock: Clock

    def sight(self, actor: Actor) -> Sight:
        """How far they see."""
        return sight_of(actor.role, actor.id, actor.organisation_id, self.clock.now())

    def at_all(self, permission: Permission | None, actor: Actor, sight: Sight) -> Verdict:
        """Whether they may make the call at all, whatever it is about. Asks nobody."""
        if permission is None or not permission.allows(actor.role, actor.scopes):
            return Verdict.NOT_ALLOWED
        return Verdict.DISTRICT_ONLY if permission.district and not sight.whole else Verdict.ALLOWED

    def about(self, permission: Permission, named: Named, body: Any, sight: Sight) -> Verdict:
        """Whether they may make it about this. May block."""
        # PostgreSQL refuses a NUL in any text: nothing is called so.
        if any("\x00" in each for ids in named.values() for each in ids):
            return Verdict.NOT_FOUND
        if sight.whole:
            return Verdict.ALLOWED
        if not _placed(permission, body):
            return Verdict.DISTRICT_ONLY
        seen = self.subjects.alerts(named.get(Kind.ALERT, frozenset()), sight) if Kind.ALERT in named else {}
        hidden = named.get(Kind.ALERT, frozenset()) - seen.keys()
        if hidden or any(self._hidden(permission, kind, ids, sight) for kind, ids in named.items()):
            return Verdict.NOT_FOUND
        return Verdict.ALLOWED if sight.staff_id is None and all(seen.values()) else Verdict.LENT

    def _hidden(self, permission: Permission, kind: Kind, ids: frozenset[str], sight: Sight) -> bool:
        if kind is Kind.ALERT:
            return False
        hidden = self.subjects.hidden(kind, ids, sight)
        return bool(hidden - self.subjects.absent(kind, hidden) if hidden and kind in permission.new else hidden)


def _placed(permission: Permission, body: Any) -> bool:
    """Whether everything says where it shall belong. What changes only what is sent may leave it as it is."""
    fields = body if isinstance(body, Mapping) else {}
    partly = permission.method == "PATCH"
    return all(fields[field] is not None if field in fields else partly for field in permission.within)
