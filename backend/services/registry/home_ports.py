"""What the registry needs of storage about homes and the people in them."""

from __future__ import annotations

from collections.abc import Sequence
from contextlib import AbstractContextManager
from dataclasses import dataclass
from datetime import datetime
from typing import Protocol

from backend.domain.access.sight import WHOLE, Sight
from backend.domain.registry.household import ContactRecord, FormerAddress, HomeRecord, ResidentRecord
from backend.services.registry.ports import ListedDevice, Told


@dataclass(frozen=True, slots=True)
class Household:
    """A home with everybody and everything in it, at one moment."""

    home: HomeRecord
    residents: tuple[ResidentRecord, ...]
    contacts: tuple[ContactRecord, ...]
    devices: tuple[ListedDevice, ...]
    former_addresses: tuple[FormerAddress, ...]


class HomeTransaction(Told, Protocol):
    """One transaction about homes. Whoever changes a home or anybody in it holds its lock."""

    def home(self, home_id: str) -> HomeRecord | None:
        """Locked until the end of the transaction."""

    def home_of_resident(self, resident_id: str) -> str | None: ...

    def add_home(self, home: HomeRecord) -> None: ...

    def save_home(self, home: HomeRecord) -> None: ...

    def add_address(self, home_id: str, former: FormerAddress) -> None: ...

    def resident(self, resident_id: str) -> ResidentRecord | None: ...

    def add_resident(self, resident: ResidentRecord) -> None: ...

    def save_resident(self, resident: ResidentRecord) -> None: ...

    def overdue(self, now: datetime, limit: int) -> Sequence[ResidentRecord]:
        """Residents whose `return_due_at` is past, locked; those that others hold are left out."""

    def contacts(self, home_id: str) -> Sequence[ContactRecord]:
        """In their order."""

    def put_contacts(self, home_id: str, contacts: Sequence[ContactRecord]) -> None:
        """These and no others."""

    def shut_points(self, contact_id: str, reason: str, now: datetime, *, phone: str | None = None) -> None:
        """No notice goes to this contact's points any more; with `phone`, to those of that number."""


class HomeStore(Protocol):
    """Opens transactions about homes."""

    def begin(self) -> AbstractContextManager[HomeTransaction]: ...


class HomeReader(Protocol):
    """Reads, never writes."""

    def homes(self, after: str, limit: int, words: str | None = None, sight: Sight = WHOLE) -> Sequence[HomeRecord]:
        """Those that `sight` sees, in the order of their ids, those after `after`.

        `words`: in label, address, landmark or somebody's name.
        """

    def household(self, home_id: str) -> Household | None: ...

    def resident(self, resident_id: str) -> ResidentRecord | None: ...
