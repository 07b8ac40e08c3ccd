"""What rosters need of storage: one transaction that is all or nothing, and reading beside it."""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from contextlib import AbstractContextManager
from dataclasses import dataclass, field
from datetime import datetime
from enum import StrEnum
from typing import Protocol

from backend.domain.access.sight import WHOLE, Sight
from backend.domain.escalation.targets import DutyRole, RecipientKind
from backend.domain.roster.model import Duty, Gap, Override, Roster, Uncovered
from backend.services.notices.ports import NewNotice


class Needed(StrEnum):
    """When somebody has to be on duty by a roster. Outside opening hours the night route answers."""

    ALWAYS = "always"
    OPENING_HOURS = "opening_hours"


@dataclass(frozen=True, slots=True)
class KeptRoster:
    """A roster as it is kept: the domain's, and what people call it. `version` rises with each change of its layers."""

    name: str
    needed: Needed
    version: int
    roster: Roster


@dataclass(frozen=True, slots=True)
class KeptOverride:
    """An override with who made it, when and why."""

    override: Override
    reason: str | None
    created_by: str
    created_at: datetime


@dataclass(frozen=True, slots=True)
class ReportedGap:
    """A gap that somebody has been told of."""

    start: datetime
    end: datetime
    reason: Uncovered
    reported_at: datetime


@dataclass(frozen=True, slots=True)
class Told:
    """Whom a gap is reported to. `contact_points` empty: at the screen."""

    kind: RecipientKind
    id: str
    name: str
    contact_points: tuple[str, ...] = ()


class FeedKind(StrEnum):
    """What a calendar shows."""

    ROSTER = "roster"
    PERSON = "person"


@dataclass(frozen=True, slots=True)
class Feed:
    """A calendar that is read without logging in, by a secret in its address of which only the SHA-256 is kept."""

    id: str
    kind: FeedKind
    subject_id: str
    token_sha256: str
    created_by: str
    created_at: datetime
    revoked_at: datetime | None = None


@dataclass(frozen=True, slots=True)
class DutyLine:
    """Somebody on duty in an organisation. `reachable`: by a verified channel, which a desk does not need."""

    role: DutyRole
    person_id: str
    name: str
    duty: Duty
    roster_id: str | None
    reachable: bool


@dataclass(frozen=True, slots=True)
class OnDutyNow:
    """Who is on duty in an organisation. `night_organisation_id`: where its calls go, None while it is open."""

    organisation_id: str
    name: str
    open: bool
    night_organisation_id: str | None
    lines: tuple[DutyLine, ...] = field(default=())


class RosterTransaction(Protocol):
    """All or nothing; kept only after `commit`."""

    def locked(self, roster_id: str, since: datetime) -> KeptRoster | None:
        """The roster, held until the end; without overrides that ended before `since`."""

    def organisation_exists(self, organisation_id: str) -> bool: ...
    def roles(self, people: Collection[str]) -> Mapping[str, Collection[DutyRole]]:
        """What a roster may use these people for; without those who do not exist."""

    def save(self, kept: KeptRoster) -> None:
        """Adds or changes it with rotations, participants and holidays; overrides stay as they are."""

    def delete(self, roster_id: str) -> None:
        """With everything that belongs to it; its calendars end."""

    def add_overrides(self, roster_id: str, overrides: Sequence[KeptOverride]) -> None: ...
    def remove_override(self, roster_id: str, override_id: str) -> int:
        """With the other half of a swap; how many."""

    def uncovered(self, people: Collection[str], role: DutyRole) -> Mapping[str, Uncovered]:
        """Who of these cannot be reached in this role, and why. Operators with an account are at their screen."""

    def reported(self, roster_id: str) -> Sequence[ReportedGap]: ...
    def keep_reported(self, roster_id: str, gaps: Sequence[ReportedGap]) -> None:
        """These instead of all before."""

    def told_of_gaps(self, organisation_id: str) -> Sequence[Told]:
        """Its managers whom something verified reaches, else the district's, else the district's desk."""

    def organisation_name(self, organisation_id: str) -> str: ...
    def put_notices(self, notices: Sequence[NewNotice], now: datetime) -> int: ...
    def commit(self) -> None: ...


class RosterStore(Protocol):
    """Rosters, duty and calendars."""

    def begin(self) -> AbstractContextManager[RosterTransaction]: ...
    def one(self, roster_id: str, since: datetime) -> KeptRoster | None: ...
    def every(
        self, since: datetime, organisation_id: str | None = None, sight: Sight = WHOLE
    ) -> Sequence[KeptRoster]: ...
    def of_person(self, person_id: str, since: datetime) -> Sequence[KeptRoster]:
        """Those in which the person may ever be on duty."""

    def overrides(self, roster_id: str, since: datetime) -> Sequence[KeptOverride]: ...
    def names(self, people: Collection[str]) -> Mapping[str, str]: ...
    def organisation_names(self) -> Mapping[str, str]: ...
    def uncovered(self, people: Collection[str], role: DutyRole) -> Mapping[str, Uncovered]: ...
    def on_duty(self, organisation_id: str, at: datetime) -> OnDutyNow | None:
        """None where there is no such organisation."""

    def add_feed(self, feed: Feed) -> None: ...
    def feeds(self, kind: FeedKind, subject_id: str) -> Sequence[Feed]: ...
    def feed(self, token_sha256: str) -> Feed | None:
        """The one with this secret, unless it was revoked."""

    def revoke_feed(self, feed_id: str, now: datetime) -> bool:
        """False where there is none that is still open."""


@dataclass(frozen=True, slots=True)
class RosterForecast:
    """A roster's next 28 days, with the names that a reader wants."""

    roster_id: str
    name: str
    organisation_id: str
    organisation: str
    role: DutyRole
    score: int
    needed_hours: float
    covered_hours: float
    single_hours: float
    gaps: tuple[Gap, ...]
    people: Mapping[str, str]
