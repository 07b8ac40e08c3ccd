"""The registry: devices, homes and people, how they change, and what is due about them."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Final
from zoneinfo import ZoneInfo

from fastapi import APIRouter
from sqlalchemy import Engine

from backend.adapters.db.identity_store import SqlIdentityStore
from backend.adapters.db.registry_claims import ClaimSqlStore
from backend.adapters.db.registry_commissioning import CommissioningSqlStore
from backend.adapters.db.registry_devices import DeviceSqlStore
from backend.adapters.db.registry_history import MakeOrders
from backend.adapters.db.registry_homes import HomeSqlStore
from backend.adapters.db.registry_import import ImportSqlStore
from backend.adapters.db.registry_store import SqlRegistryStore
from backend.adapters.db.registry_windows import ConfirmSqlStore, WindowSqlStore
from backend.adapters.label_sheet import label_sheet
from backend.adapters.sheets import read_sheet
from backend.api import claims, devices_changes, enrolment, homes, homes_commissioning, residents, test_windows
from backend.services.alarm.confirm_test import ConfirmTest
from backend.services.alarm.ports import Clock
from backend.services.registry.change_contacts import AddContact, ChangeContact, OrderContacts, RemoveContact
from backend.services.registry.change_device import ChangeDevice
from backend.services.registry.change_home import AddHome, ChangeHome
from backend.services.registry.change_resident import AddResident, ChangeResident
from backend.services.registry.claim import ClaimDevice, ReopenClaim
from backend.services.registry.claim_secret import ClaimSecrets
from backend.services.registry.commission import ReadCommissioning, SignOffHome
from backend.services.registry.enrol import Enrol
from backend.services.registry.import_devices import ImportDevices
from backend.services.registry.ports import BrokerAccounts, EnrolKey, HashSecret
from backend.services.registry.print_labels import PrintLabels
from backend.services.registry.register_batch import RegisterBatch
from backend.services.registry.swap import Swap
from backend.services.registry.test_window import EndTestWindow, OpenTestWindow
from backend.services.registry.watch_returns import WatchReturns
from backend.services.telemetry.ports import DeviceStatus
from backend.settings import Settings
from backend.workers.loop import Tick

BATCH: Final = 100
RETURN_SECONDS: Final = 10.0


@dataclass(frozen=True, slots=True)
class DueReturns:
    """The tick that asks after people who should be back. Any number of processes may run it."""

    watch: WatchReturns

    def __call__(self) -> None:
        self.watch(BATCH)


Statuses = Callable[[Sequence[str]], Mapping[str, DeviceStatus]]


class RegistryParts:
    """Made once per process. `orders`: the work orders of a connection; `statuses`: what devices last said."""

    def __init__(
        self,
        settings: Settings,
        engine: Engine,
        clock: Clock,
        enrol: Enrol,
        broker: BrokerAccounts,
        hash_secret: HashSecret,
        key: EnrolKey,
        orders: MakeOrders,
        statuses: Statuses,
    ) -> None:
        self._statuses = statuses
        self._orders = orders
        self._hash = hash_secret
        self._secrets = ClaimSecrets(key)
        self._store = SqlRegistryStore(engine)
        self._devices = DeviceSqlStore(engine, clock, orders)
        self._homes = HomeSqlStore(engine, clock, orders)
        self._windows = WindowSqlStore(engine, clock, orders)
        self._engine = engine
        self._zone = ZoneInfo(settings.time_zone)
        self._clock = clock
        self._enrol = enrol
        self._broker = broker
        self.watch_returns = WatchReturns(self._homes, clock)

    def enrolment_routers(self) -> Iterator[APIRouter]:
        """Under `/api/v1`, before `/devices/{device_id}`."""
        imports = ImportSqlStore(self._engine, self._clock, self._orders)
        claims_ = ClaimSqlStore(self._engine, self._clock, self._orders)
        take_in = ImportDevices(imports, read_sheet, self._secrets, self._clock, self._zone)
        yield enrolment.router(enrolment.EnrolmentCalls(take_in, PrintLabels(claims_, self._secrets), label_sheet))
        yield claims.router(
            claims.ClaimCalls(
                RegisterBatch(claims_, self._broker, self._secrets, self._hash, self._clock),
                ClaimDevice(
                    claims_,
                    SqlIdentityStore(self._engine).attempts,
                    self._broker,
                    self._secrets.key,
                    self._hash,
                    self._clock,
                ),
                ReopenClaim(claims_, self._broker, self._secrets.lobby_of, self._hash, self._clock),
            )
        )

    def is_public(self, method: str, path: str) -> bool:
        """Whether a stranger may call it: a device that claims its credential."""
        return claims.is_public(method, path)

    def staff_routers(self) -> Iterator[APIRouter]:
        """Under `/api/v1`."""
        change = ChangeDevice(self._devices, self._broker, self._clock)
        swap = Swap(self._devices, self._broker, self._clock)
        yield devices_changes.router(devices_changes.DeviceChangeCalls(change, swap, self._enrol, self._store))
        store, clock = self._homes, self._clock
        yield homes.router(
            homes.HomeCalls(
                AddHome(store, clock, self._zone),
                ChangeHome(store, clock, self._zone),
                AddContact(store, clock),
                ChangeContact(store, clock),
                RemoveContact(store, clock),
                OrderContacts(store, clock),
                store,
                self._store,
            )
        )
        yield residents.router(
            residents.ResidentCalls(AddResident(store, clock), ChangeResident(store, clock), store, self._store)
        )

        yield test_windows.router(
            test_windows.WindowCalls(
                OpenTestWindow(self._windows, clock),
                EndTestWindow(self._windows, clock),
                ConfirmTest(ConfirmSqlStore(self._engine, clock), clock),
                self._windows,
                clock.now,
            )
        )

        facts = CommissioningSqlStore(self._engine, clock, self._orders)
        read = ReadCommissioning(facts, self._statuses)
        yield homes_commissioning.router(homes_commissioning.CommissioningCalls(read, SignOffHome(facts, read, clock)))

    def ticks(self) -> Iterator[Tick]:
        """For the worker."""
        yield Tick("returns", DueReturns(self.watch_returns), seconds=RETURN_SECONDS)
