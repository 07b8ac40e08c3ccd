"""Roles that are allowed the same things, by what they do together."""

from __future__ import annotations

from typing import Final

from backend.domain.access.roles import StaffRole

ADMINISTRATOR: Final = frozenset({StaffRole.ADMINISTRATOR})
MANAGERS: Final = ADMINISTRATOR | {StaffRole.MANAGER}
"""Who answers for people, rosters, homes and reviews."""
DESK: Final = MANAGERS | {StaffRole.OPERATOR}
"""Who acts on alerts."""
TECHNICIANS: Final = ADMINISTRATOR | {StaffRole.TECHNICIAN}
"""Who handles devices."""
STAFF: Final = DESK | TECHNICIANS
"""Who works at a centre."""
READERS: Final = STAFF | {StaffRole.AUDITOR}
"""Who reads what happens in their subtree."""
CARERS: Final = READERS - {StaffRole.TECHNICIAN}
"""Who reads what concerns somebody's health."""
OVERSEERS: Final = MANAGERS | {StaffRole.AUDITOR}
"""Who looks at how others have worked."""
AUDITORS: Final = ADMINISTRATOR | {StaffRole.AUDITOR}
"""Who reads what others have seen and done."""
ANSWERERS: Final = READERS | {StaffRole.RESPONDER}
"""Readers, and responders for what they were asked to go to."""
FAMILIES: Final = frozenset({StaffRole.FAMILY})
"""Who sees how an alarm of theirs stands, as far as the resident agrees."""
ANYBODY: Final = frozenset(StaffRole)
"""With any account."""
