"""How far somebody sees: their organisation's subtree and what was offered to it, or what they were asked to do."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import Final

from backend.domain.access.roles import StaffRole

ROOT: Final = "district"
"""The organisation at the top of the tree, which is there from the first start."""
OPEN_AFTER_CLOSING: Final = timedelta(hours=24)
"""A desk that was asked for help may look up how it ended; design §5."""

LONG_AGO: Final = datetime(1970, 1, 1, tzinfo=UTC)


@dataclass(frozen=True, slots=True)
class Sight:
    """`organisation_id`: the top of what is seen; None: the whole district, and what belongs to nobody.

    `staff_id`: of somebody who sees only alerts that they themselves were asked to go to. `since`: an alert that was
    closed before is open no more to those who saw it for another reason than being responsible.
    """

    organisation_id: str | None = None
    staff_id: str | None = None
    since: datetime = LONG_AGO

    @property
    def whole(self) -> bool:
        """Whether nothing is hidden."""
        return self.organisation_id is None and self.staff_id is None


WHOLE: Final = Sight()
"""Of programs and timers of our own."""


def sight_of(role: StaffRole | None, actor_id: str, organisation_id: str | None, now: datetime) -> Sight:
    """What an actor sees; `role` None: a program."""
    since = now - OPEN_AFTER_CLOSING
    if role is StaffRole.RESPONDER:
        return Sight(organisation_id, actor_id, since)
    return Sight(None if organisation_id == ROOT else organisation_id, None, since)
