"""Who does something, and what they may do."""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum


class ActorKind(StrEnum):
    """A person with a session, or a program with a token."""

    STAFF = "staff"
    SERVICE = "service"


class StaffRole(StrEnum):
    """What a person does here, in the subtree of their organisation; `ADMINISTRATOR` of the root is the district's."""

    OPERATOR = "operator"
    TECHNICIAN = "technician"
    ADMINISTRATOR = "administrator"
    MANAGER = "manager"
    RESPONDER = "responder"
    AUDITOR = "auditor"
    FAMILY = "family"


class Scope(StrEnum):
    """What a program may do."""

    INGEST = "ingest"
    ENROL = "enrol"
    READ = "read"
    METRICS = "metrics"
    HEALTH = "health"
    TELEPHONY = "telephony"


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
