"""One line of the table: a call, and who may make it."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Any, Final

from backend.domain.access.roles import Scope, StaffRole
from backend.domain.access.subjects import Fields, Kind

STAFF_API: Final = "/api/v1"


@dataclass(frozen=True, slots=True)
class Permission:
    """`path` as the route has it, with its parameters in braces.

    `public`: open to strangers, since the address itself is the secret or there is nothing to hide. `district`: only
    for those who see the whole district, since its answer cannot be cut by organisation. `also`: what fields name
    here only; see `subjects`. `new`: kinds of which an id that nobody has yet is allowed, because the call makes it.
    `within`: fields of the body that say where something shall belong. Whoever sees only a part has to fill them in:
    left empty they would mean the district.
    """

    method: str
    path: str
    roles: frozenset[StaffRole] = frozenset()
    scopes: frozenset[Scope] = frozenset()
    public: bool = False
    district: bool = False
    also: Fields = field(default_factory=dict)
    new: frozenset[Kind] = frozenset()
    within: frozenset[str] = frozenset()

    def allows(self, role: StaffRole | None, scopes: frozenset[Scope]) -> bool:
        """Whether somebody of `role`, or a program with `scopes`, may make the call at all."""
        return role in self.roles or bool(scopes & self.scopes)


def get(path: str, roles: frozenset[StaffRole] = frozenset(), *scopes: Scope, **more: Any) -> Permission:
    """A look of the staff API. `more`: further fields of `Permission`."""
    return Permission("GET", f"{STAFF_API}{path}", roles, frozenset(scopes), **more)


def does(method: str, path: str, roles: frozenset[StaffRole], *scopes: Scope, **more: Any) -> Permission:
    """A call of the staff API that changes something."""
    return Permission(method, f"{STAFF_API}{path}", roles, frozenset(scopes), **more)


def public(method: str, path: str) -> Permission:
    """Open to strangers."""
    return Permission(method, path, public=True)
