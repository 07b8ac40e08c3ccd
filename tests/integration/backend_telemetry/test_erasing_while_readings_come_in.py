"""An erasure among writers that never stop: afterwards nothing of before is there, and all of after is."""

from __future__ import annotations

import threading
from datetime import timedelta
from itertools import count
from math import inf
from pathlib import Path

import msgspec
from sqlalchemy import insert

from backend.adapters.db.engine import make_engine, writing
from backend.adapters.db.migrations import migrate
from backend.adapters.db.registry import devices, homes, residents
from backend.adapters.db.telemetry_devices import DeviceStates
from backend.adapters.db.telemetry_erasures import SqlErasures
from backend.adapters.db.telemetry_homes import TelemetryHomes
from backend.adapters.telemetry.database import TelemetryDatabase
from backend.adapters.telemetry.device_states import SqliteDeviceStates
from backend.adapters.telemetry.sqlite import SqliteTelemetryStore
from backend.services.telemetry.erase_person import ErasePerson, FinishErasures
from backend.services.telemetry.forget_device import StoreForgets
from backend.services.telemetry.record_telemetry import RecordTelemetry
from contract.ingest import JsonItem
from contract.times import format_time
from tests.harness.clock import ManualClock


class House:
    """A resident with one terminal, on real files."""

    def __init__(self, folder: Path) -> None:
        self.clock = ManualClock()
        engine = make_engine(f"sqlite:///{folder}/care.sqlite")
        migrate(engine)
        with writing(engine) as connection:
            connection.execute(insert(homes).values(id="h1", label="林家", address="1"))
            connection.execute(insert(residents).values(id="p1", home_id="h1", name="林阿婆"))
            row = {"id": "T1", "kind": "terminal", "state": "installed", "home_id": "h1", "secret_hash": "x"}
            connection.execute(insert(devices).values(**row, created_at=self.clock.now()))
            connection.commit()
        database = TelemetryDatabase(folder / "telemetry.sqlite")
        self.store = SqliteTelemetryStore(database, self.clock.monotonic)
        erasures = SqlErasures(engine)
        self.record = RecordTelemetry(
            self.store, SqliteDeviceStates(database), DeviceStates(engine), self.clock, erasures
        )
        self.erase = ErasePerson(
            [StoreForgets(self.store)], TelemetryHomes(engine), erasures, self.clock, lambda: "request", lambda: None
        )
        self.finish = FinishErasures([StoreForgets(self.store)], erasures, self.clock)

    def sends(self, before: float, received_before: float = 0.0) -> str:
        now = self.clock.now()
        pack = [{"n": "heart_rate", "v": 70, "t": now.timestamp() - before}]
        received = format_time(now - timedelta(seconds=received_before))
        [outcome] = self.record([JsonItem(device_id="T1", received_at=received, pack=_raw(pack))])
        return outcome.outcome

    def times(self) -> list[float]:
        return [reading.at for reading in self.store.range("T1", "heart_rate", -inf, inf, 100_000)]


def _raw(value: object) -> msgspec.Raw:
    return msgspec.Raw(msgspec.json.encode(value))


def test_nothing_of_before_is_left_among_writers_that_never_stop(tmp_path: Path) -> None:
    house = House(tmp_path)
    stop, started = threading.Event(), threading.Barrier(4, timeout=20)

    def write(offset: int) -> None:
        for number in count():
            house.sends(before=offset + number % 3000)
            if number == 20:
                started.wait()
            if stop.is_set():
                return

    writers = [threading.Thread(target=write, args=(n * 3000,), name="writer", daemon=True) for n in range(3)]
    for writer in writers:
        writer.start()
    started.wait()
    [erasure] = house.erase("p1", shared=False, actor="staff:a", key=None)
    stop.set()
    for writer in writers:
        writer.join(20)
    assert erasure.deleted is not None
    assert erasure.deleted >= 60
    house.clock.turn(timedelta(seconds=61))
    assert house.sends(before=30) == "accepted"
    assert house.finish(10) == 1
    assert house.times() == [house.clock.now().timestamp() - 30]
    assert house.sends(before=62) == "refused"
    assert house.sends(before=0, received_before=61) == "refused"
    assert len(house.store.windows("T1", "heart_rate", 0, 2e9, 3600)) == 1
