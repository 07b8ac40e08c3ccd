"""The registry's calls on a database, with presses, work orders and a clock turned by hand around them."""

from __future__ import annotations

import itertools
from collections.abc import Collection
from pathlib import Path
from typing import Any

from sqlalchemy import Connection, Engine, select
from starlette.testclient import TestClient

from backend.adapters.db.broker_access import BrokerAccountRows
from backend.adapters.db.engine import reading
from backend.adapters.db.registry_claims import ClaimSqlStore
from backend.adapters.db.registry_store import SqlRegistryStore
from backend.adapters.db.work_order import work_orders
from backend.adapters.db.work_order_store import SqlWorkOrders
from backend.adapters.secret_files import KeyFile
from backend.api import devices
from backend.parts.registry import RegistryParts
from backend.services.identity.actor import StaffRole
from backend.services.registry.claim_secret import ClaimSecrets
from backend.services.registry.enrol import Enrol
from backend.services.registry.print_labels import PrintLabels
from backend.services.telemetry.ports import DeviceStatus, TelemetryAway
from backend.services.telemetry.read_device import DeviceNow
from backend.settings import Settings
from tests.harness.alarm import Alarm
from tests.harness.clock import ManualClock
from tests.harness.in_process import client
from tests.harness.work_orders import WorkDesk

HOME = {
    "label": "塔湾 12 号",
    "address": "桃花镇塔湾村 12 号",
    "landmark": "井边",
    "entry": "后门",
    "phone": "0580-1234567",
    "residents": [{"name": "王桂英", "birth_year": 1941}],
    "contacts": [{"name": "李强", "relation": "儿子", "phone": "13900000000", "role": "key_holder"}],
}


class Broker:
    """What the broker would let in, as of the last time that it was told."""

    def __init__(self, engine: Engine) -> None:
        self._rows = BrokerAccountRows(engine)
        self.known: set[str] = set()
        self.told = 0

    def publish(self) -> None:
        self.told += 1
        self.known = {account.name for account in self._rows.accounts()}


class SilentTelemetry:
    """Statuses by device id; nothing was measured."""

    def __init__(self) -> None:
        self.known: dict[str, DeviceStatus] = {}
        self.away = False

    def statuses(self, device_ids: Collection[str]) -> dict[str, DeviceStatus]:
        if self.away:
            raise TelemetryAway
        return {device_id: self.known[device_id] for device_id in device_ids if device_id in self.known}

    def __call__(self, device_id: str) -> DeviceNow:
        return DeviceNow(self.known.get(device_id), [])


class RegistryDesk:
    """`http(role)`: somebody who is let in; `alarm`: presses; `broker`: whom it lets in."""

    def __init__(self, engine: Engine, folder: Path, clock: ManualClock | None = None) -> None:
        self.engine = engine
        self.clock = clock or ManualClock()
        self.alarm = Alarm(engine, self.clock)
        self.work = WorkDesk(engine, self.clock)
        self.broker = Broker(engine)
        self.telemetry = SilentTelemetry()
        self.store = SqlRegistryStore(engine)
        salt = itertools.count(1)

        def hash_secret(secret: str) -> str:
            return f"${next(salt)}${secret}"

        self.enrol = Enrol(self.store, self.broker, KeyFile(folder / "enrol.key"), hash_secret, self.clock)
        key = KeyFile(folder / "enrol.key")
        self.secrets = ClaimSecrets(key)
        self.parts = RegistryParts(
            Settings(),
            engine,
            self.clock,
            self.enrol,
            self.broker,
            hash_secret,
            key,
            self.orders,
            self.telemetry.statuses,
        )
        self.http = self.of(StaffRole.ADMINISTRATOR)

    def orders(self, connection: Connection) -> SqlWorkOrders:
        return SqlWorkOrders(connection, self.work.make, self.work.outbox)

    def of(self, role: StaffRole | None) -> TestClient:
        """Somebody of this role; None: a stranger."""
        reads: Any = self.telemetry
        own = devices.router(devices.DeviceCalls(self.enrol, self.store, reads))
        routers = [*self.parts.enrolment_routers(), own, *self.parts.staff_routers()]
        return client(routers, role)

    def device(self, device_id: str = "T1", **item: Any) -> str:
        """A terminal in a home of its own, unless `item` says otherwise."""
        wanted = {"kind": "terminal", "device_id": device_id, "home": HOME, "room": "卧室", **item}
        wanted = {name: value for name, value in wanted.items() if value is not None}
        answer = self.http.post("/devices", json={"items": [wanted]})
        assert answer.status_code == 201, answer.text
        return str(answer.json()["items"][0]["home_id"] or "")

    def shelf(self, device_id: str = "T2", **item: Any) -> None:
        """One that belongs to nobody yet."""
        self.device(device_id, home=None, room=None, stock=True, **item)

    def labels(self) -> PrintLabels:
        """What would be printed."""
        return PrintLabels(ClaimSqlStore(self.engine, self.clock, self.orders), self.secrets)

    def change(self, device_id: str, status: int = 200, **body: Any) -> dict[str, Any]:
        """PATCH; the device afterwards, or the problem."""
        return self.answer(self.http.patch(f"/devices/{device_id}", json=body), status)

    def answer(self, answer: Any, status: int = 200) -> dict[str, Any]:
        """The body of an answer of that status."""
        assert answer.status_code == status, answer.text
        return dict(answer.json()) if answer.content else {}

    def history(self, path: str) -> list[dict[str, Any]]:
        """The newest first."""
        return list(self.answer(self.http.get(f"{path}/history"))["items"])

    def order_keys(self) -> list[str]:
        """Of all work orders."""
        with reading(self.engine) as connection:
            return list(connection.scalars(select(work_orders.c.key).order_by(work_orders.c.created_at)))
