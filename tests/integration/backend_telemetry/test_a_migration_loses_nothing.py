"""A copy into another store is complete, can be killed at any moment, and says what is missing."""

from __future__ import annotations

from collections.abc import Callable, Collection, Mapping, Sequence
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from backend.adapters.clock import SystemClock
from backend.adapters.telemetry.database import TelemetryDatabase
from backend.adapters.telemetry.known_devices import known_devices
from backend.adapters.telemetry.migration_journal import MigrationJournalFile
from backend.adapters.telemetry.sqlite import SqliteTelemetryStore
from backend.services.telemetry import migrate
from backend.services.telemetry.migrate import Difference, Migrate, RollUps
from backend.services.telemetry.ports import DeviceReading, TelemetryAway

START = datetime(2026, 11, 24, 3, 12, 45, tzinfo=UTC)
DEVICES = ("T1", "T2", "T3")
READINGS = 25


class Died(Exception):  # noqa: N818 - an end, not a fault
    """The process ends here."""


class Target(SqliteTelemetryStore):
    """A store that can be away for some calls, lose readings, or be the last thing that a process sees."""

    away_for = 0
    dies_after: int | None = None
    batches = 0

    def write(self, readings: Sequence[DeviceReading]) -> None:
        if self.away_for:
            self.away_for -= 1
            raise TelemetryAway("away")
        super().write(readings)
        self.batches += 1
        if self.batches == self.dies_after:
            raise Died


class Fences:
    """What was erased."""

    def __init__(self) -> None:
        self.erased: dict[str, datetime] = {}

    def fences(self, device_ids: Collection[str]) -> Mapping[str, datetime]:
        return {device_id: self.erased[device_id] for device_id in device_ids if device_id in self.erased}


class Scene:
    """Two stores and what lies between them; `migrate()` is a process that begins afresh."""

    def __init__(self, folder: Path) -> None:
        self.database = TelemetryDatabase(folder / "old.sqlite")
        self.source = SqliteTelemetryStore(self.database, SystemClock().monotonic)
        self.target = Target(TelemetryDatabase(folder / "new.sqlite"), SystemClock().monotonic)
        self.fences = Fences()
        self.path = folder / "journal.jsonl"
        self.pauses: list[float] = []
        self.told: list[tuple[int, int, int]] = []
        self.source.write([_reading(device, number) for device in DEVICES for number in range(READINGS)])

    def migrate(self, oldest: float = 0.0) -> list[Difference]:
        journal = MigrationJournalFile(self.path)
        try:
            work = Migrate(self.source, self.target, journal, self.fences, oldest, self.pauses.append)
            work.copy(known_devices(self.database), self._tell)
            return work.compare(self._tell)
        finally:
            journal.close()

    def forget(self, roll_ups: RollUps) -> list[Difference]:
        journal = MigrationJournalFile(self.path)
        try:
            oldest = START.timestamp() - 86400
            work = Migrate(self.source, self.target, journal, self.fences, oldest, self.pauses.append)
            return work.forget(known_devices(self.database), roll_ups, self._tell)
        finally:
            journal.close()

    def _tell(self, step: int, steps: int, readings: int) -> None:
        self.told.append((step, steps, readings))

    def is_whole(self) -> bool:
        return all(list(self.target.export(device)) == list(self.source.export(device)) for device in DEVICES)


def _reading(device: str, number: int) -> DeviceReading:
    moment = START + timedelta(seconds=number)
    metric = "motion" if number % 5 == 0 else "heart_rate"
    return DeviceReading(device, metric, moment.timestamp(), number % 2 == 0 if metric == "motion" else 70.0, moment)


