"""What calls need of storage and of other parts: whom there is to call, who a number belongs to, whose desk rings."""

from __future__ import annotations

from collections.abc import Sequence
from contextlib import AbstractContextManager
from dataclasses import dataclass, field
from datetime import datetime
from enum import StrEnum
from typing import Protocol
from zoneinfo import ZoneInfo

from backend.domain.access.sight import WHOLE, Sight
from backend.domain.alert.model import Alert
from backend.domain.script.model import Call, CallTarget
from backend.services.script.ports import ScriptTransaction


@dataclass(frozen=True, slots=True)
class Party:
    """Somebody who can be called about an alert. `number`: as it is stored, None where there is none.

    `role`, `relation`: of a contact. `never`: the platform never calls this contact.
    """

    to: CallTarget
    id: str
    name: str
    number: str | None
    relation: str | None = None
    role: str | None = None
    proved: bool = False

    @property
    def never(self) -> bool:
        """Whether this contact is never to be called."""
        return self.role == "never"


class CallTransaction(ScriptTransaction, Protocol):
    """The script's transaction, with the numbers of the home."""

    def alert_of_call(self, call_id: str) -> str | None:
        """Without a lock: the alert is locked before its calls."""
        ...

    def parties(self, alert: Alert) -> Sequence[Party]:
        """Terminal, residents and contacts of the alert's home, in the order in which they are called."""
        ...

    def desk_number(self, alert: Alert) -> str | None:
        """The line of the desk that is responsible, else of the nearest organisation above that has one."""
        ...

    def doubt_contact(self, contact_id: str) -> bool:
        """The number is not proved right any more; whether it was thought to be."""
        ...


class CallStore(Protocol):
    """Opens transactions."""

    def begin(self) -> AbstractContextManager[CallTransaction]: ...


class CallerKind(StrEnum):
    """Who a number belongs to."""

    RESIDENT = "resident"
    CONTACT = "contact"
    HOME = "home"
    UNKNOWN = "unknown"


@dataclass(frozen=True, slots=True)
class Match:
    """One who has the caller's number; `id` of the resident, contact or home."""

    kind: CallerKind
    id: str
    name: str
    home_id: str


@dataclass(frozen=True, slots=True)
class Incoming:
    """A call that came in. `account`: the program that told us. `organisation_id` None: the district's desk.

    `alert_id`: the open alert of the home, the gravest. `matches`: everybody with that number; the first is shown.
    """

    account: str
    call_id: str
    caller: str
    called: str
    at: datetime
    caller_kind: CallerKind = CallerKind.UNKNOWN
    home_id: str | None = None
    home_label: str | None = None
    alert_id: str | None = None
    organisation_id: str | None = None
    matches: tuple[Match, ...] = field(default=())
    id: int = 0


class DeskRouting(Protocol):
    """Whose desk takes a call; `adapters.db.organisation_reader` is one."""

    @property
    def district_id(self) -> str: ...
    def centre_of(self, home_id: str | None) -> str:
        """The organisation responsible for a home; the district for an unknown one."""
        ...

    def open_now(self, organisation_id: str | None, at: datetime, zone: ZoneInfo) -> bool: ...
    def night_of(self, organisation_id: str) -> str:
        """Where its calls go while it is closed."""
        ...


class IncomingTransaction(Protocol):
    """One transaction about one call that came in."""

    @property
    def routing(self) -> DeskRouting: ...
    def known(self, account: str, call_id: str) -> Incoming | None: ...
    def matches(self, number: str) -> Sequence[Match]:
        """Residents, then homes, then contacts with this number, however it was written."""
        ...

    def organisation_with(self, number: str) -> str | None:
        """Whose line it is."""
        ...

    def home_label(self, home_id: str) -> str | None: ...
    def open_alert_of(self, home_id: str) -> str | None: ...
    def add(self, call: Incoming) -> Incoming:
        """With its place on the stream, in commit order. The same account and call id once: then the first."""
        ...

    def commit(self) -> None: ...


class IncomingStore(Protocol):
    """Opens transactions."""

    def begin(self) -> AbstractContextManager[IncomingTransaction]: ...


class CallReader(Protocol):
    """Reads, never writes."""

    def calls(self, alert_id: str) -> Sequence[Call] | None:
        """The oldest first; None where there is no such alert."""
        ...

    def call(self, call_id: str) -> Call | None: ...
    def parties(self, alert_id: str) -> Sequence[Party]: ...


class IncomingReader(Protocol):
    """Reads calls that came in."""

    def incoming(self, limit: int, sight: Sight = WHOLE) -> Sequence[Incoming]:
        """The newest first."""
        ...

    def incoming_call(self, incoming_id: int) -> Incoming | None: ...
