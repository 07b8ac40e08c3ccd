"""What escalation needs of the world: who can be reached now, and storage that is all or nothing."""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from contextlib import AbstractContextManager
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any, Protocol

from backend.domain.alert.model import Alert, AlertId
from backend.domain.audit.schedule import Line
from backend.domain.escalation.run import Acceptance, Run
from backend.domain.escalation.targets import Reach, Target
from backend.services.alarm.ports import AlarmTransaction
from backend.services.notices.outbox_ports import Alarmed
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

    def cancel(self, alert_id: str, reason: str, now: datetime, below: int | None = None) -> int:
        """Ends those that have not left yet (somebody has the alert); how many. `below`: only of steps below this."""
        ...


@dataclass(frozen=True, slots=True)
class NoticeProgress:
    """Counts over one step. `open`: neither delivered nor given up. `failed`: given up on all channels."""

    open: int = 0
    delivered: int = 0
    failed: int = 0
    passed: int = 0


@dataclass(frozen=True, slots=True)
class DueRun:
    """A run that is due, with its alert; both locked."""

    alert: Alert
    run: Run


class EscalationTransaction(AlarmTransaction, Protocol):
    """An alarm transaction that can see and move runs, with the parts that a run asks."""

    @property
    def cover(self) -> Cover: ...
    @property
    def notices(self) -> RunNotices: ...
    @property
    def work_orders(self) -> ServiceOrders: ...

    def due_run(self, alert_id: str, now: datetime) -> DueRun | None:
        """Locked; None where another transaction holds the alert, or it is not due any more.

        Raises where its rows cannot be read.
        """
        ...

    def ring_unread(self, alert_id: str, again_after: timedelta, now: datetime) -> bool:
        """The district's desk rings for it as an emergency, whatever its rows say; nothing of them is read.

        At the first time at once, then as long as nobody has it, each `again_after`. False where it is not time yet.
        """
        ...

    def save_run(self, run: Run) -> None: ...
    def book(self, digest: str) -> str | None:
        """The body of a book of policies."""
        ...

    def put_book(self, digest: str, body: str, now: datetime) -> None:
        """From `now` on new alerts get this book."""
        ...

    def acceptances(self, alert_id: str) -> Sequence[Acceptance]:
        """Who has accepted the alert so far, as its timeline says."""
        ...

    def offer(self, alert_id: str, organisation_id: str, reason: str, now: datetime) -> bool:
        """The alert is shown at that desk as well. False where it was already."""
        ...

    def lines(self, alert_id: str) -> Sequence[Line]:
        """What happened to its steps, as the timeline tells it."""
        ...

    def open_review(self, alert_id: str, reason: str, now: datetime) -> bool:
        """Somebody has to look at it again. False where it is on the list already."""
        ...

    def presses_since(self, alert_id: str, since: datetime) -> int: ...
    def facts(self, alert: Alert) -> Mapping[str, Any]:
        """What a message about the alert is made of: who, where, what; never a door code."""
        ...


class EscalationStore(Protocol):
    """Opens transactions, and says for which alerts."""

    def begin(self) -> AbstractContextManager[EscalationTransaction]: ...
    def due(self, now: datetime, limit: int, but: Collection[str]) -> Sequence[AlertId]:
        """Alerts whose run is due, by severity, then the longest due; without a lock. `but`: not these."""
        ...


class RunNotices(NoticeOutbox, Protocol):
    """The outbox with the list of those who were alarmed."""

    def recipients_of(self, alert_id: str) -> Sequence[Alarmed]: ...


class ServiceOrders(Protocol):
    """Where a press of the service key becomes a work order."""

    def for_alert(self, alert: Alert, now: datetime) -> str | None:
        """Made once per alert, for the nearest provider that is open; its id, None where there is none."""
        ...
