"""What the organisation use cases need of the world: a directory, homes and staff, all or nothing."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from contextlib import AbstractContextManager
from datetime import datetime
from typing import Protocol

from backend.domain.organisation.directory import Directory, Organisation, Village
from backend.domain.organisation.routing import HomePlace


class Clock(Protocol):
    """What time it is."""

    def now(self) -> datetime: ...


class Ids(Protocol):
    """Where ids come from."""

    def new(self) -> str: ...


class OrganisationTransaction(Protocol):
    """One transaction; kept only after `commit`."""

    def directory(self) -> Directory:
        """Everything as it stands. Nobody else changes it before this transaction ends: two moves make no circle."""

    def add_organisations(self, organisations: Sequence[Organisation]) -> None:
        """Those that are new, in any order, with their catchments."""

    def save_organisations(self, organisations: Sequence[Organisation]) -> None:
        """Those that exist, as they shall stand."""

    def add_villages(self, villages: Sequence[Village]) -> None: ...

    def save_villages(self, villages: Sequence[Village]) -> None: ...

    def home(self, home_id: str) -> HomePlace | None:
        """Where a home belongs, locked; None: no such home."""

    def place_home(self, home_id: str, place: HomePlace) -> None: ...

    def place_staff(self, staff_id: str, organisation_id: str | None) -> bool:
        """Where somebody works; False: no such staff. Their sessions end: they were let in under the old place."""

    def is_last_administrator(self, staff_id: str) -> bool:
        """Whether nobody else runs the whole district with a password of ours."""

    def commit(self) -> None: ...


class OrganisationStore(Protocol):
    """Organisations, villages, and what homes say about them."""

    def begin(self) -> AbstractContextManager[OrganisationTransaction]: ...

    def directory(self) -> Directory:
        """Everything at one moment."""
        ...

    def home_places(self) -> Mapping[HomePlace, int]:
        """How many homes say the same about where they belong."""
        ...
