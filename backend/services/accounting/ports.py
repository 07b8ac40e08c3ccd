"""What statements and work orders about presses need of storage."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Mapping, Sequence
from contextlib import AbstractContextManager
from dataclasses import dataclass
from datetime import datetime
from typing import Protocol

from backend.domain.access.sight import Sight
from backend.domain.accounting.account import Account
from backend.domain.accounting.chain import Link
from backend.domain.accounting.day import DayEvent
from backend.domain.accounting.findings import FindingKind
from backend.services.accounting.views import FoundLine, Recent
from backend.services.alarm.press_records import PressRecords
from backend.services.work_order.ports import WorkOrders


class Clock(Protocol):
    """Time, as an argument."""

    def now(self) -> datetime: ...


class StatementReader(Protocol):
    """What statements are made of and proved with; every call sees one moment."""

    def tip(self) -> Link | None:
        """The last link of the chain."""
        ...

    def first_event_at(self) -> datetime | None:
        """When the first event was stored."""
        ...

    def seen(self, sight: Sight) -> Collection[str]:
        """Every device that stands in a home that is seen."""
        ...

    def devices(self, begin: datetime, end: datetime, after: str, limit: int) -> Sequence[str]:
        """Devices with an event stored in the span, by id, those after `after`."""
        ...

    def events(
        self, devices: Sequence[str], begin: datetime, end: datetime, until: Mapping[str, datetime]
    ) -> Mapping[str, Sequence[DayEvent]]:
        """Each device's events of the span, in the order in which they were stored.

        `until`: by device, up to when answers count.
        """
        ...

    def accounts(self, devices: Sequence[str]) -> Mapping[str, Account]:
        """As the last statement of each left it; those without one are left out."""
        ...

    def lines(self, day: str) -> Sequence[Link]:
        """The links of a day, by device; the district's comes first."""
        ...

    def links(self, after: int, limit: int) -> Sequence[Link]:
        """The chain from position `after` + 1 on."""
        ...


class StatementTransaction(Protocol):
    """One transaction that lengthens the chain. Nothing is kept unless `commit` returned."""

    def tip(self) -> Link | None:
        """The last link, and nobody else adds one until the end of the transaction."""
        ...

    def add(self, links: Iterable[Link]) -> None: ...
    def commit(self) -> None: ...


class StatementStore(Protocol):
    """Opens transactions."""

    def begin(self) -> AbstractContextManager[StatementTransaction]: ...


@dataclass(frozen=True, slots=True)
class DueFinding:
    """A finding for which somebody is asked to look at the device. `home_id` None: nobody has enrolled it."""

    device_id: str
    kind: FindingKind
    day: str
    first_at: datetime
    home_id: str | None


class FindingTransaction(PressRecords, Protocol):
    """One transaction of the tick that asks for repairs. Nothing is kept unless `commit` returned."""

    @property
    def orders(self) -> WorkOrders: ...
    def due_findings(self, now: datetime, limit: int) -> Sequence[DueFinding]:
        """Locked; those that another transaction holds are left out."""
        ...

    def end_finding(self, finding: DueFinding, order_id: str | None) -> None:
        """Somebody was asked, or nobody need be."""
        ...

    def savepoint(self) -> AbstractContextManager[None]: ...
    def is_storage_fault(self, error: Exception) -> bool: ...
    def commit(self) -> None: ...


class FindingStore(Protocol):
    """Opens transactions."""

    def begin(self) -> AbstractContextManager[FindingTransaction]: ...


class DeviceReader(Protocol):
    """How one device stands."""

    def account(self, device_id: str) -> Account | None: ...
    def knows(self, device_id: str) -> bool:
        """Whether it is in the registry, or has ever sent an event."""
        ...

    def recent(self, device_id: str, since: datetime) -> Recent: ...
    def findings(self, device_id: str, since: datetime) -> Sequence[FoundLine]:
        """The latest first."""
        ...
