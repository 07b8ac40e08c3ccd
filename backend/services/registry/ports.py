"""What the registry needs of the world: its rows, the broker's accounts, a key, a hash."""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from contextlib import AbstractContextManager
from dataclasses import dataclass
from datetime import date, datetime
from typing import Protocol

from backend.domain.access.sight import WHOLE, Sight
from backend.domain.registry.history import Change
from backend.domain.registry.lifecycle import DeviceState as DeviceState
from backend.services.work_order.ports import WorkOrders


class Clock(Protocol):
    """What time it is."""

    def now(self) -> datetime: ...


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
    model: str | None = None
    device_class: str | None = None
    codec: str | None = None
    batch_id: str | None = None
    state_since: datetime | None = None


@dataclass(frozen=True, slots=True)
class ListedDevice:
    """A device as the registry knows it, with its home by the name that people use; everything but its secret.

    `device_class`: what supervision goes by; `supervision_minutes`: the longest silence that is normal, None: as its
    class. `firmware`: as delivered. `sim_balance_fen`: hundredths of a yuan. `resident_id`: whose it is in a home of
    several. `batch_id`: the delivery it came with.
    """

    id: str
    kind: str
    state: DeviceState
    home_id: str | None
    home_label: str | None
    room: str | None
    synthetic: bool
    created_at: datetime
    model: str | None = None
    device_class: str | None = None
    codec: str | None = None
    firmware: str | None = None
    sim_number: str | None = None
    sim_expires_on: date | None = None
    sim_balance_fen: int | None = None
    battery_changed_on: date | None = None
    warranty_until: date | None = None
    supervision_minutes: int | None = None
    resident_id: str | None = None
    batch_id: str | None = None
    state_since: datetime | None = None
    state_reason: str | None = None
    test_until: datetime | None = None


@dataclass(frozen=True, slots=True)
class HistoryLine:
    """An entry of the history as it is stored; `id` rises."""

    id: int
    change: Change


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

    def tell(self, changes: Sequence[Change]) -> None:
        """Into the history, in the same transaction."""

    def commit(self) -> None: ...


class RegistryStore(Protocol):
    """The registry's rows."""

    def begin(self) -> AbstractContextManager[RegistryTransaction]:
        """Raises `RegistryConflict` at its end where rows collide."""

    def devices(self, after: str, limit: int, sight: Sight = WHOLE) -> Sequence[ListedDevice]:
        """In the order of their ids, those after `after`."""

    def device(self, device_id: str) -> ListedDevice | None: ...

    def history(self, subject: str, subject_id: str, before: int | None, limit: int) -> Sequence[HistoryLine]:
        """The newest first, those before entry `before`."""


class Told(Protocol):
    """What every change of the registry may do besides, in its own transaction."""

    @property
    def orders(self) -> WorkOrders: ...

    def tell(self, changes: Sequence[Change]) -> None:
        """Into the history."""

    def done_before(self, actor_id: str, key: str) -> str | None:
        """The fingerprint of the request that this key was used for."""

    def mark_done(self, actor_id: str, key: str, fingerprint: str, at: datetime) -> bool:
        """False where another transaction was quicker with the same key: then nothing may be kept."""

    def commit(self) -> None: ...


class DeviceTransaction(Told, Protocol):
    """One transaction about devices."""

    def device(self, device_id: str) -> ListedDevice | None:
        """Locked until the end of the transaction."""

    def save(self, device: ListedDevice) -> None:
        """All but its id, kind and secret."""

    def void_secret(self, device_id: str) -> None:
        """Nobody knows the secret from now on: it comes back with a new one only."""

    def knows_home(self, home_id: str) -> bool: ...

    def lives_in(self, resident_id: str, home_id: str) -> bool: ...

    def retire_lobby(self, device_id: str, now: datetime) -> None:
        """The delivery's credential is not needed any more: the device has its own, and hangs in a home."""

    def replaced_by(self, device_id: str) -> str | None:
        """Which device took its place the last time that it was swapped."""

    def signed_off(self, home_id: str, since: datetime | None) -> bool:
        """Whether somebody has signed off the home's checklist after `since`."""


class DeviceStore(Protocol):
    """Opens transactions about devices."""

    def begin(self) -> AbstractContextManager[DeviceTransaction]: ...


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
