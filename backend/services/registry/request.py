"""What may be asked of enrolment, and what the rows of such a request are."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from enum import StrEnum

from backend.services.registry.credential import Seed
from backend.services.registry.ports import Home
from contract.topics import LOBBY_PREFIX, is_device_id


class EnrolRefusal(StrEnum):
    """Why nothing of a request was enrolled."""

    BAD_DEVICE_ID = "bad_device_id"
    LOBBY_PREFIX_WRONG = "lobby_prefix_wrong"
    LOBBY_HAS_HOME = "lobby_has_home"
    STOCK_HAS_HOME = "stock_has_home"
    HOME_MISSING = "home_missing"
    HOME_NAMED_TWICE = "home_named_twice"
    NAMED_TWICE = "named_twice"
    UNKNOWN_HOME = "unknown_home"
    DEVICE_EXISTS = "device_exists"
    HOME_EXISTS = "home_exists"
    DEVICE_REVOKED = "device_revoked"
    KEY_REUSED = "idempotency_key_reused"
    CONFLICT = "conflict"


class EnrolRefused(Exception):  # noqa: N818 - an answer, not a fault
    """`ids`: which devices or homes it is about, where they have one; `index`: which item."""

    def __init__(self, reason: EnrolRefusal, ids: Sequence[str] = (), index: int | None = None) -> None:
        super().__init__(reason)
        self.reason = reason
        self.ids = tuple(ids)
        self.index = index


@dataclass(frozen=True, slots=True)
class NewDevice:
    """One item of a request: for `home_id`, for a new `home`, for the shelf (`stock`), or for nobody (`lobby`).

    Ids that are "" or None are made by the platform. `rotate`: where the device exists, it gets a new secret and
    nothing else changes.
    """

    kind: str
    device_id: str | None = None
    home_id: str | None = None
    home: Home | None = None
    room: str | None = None
    lobby: bool = False
    synthetic: bool = False
    rotate: bool = False
    stock: bool = False
    model: str | None = None
    device_class: str | None = None
    codec: str | None = None

    @property
    def homeless(self) -> bool:
        """Whether it is meant for no home."""
        return self.lobby or self.stock


@dataclass(frozen=True, slots=True)
class PlannedDevice:
    """An item with all its ids."""

    item: NewDevice
    device_id: str
    home_id: str | None
    home: Home | None


def plan(items: Sequence[NewDevice], seed: Seed) -> list[PlannedDevice]:
    """Every item with its ids; raises `EnrolRefused` for what can be seen without the registry."""
    planned = [_plan(item, index, seed) for index, item in enumerate(items)]
    _refuse_twice([entry.device_id for entry in planned])
    _refuse_twice([entry.home.id for entry in planned if entry.home])
    return planned


def _plan(item: NewDevice, index: int, seed: Seed) -> PlannedDevice:
    prefix = LOBBY_PREFIX if item.lobby else item.kind[:1].upper()
    device_id = item.device_id or seed.identifier(prefix, f"device|{index}")
    refusal = _judge(item, device_id)
    if refusal is not None:
        raise EnrolRefused(refusal, [device_id], index)
    home = _with_ids(item.home, index, seed) if item.home else None
    return PlannedDevice(item, device_id, home.id if home else item.home_id, home)


def _judge(item: NewDevice, device_id: str) -> EnrolRefusal | None:
    if not is_device_id(device_id):
        return EnrolRefusal.BAD_DEVICE_ID
    if device_id.startswith(LOBBY_PREFIX) is not item.lobby:
        return EnrolRefusal.LOBBY_PREFIX_WRONG
    if item.homeless and (item.home or item.home_id):
        return EnrolRefusal.LOBBY_HAS_HOME if item.lobby else EnrolRefusal.STOCK_HAS_HOME
    if item.lobby and item.stock:
        return EnrolRefusal.LOBBY_HAS_HOME
    if item.home and item.home_id:
        return EnrolRefusal.HOME_NAMED_TWICE
    return None


def _with_ids(home: Home, index: int, seed: Seed) -> Home:
    home_id = home.id or seed.identifier("H", f"home|{index}")
    residents = tuple(
        replace(person, id=person.id or seed.identifier("R", f"resident|{index}|{number}"))
        for number, person in enumerate(home.residents)
    )
    contacts = tuple(
        replace(person, id=person.id or seed.identifier("C", f"contact|{index}|{number}"))
        for number, person in enumerate(home.contacts)
    )
    return replace(home, id=home_id, residents=residents, contacts=contacts)


def _refuse_twice(ids: Sequence[str]) -> None:
    twice = sorted({entry for entry in ids if ids.count(entry) > 1}) if len(set(ids)) < len(ids) else []
    if twice:
        raise EnrolRefused(EnrolRefusal.NAMED_TWICE, twice)