@pytest.fixture
def scene(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Scene:
    monkeypatch.setattr(migrate, "BATCH", 4)
    return Scene(tmp_path)


def test_everything_arrives_as_it_was(scene: Scene) -> None:
    assert scene.migrate() == []
    assert scene.is_whole()
    assert scene.target.latest_many(DEVICES) == scene.source.latest_many(DEVICES)
    assert scene.told[-1][:2] == (3, 3)
    assert sum(readings for _, _, readings in scene.told) == 2 * 3 * READINGS, "copied, then counted"


@pytest.mark.parametrize("batch", [1, 2, 7, 8, 20])
def test_a_copy_that_dies_goes_on_where_it_stood(scene: Scene, batch: int) -> None:
    scene.target.dies_after = batch
    with pytest.raises(Died):
        scene.migrate()
    before = scene.target.batches
    assert scene.migrate() == []
    assert scene.is_whole()
    per_device = -(-READINGS // 4)
    assert scene.target.batches - before <= 3 * per_device - batch + 1, "at most the last batch is written twice"


def test_a_line_torn_by_a_crash_is_copied_again(scene: Scene) -> None:
    scene.target.dies_after = 3
    with pytest.raises(Died):
        scene.migrate()
    whole = scene.path.read_bytes()
    scene.path.write_bytes(whole[:-9])
    assert scene.migrate() == []
    assert scene.is_whole()
    assert scene.migrate() == [], "what was noted after the torn line can be read"


def test_a_target_that_is_away_for_a_moment_is_waited_for(scene: Scene) -> None:
    scene.target.away_for = 3
    assert scene.migrate() == []
    assert len(scene.pauses) == 3
    assert scene.is_whole()


def test_a_target_that_stays_away_ends_the_copy_and_it_can_be_resumed(scene: Scene) -> None:
    scene.target.away_for = migrate.TRIES
    with pytest.raises(TelemetryAway):
        scene.migrate()
    assert scene.migrate() == []
    assert scene.is_whole()


def test_what_went_missing_is_named_and_copied_again_by_the_next_call(scene: Scene) -> None:
    scene.migrate()
    scene.target.delete("T2", START.timestamp() + 5, START.timestamp() + 6)
    assert scene.migrate() == [Difference("T2", "motion", 5, 4)]
    assert scene.migrate() == []
    assert scene.is_whole()


def test_newer_readings_of_the_target_are_no_difference(scene: Scene) -> None:
    scene.target.write([_reading("T1", READINGS + 1)])
    assert scene.migrate() == []


def test_what_the_target_would_refuse_as_too_old_is_left_out(scene: Scene) -> None:
    assert scene.migrate(oldest=START.timestamp() + 20) == []
    assert [reading.at - START.timestamp() for reading in scene.target.export("T1")] == [21, 22, 23, 24, 20]


def test_what_was_erased_does_not_come_back(scene: Scene) -> None:
    scene.fences.erased["T2"] = START + timedelta(seconds=22)
    assert scene.migrate() == []
    assert [reading.at - START.timestamp() for reading in scene.target.export("T2")] == [23, 24]
    assert len(list(scene.target.export("T1"))) == READINGS


def test_what_left_the_target_after_the_comparison_is_not_deleted_from_the_source(scene: Scene) -> None:
    assert scene.migrate() == []
    scene.target.delete("T2", START.timestamp() + 5, START.timestamp() + 6)
    scene.target.write([_reading("T2", READINGS + 1)])  # a newer one makes up for none
    assert scene.forget(RollUps.DELETE) == [Difference("T2", "motion", 5, 4)]
    assert [len(list(scene.source.export(device))) for device in ("T1", "T2", "T3")] == [0, READINGS, 0]


def test_old_roll_ups_stay_until_a_second_word_is_said(scene: Scene) -> None:
    assert scene.migrate() == []
    old = START - timedelta(days=100)
    scene.source.write([DeviceReading("T1", "heart_rate", old.timestamp(), 66.0, old)])
    scene.source.retain(START.timestamp() + 60)
    span = ("T1", "heart_rate", old.timestamp() - 3600, START.timestamp() + 7200, 3600)
    assert len(scene.source.windows(*span)) == 2
    assert scene.forget(RollUps.KEEP) == []
    assert [window.low for window in scene.source.windows(*span)] == [66.0]
    assert list(scene.source.export("T1")) == []
    scene.source.write([_reading("T1", 1)])
    assert scene.forget(RollUps.DELETE) == []
    assert scene.source.windows(*span) == []


def test_values_and_times_keep_every_digit(scene: Scene, tmp_path: Path) -> None:
    odd: Callable[[int], DeviceReading] = lambda number: DeviceReading(  # noqa: E731 - one reading in three places
        "T1", "weight", START.timestamp() + number / 7, 1 / (number + 3), START + timedelta(microseconds=number)
    )
    scene.source.write([odd(number) for number in range(50)])
    scene.migrate()
    assert scene.is_whole()
