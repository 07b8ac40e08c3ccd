"""A tick of the store goes on while there is work, and ends in time for a shutdown."""

from __future__ import annotations

from datetime import timedelta

from backend.services.telemetry.erase_person import FinishErasures
from backend.services.telemetry.erasures import Erasure
from backend.services.telemetry.forget_device import StoreForgets
from backend.services.telemetry.retention import Retain
from backend.workers.telemetry import ERASURES_AT_ONCE, MOST_BATCHES, DueErasures, DueRollUps
from tests.fakes.telemetry_homes import MemoryErasures
from tests.fakes.telemetry_store import MemoryTelemetryStore
from tests.harness.clock import ManualClock


class Hours:
    """So many batches of hours to roll up."""

    def __init__(self, batches: int) -> None:
        self.left = batches
        self.asked: list[float] = []

    def __call__(self, now: float) -> int:
        self.asked.append(now)
        self.left -= 1
        return 200 if self.left >= 0 else 0


def test_hours_are_rolled_up_until_none_is_left() -> None:
    hours, clock = Hours(3), ManualClock()
    DueRollUps(hours, clock)()
    assert hours.asked == [clock.now().timestamp()] * 4


def test_a_backfill_does_not_hold_the_tick_for_ever() -> None:
    hours = Hours(10_000)
    DueRollUps(hours, ManualClock())()
    assert len(hours.asked) == MOST_BATCHES


def test_erasures_are_finished_some_at_a_time() -> None:
    clock, erasures = ManualClock(), MemoryErasures()
    now = clock.now()
    erasures.begin([Erasure("q", f"T{number}", "R1", "a", now, now) for number in range(ERASURES_AT_ONCE + 5)])
    tick = DueErasures(FinishErasures([StoreForgets(MemoryTelemetryStore())], erasures, clock))
    tick()
    assert len(erasures.due(now, 100)) == 5
    tick()
    assert erasures.due(now, 100) == []
    assert len(erasures.due(now + timedelta(seconds=61), 100)) == ERASURES_AT_ONCE + 5


def test_retention_goes_by_the_clock() -> None:
    class Store(MemoryTelemetryStore):
        retained: list[float]

        def retain(self, now: float) -> None:
            self.retained = [now]

    store, clock = Store(), ManualClock()
    Retain(store, clock)()
    assert store.retained == [clock.now().timestamp()]
