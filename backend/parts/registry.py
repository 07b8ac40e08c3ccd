"""The registry: devices, homes and people, how they change, and what is due about them."""

from __future__ import annotations

from collections.abc import Iterator

from fastapi import APIRouter
from sqlalchemy import Engine

from backend.adapters.db.registry_devices import DeviceSqlStore
from backend.adapters.db.registry_history import MakeOrders
from backend.adapters.db.registry_store import SqlRegistryStore
from backend.api import devices_changes
from backend.services.alarm.ports import Clock
from backend.services.registry.change_device import ChangeDevice
from backend.services.registry.enrol import Enrol
from backend.services.registry.ports import BrokerAccounts
from backend.services.registry.swap import Swap


class RegistryParts:
    """Made once per process. `orders`: the work orders of a connection."""

    def __init__(self, engine: Engine, clock: Clock, enrol: Enrol, broker: BrokerAccounts, orders: MakeOrders) -> None:
        self._store = SqlRegistryStore(engine)
        self._devices = DeviceSqlStore(engine, clock, orders)
        self._clock = clock
        self._enrol = enrol
        self._broker = broker

    def staff_routers(self) -> Iterator[APIRouter]:
        """Under `/api/v1`."""
        change = ChangeDevice(self._devices, self._broker, self._clock)
        swap = Swap(self._devices, self._broker, self._clock)
        yield devices_changes.router(devices_changes.DeviceChangeCalls(change, swap, self._enrol, self._store))
