"""What an entry of the audit log says, and what proves that nobody changed it afterwards."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any, Final

from backend.domain.accounting.chain import canonical, hash_of

NOBODY: Final = ""
"""The kind of actor of who could not be identified."""
Value = str | int | bool | Sequence[str] | None
Detail = Mapping[str, Value]
"""Ids, codes and counts; never a name, an address or a secret (rule 28)."""


@dataclass(frozen=True, slots=True)
class Entry:
    """`actor_kind`: staff, service, responder, or empty for a stranger. `subject`: `alert:<id>`, `device:<id>` …

    `action`: a word such as `staff_changed`, or of a call its method and template: `POST /alerts/{alert_id}/accept`.
    """

    at: datetime
    actor_kind: str
    actor_id: str
    action: str
    subject: str = ""
    detail: Detail = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class AuditLink:
    """An entry in its place. `position` counts from 1; `body`: canonical JSON of all of it, `position` among it."""

    position: int
    body: str
    previous_hash: str
    hash: str


def body_of(entry: Entry) -> dict[str, Any]:
    """What is hashed, but for the place."""
    return {
        "at": entry.at.isoformat(timespec="microseconds"),
        "actor": {"kind": entry.actor_kind, "id": entry.actor_id},
        "action": entry.action,
        "subject": entry.subject,
        "detail": {key: list(value) if isinstance(value, tuple) else value for key, value in entry.detail.items()},
    }


def link(position: int, entry: Mapping[str, Any], previous_hash: str) -> AuditLink:
    """The next link of a chain that ends with `previous_hash`."""
    body = canonical({**entry, "position": position})
    return AuditLink(position, body, previous_hash, hash_of(body, previous_hash))
