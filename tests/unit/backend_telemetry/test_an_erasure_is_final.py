"""What was erased stays erased: late readings, a store that is away, a request that comes twice."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta
from itertools import count
from math import inf
from typing import Any

import msgspec
import pytest

from backend.services.telemetry.erase_person import ErasePerson, EraseRefusal, EraseRefused, FinishErasures
from backend.services.telemetry.forget_device import StoreForgets
from backend.services.telemetry.homes import Place
from backend.services.telemetry.ports import DeviceReading
from backend.services.telemetry.record_telemetry import RecordTelemetry
from contract.ingest import JsonItem
from contract.times import format_time
from tests.fakes.telemetry_homes import MemoryErasures, MemoryHomes
from tests.fakes.telemetry_store import MemoryDeviceStates, MemoryRegistry, MemoryTelemetryStore
from tests.harness.clock import ManualClock


class World:
    """Two homes: R1 alone with T1 and S1, R2 and R3 together with T2."""

    def __init__(self) -> None:
        self.clock = ManualClock()
        self.heard = self.clock.now()
        self.store = MemoryTelemetryStore()
        self.erasures = MemoryErasures()
        places = [Place("T1", "terminal", None, "H1"), Place("S1", "sensor", "卧室", "H1")]
        homes = MemoryHomes({"R1": "H1", "R2": "H2", "R3": "H2"}, [*places, Place("T2", "terminal", None, "H2")])
        ids = (f"request-{number}" for number in count())
        self.erase = ErasePerson(
            [StoreForgets(self.store)], homes, self.erasures, self.clock, lambda: next(ids), lambda: self.heard
        )
        self.finish = FinishErasures([StoreForgets(self.store)], self.erasures, self.clock)
        registry = MemoryRegistry(T1="installed", S1="installed", T2="installed")
        self.record = RecordTelemetry(self.store, MemoryDeviceStates(), registry, self.clock, self.erasures)
        for device in ("T1", "S1", "T2"):
            self.store.write([self.reading(device, -60), self.reading(device, 0)])

    def reading(self, device: str, after: float) -> DeviceReading:
        now = self.clock.now()
        return DeviceReading(device, "heart_rate", now.timestamp() + after, 70.0, now)

    def left(self, device: str) -> int:
        return len(self.store.range(device, "heart_rate", -inf, inf, 100))

    def sends(self, device: str, measured: float, received: float = 0.0) -> tuple[str, str | None]:
        """What becomes of a reading measured and received so many seconds from now."""
        now = self.clock.now()
        pack: list[dict[str, Any]] = [{"n": "heart_rate", "v": 70, "t": now.timestamp() + measured}]
        item = JsonItem(
            device_id=device,
            received_at=format_time(now + timedelta(seconds=received)),
            pack=msgspec.Raw(msgspec.json.encode(pack)),
        )
        [outcome] = self.record([item])
        return outcome.outcome, outcome.reason


@pytest.fixture
def world() -> World:
    return World()


def test_every_device_of_the_home_is_erased_and_no_other(world: World) -> None:
    erased = world.erase("R1", shared=False, actor="staff:a", key=None)
    assert {erasure.device_id: erasure.deleted for erasure in erased} == {"T1": 2, "S1": 2}
    assert (world.left("T1"), world.left("S1"), world.left("T2")) == (0, 0, 2)
    assert {row.actor for row in world.erasures.rows.values()} == {"staff:a"}


def test_a_shared_home_is_erased_only_when_that_is_said(world: World) -> None:
    with pytest.raises(EraseRefused) as refused:
        world.erase("R2", shared=False, actor="staff:a", key=None)
    assert (refused.value.reason, refused.value.others) == (EraseRefusal.SHARED_HOME, ("R3",))
    assert world.left("T2") == 2
    assert not world.erasures.rows
    world.erase("R2", shared=True, actor="staff:a", key=None)
    assert world.left("T2") == 0


def test_nobody_of_that_name(world: World) -> None:
    with pytest.raises(EraseRefused) as refused:
        world.erase("R9", shared=False, actor="staff:a", key=None)
    assert refused.value.reason is EraseRefusal.UNKNOWN_RESIDENT


def test_a_late_reading_does_not_come_back(world: World) -> None:
    world.erase("R1", shared=False, actor="staff:a", key=None)
    world.clock.turn(timedelta(seconds=10))
    assert world.sends("T1", measured=-15) == ("refused", "erased")
    assert world.sends("T1", measured=3600, received=-11) == ("refused", "erased"), (
        "received before: its clock is wrong"
    )
    assert world.sends("T1", measured=-5) == ("accepted", None), "measured after the erasure"
    assert world.sends("T2", measured=-15) == ("accepted", None), "another home"
    assert world.left("T1") == 1


def test_a_batch_that_was_under_way_is_swept_away_and_new_readings_stay(world: World) -> None:
    world.erase("R1", shared=False, actor="staff:a", key=None)
    world.store.write([world.reading("T1", -30)])  # passed the fence before it stood
    world.clock.turn(timedelta(seconds=30))
    world.store.write([world.reading("T1", 0)])
    assert world.finish(10) == 0, "not yet: it might still be under way"
    world.clock.turn(timedelta(seconds=31))
    assert world.finish(10) == 2
    assert world.left("T1") == 1
    assert world.erasures.rows["request-0", "T1"].deleted == 3


def test_a_late_batch_goes_whatever_its_device_thinks_the_time_is(world: World) -> None:
    """Received before the erasure and dated after it, or at its very moment."""
    until = world.clock.now()
    world.erase("R1", shared=False, actor="staff:a", key=None)
    world.store.write([world.reading("T1", ahead) for ahead in (0, 1, 3600, 3601, 7200)])
    world.clock.turn(timedelta(seconds=3600.5))
    world.store.write([world.reading("T1", 0)])  # between two of the old ones, received after
    world.finish(10)
    left = world.store.range("T1", "heart_rate", -inf, inf, 100)
    assert [reading.at for reading in left] == [until.timestamp() + 3600.5]
    assert world.erasures.rows["request-0", "T1"].deleted == 2 + 5


def test_every_place_forgets_and_one_that_cannot_keeps_the_erasure_due(world: World) -> None:
    left = MemoryTelemetryStore()
    left.write([world.reading("T1", -600), world.reading("S1", -600)])
    places = [StoreForgets(left), StoreForgets(world.store)]
    left.away = True
    erased = replace(world.erase, places=places)("R1", shared=False, actor="staff:a", key=None)
    assert [erasure.deleted for erasure in erased] == [None, None]
    left.away = False
    assert replace(world.finish, places=places)(10) == 2
    assert (left.points, world.left("T1"), world.left("S1")) == ({}, 0, 0)


def test_a_clock_far_ahead_of_all_that_was_heard_erases_nothing_until_somebody_looked_at_it(world: World) -> None:
    world.clock.turn(timedelta(days=1, seconds=1))
    with pytest.raises(EraseRefused) as refused:
        world.erase("R1", shared=False, actor="staff:a", key=None)
    assert refused.value.reason is EraseRefusal.CLOCK_AHEAD
    assert (world.left("T1"), world.erasures.rows) == (2, {})
    world.erase("R1", shared=False, actor="staff:a", key=None, clock_checked=True)
    assert world.left("T1") == 0


def test_an_erasure_is_repeated_for_a_month_and_then_over(world: World) -> None:
    world.erase("R1", shared=False, actor="staff:a", key=None)
    done = 0
    for _ in range(40):
        world.clock.turn(timedelta(days=1))
        done += world.finish(10)
    assert 2 * 30 <= done <= 2 * 32
    assert {row.due_at for row in world.erasures.rows.values()} == {None}


def test_a_store_that_is_away_is_erased_when_it_is_back(world: World) -> None:
    world.store.away = True
    erased = world.erase("R1", shared=False, actor="staff:a", key=None)
    assert [erasure.deleted for erasure in erased] == [None, None]
    world.store.away = False
    assert world.left("T1") == 2
    assert world.finish(10) == 2
    assert (world.left("T1"), world.left("S1")) == (0, 0)
    assert [row.deleted for row in world.erasures.rows.values()] == [2, 2]


class DyingStore(MemoryTelemetryStore):
    """Ends the process when it is to forget S1."""

    def delete(self, device_id: str, start: float, end: float) -> int:
        if device_id == "S1":
            raise SystemExit
        return super().delete(device_id, start, end)


def test_a_process_that_dies_half_way_leaves_the_rest_to_the_next(world: World) -> None:
    dying = DyingStore()
    dying.points = world.store.points
    with pytest.raises(SystemExit):
        replace(world.erase, places=[StoreForgets(dying)])("R1", shared=False, actor="staff:a", key=None)
    assert (world.left("T1"), world.left("S1")) == (0, 2)
    assert world.sends("S1", measured=-15) == ("refused", "erased"), "the fence stands from the beginning"
    assert world.finish(10) == 1
    assert world.left("S1") == 0


def test_the_same_request_again_is_one_erasure(world: World) -> None:
    first = world.erase("R1", shared=False, actor="staff:a", key="k1")
    world.clock.turn(timedelta(seconds=10))
    world.store.write([world.reading("T1", 0)])
    again = world.erase("R1", shared=False, actor="staff:a", key="k1")
    assert [(one.request_id, one.device_id, one.deleted) for one in again] == [
        (one.request_id, one.device_id, one.deleted) for one in first
    ]
    assert world.left("T1") == 1
    assert len(world.erasures.rows) == 2
    with pytest.raises(EraseRefused) as refused:
        world.erase("R2", shared=True, actor="staff:a", key="k1")
    assert refused.value.reason is EraseRefusal.KEY_REUSED
