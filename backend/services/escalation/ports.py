"""What escalation needs of the world: who can be reached now, and storage that is all or nothing."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Protocol

from backend.domain.escalation.targets import Reach, Target
from backend.services.notices.ports import NewNotice


@dataclass(frozen=True, slots=True)
class Scene:
    """Where an alert is: what decides who is near and responsible. `organisation_id` None: the district itself."""

    alert_id: str
    home_id: str | None
    organisation_id: str | None


class Cover(Protocol):
    """Who can be reached. Reads within the transaction that it is part of."""

    def reach(self, target: Target, scene: Scene, at: datetime) -> Reach:
        """Who `target` is at `at`. People with no verified and enabled channel are left out, each with the reason.

        On duty: by roster (rotation, override, holiday, night routing); a desk of an organisation that is closed or
        without operators on duty is still in `desks`, with `nobody` set. Contacts of role `never` are never reached;
        a contact outside its hours is left out for anything but an emergency.
        """
        ...

    def centre_open(self, organisation_id: str | None, at: datetime) -> bool:
        """Whether the organisation is within its opening hours; the district (None) always is."""
        ...

    def home_risk(self, home_id: str | None) -> str:
        """`high` where a resident of the home is at high risk, else `normal`."""
        ...

    def centre_of(self, home_id: str | None) -> str | None:
        """The organisation responsible for a home: its own, else by catchment of its village, else up the tree."""
        ...


class NoticeOutbox(Protocol):
    """Where notices are put, in the transaction of the decision that asks for them."""

    def put(self, notices: Sequence[NewNotice], now: datetime) -> int:
        """Adds those whose id is new; how many. The same id is the same notice, for ever."""
        ...

    def progress(self, alert_id: str, step: int, round_: int) -> NoticeProgress:
        """How the notices of one step have fared."""
        ...

    def cancel(self, alert_id: str, reason: str, now: datetime) -> int:
        """Ends those that have not left yet (somebody has the alert); how many."""
        ...


@dataclass(frozen=True, slots=True)
class NoticeProgress:
    """Counts over one step. `open`: neither delivered nor given up. `failed`: given up on all channels."""

    open: int = 0
    delivered: int = 0
    failed: int = 0
    passed: int = 0
