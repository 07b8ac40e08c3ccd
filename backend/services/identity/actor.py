"""Who does something, and what they may do."""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum

from backend.domain.access.roles import Scope as Scope
from backend.domain.access.roles import StaffRole as StaffRole


class ActorKind(StrEnum):
    """A person with a session, or a program with a token."""

    STAFF = "staff"
    SERVICE = "service"


@dataclass(frozen=True, slots=True)
class Actor:
    """Whoever is behind a request: `id` and `name` go into the history.

    `role` is None for programs, `scopes` empty for staff. `organisation_id`: they see its subtree; None: the whole
    district.
    """

    kind: ActorKind
    id: str
    name: str
    role: StaffRole | None = None
    scopes: frozenset[Scope] = frozenset()
    organisation_id: str | None = None
