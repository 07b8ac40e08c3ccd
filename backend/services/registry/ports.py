"""What the registry needs of the world: its rows, the broker's accounts, a key, a hash."""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from contextlib import AbstractContextManager
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum
from typing import Protocol


class Clock(Protocol):
    """What time it is."""

    def now(self) -> datetime: ...


class DeviceState(StrEnum):
    """Whether a device belongs to a home, to nobody yet, or is shut out."""

    LOBBY = "lobby"
    INSTALLED = "installed"
    REVOKED = "revoked"


@dataclass(frozen=True, slots=True)
class Resident:
    """Somebody who lives in a home; the fields are those of the card."""

    id: str
    name: str
    birth_year: int | None = None
    lives_alone: bool = False
    dialect: str | None = None
    hearing: str = "normal"
    speech: str = "normal"
    cognition: str = "normal"
    conditions: str | None = None
    medicines: str | None = None
    status: str = "at_home"
    phone: str | None = None


@dataclass(frozen=True, slots=True)
class Contact:
    """Somebody to call; `position` is the order, `minutes_away` how long they need to be there."""

    id: str
    name: str
    relation: str
    phone: str
    position: int
    role: str
    minutes_away: int | None = None


@dataclass(frozen=True, slots=True)
class Home:
    """Where people live; `entry` says how to get in."""

    id: str
    label: str
    address: str
    landmark: str | None = None
    entry: str | None = None
    phone: str | None = None
    synthetic: bool = False
    residents: tuple[Resident, ...] = ()
    contacts: tuple[Contact, ...] = ()


@dataclass(frozen=True, slots=True)
class Device:
    """A registry row. `secret_hash` is in Mosquitto's own form."""

    id: str
    kind: str
    state: DeviceState
    home_id: str | None
    room: str | None
    synthetic: bool
    secret_hash: str
    created_at: datetime


@dataclass(frozen=True, slots=True)
class ListedDevice:
    """A row of the list: the device, and its home by the name that people use."""

    id: str
    kind: str
    state: DeviceState
    home_id: str | None
    home_label: str | None
    room: str | None
    synthetic: bool
    created_at: datetime


@dataclass(frozen=True, slots=True)
class ExistingDevice:
    """What enrolment has to know of a device that is there already."""

    state: DeviceState
    home_id: str | None


class RegistryConflict(Exception):  # noqa: N818 - somebody else was faster
    """Another transaction has made one of these rows in the meantime."""


class RegistryTransaction(Protocol):
    """All or nothing; kept only after `commit`."""

    def claim_key(self, actor: str, key: str, request_sha256: str, now: datetime) -> str | None:
        """None where the key is new (it is used up now), else the request it was used for."""

    def existing(self, device_ids: Collection[str]) -> Mapping[str, ExistingDevice]:
        """Those devices that exist."""

    def homes(self, home_ids: Collection[str]) -> Collection[str]:
        """Those homes that exist."""

    def add_home(self, home: Home) -> None: ...

    def add_device(self, device: Device) -> None: ...

    def set_secret(self, device_id: str, secret_hash: str) -> None: ...

    def commit(self) -> None: ...


class RegistryStore(Protocol):
    """The registry's rows."""

    def begin(self) -> AbstractContextManager[RegistryTransaction]:
        """Raises `RegistryConflict` at its end where rows collide."""

    def devices(self, after: str, limit: int) -> Sequence[ListedDevice]:
        """In the order of their ids, those after `after`."""

    def device(self, device_id: str) -> ListedDevice | None: ...


class BrokerAccounts(Protocol):
    """What the broker knows of devices."""

    def publish(self) -> None:
        """Bring the broker's accounts to what is committed. Durable when it returns."""


class EnrolKey(Protocol):
    """The key from which secrets are derived."""

    def read(self) -> bytes: ...


class HashSecret(Protocol):
    """A secret in the form that the broker compares with."""

    def __call__(self, secret: str) -> str: ...
