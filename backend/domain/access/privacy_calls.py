"""Who may call what of consents, copies and erasure."""

from __future__ import annotations

from typing import Final

from backend.domain.access.groups import ADMINISTRATOR, CARERS, FAMILIES, MANAGERS
from backend.domain.access.permission import Permission, does, get

CALLS: Final[tuple[Permission, ...]] = (
    get("/residents/{resident_id}/consents", CARERS),
    does("POST", "/residents/{resident_id}/consents", MANAGERS),
    get("/residents/{resident_id}/export", ADMINISTRATOR),
    does("POST", "/residents/{resident_id}/erase", ADMINISTRATOR),
    get("/family", FAMILIES),
    does("PUT", "/residents/{resident_id}/family/{staff_id}", MANAGERS),
    does("DELETE", "/residents/{resident_id}/family/{staff_id}", MANAGERS),
)
