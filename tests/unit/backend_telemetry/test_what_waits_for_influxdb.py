"""The backlog on disk: order, what is struck out and what is not, its bounds."""

from __future__ import annotations

import sqlite3
from pathlib import Path

import pytest

from backend.adapters.telemetry.influx import backlog as backlog_module
from backend.adapters.telemetry.influx.backlog import EXPIRED, QUARANTINED, Backlog, Refused, Values
from backend.adapters.telemetry.units import HOUR
from backend.services.telemetry.ports import TelemetryAway


@pytest.fixture
def backlog(tmp_path: Path) -> Backlog:
    return Backlog(tmp_path / "backlog.sqlite", 10_000_000)


def point(at: int, value: float = 1.0, device: str = "T1") -> Values:
    return device, "steps", at, value, at


def test_points_leave_in_the_order_in_which_they_came(backlog: Backlog) -> None:
    backlog.append([point(3), point(1)])
    backlog.append([point(2)])
    assert [waiting.values[2] for waiting in backlog.oldest(10)] == [3, 1, 2]
    assert [waiting.values[2] for waiting in backlog.oldest(2)] == [3, 1]


def test_what_is_settled_is_gone_and_the_rest_is_not(backlog: Backlog) -> None:
    backlog.append([point(at) for at in range(5)])
    last = backlog.last_id()
    backlog.settle(backlog.oldest(3), [], [], 0)
    assert not backlog.is_sent(last)
    assert backlog.pending() == (2, 3)
    backlog.settle(backlog.oldest(3), [], [], 0)
    assert backlog.is_sent(last)
    assert backlog.pending() == (0, None)
    backlog.append([point(9)])
    assert backlog.is_sent(last)
    assert backlog.last_id() > last


def test_late_points_make_their_hours_stale_and_refused_ones_do_not(backlog: Backlog) -> None:
    backlog.append([point(1), point(HOUR + 1), point(2 * HOUR + 1), point(5, device="T2")])
    points = backlog.oldest(10)
    backlog.settle(points, [Refused(points[3], "bad")], [], 2 * HOUR)
    assert [(device, start) for device, start, _ in backlog.stale_hours(None, 10)] == [("T1", 0), ("T1", HOUR)]
    assert backlog.marks()[QUARANTINED] == 1


def test_expired_points_make_no_hour_stale(backlog: Backlog) -> None:
    backlog.append([point(1), point(HOUR + 1)])
    points = backlog.oldest(10)
    backlog.settle(points, [], points[:1], 2 * HOUR)
    assert [start for _, start, _ in backlog.stale_hours(None, 10)] == [HOUR]
    assert backlog.marks()[EXPIRED] == 1
    assert backlog.pending() == (0, None)


def test_only_its_owner_may_read_the_backlog(tmp_path: Path) -> None:
    backlog = Backlog(tmp_path / "backlog.sqlite", 10_000_000)
    backlog.append([point(1)])
    assert {path.stat().st_mode & 0o777 for path in tmp_path.iterdir()} == {0o600}
    assert len(list(tmp_path.iterdir())) == 3
    backlog.close()


def test_an_hour_that_became_stale_meanwhile_is_not_struck_out(backlog: Backlog) -> None:
    backlog.mark_stale("T1", [0, HOUR])
    seen = backlog.stale_hours("T1", 10)
    backlog.mark_stale("T1", [HOUR])
    backlog.strike_out(seen)
    assert [start for _, start, _ in backlog.stale_hours("T1", 10)] == [HOUR]


def test_the_quarantine_is_bounded_and_its_count_is_not(backlog: Backlog, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(backlog_module, "QUARANTINE_ROWS", 3)
    for at in range(5):
        backlog.append([point(at)])
        (waiting,) = backlog.oldest(1)
        backlog.settle([waiting], [Refused(waiting, "bad")], [], 0)
    assert backlog.marks()[QUARANTINED] == 5
    assert backlog.quarantine() == [(*point(at), "bad") for at in (2, 3, 4)]


def test_what_is_forgotten_leaves_every_table(backlog: Backlog) -> None:
    backlog.append([point(1), point(2), point(1, device="T2")])
    (first, *_) = points = backlog.oldest(10)
    backlog.settle([first], [Refused(first, "bad")], [], 0)
    assert backlog.forget("T1", 0, 10, []) == 1
    assert backlog.quarantine() == []
    assert backlog.latest(["T1", "T2"]) == {"T2": [point(1, device="T2")]}
    assert [waiting.values[0] for waiting in backlog.oldest(10)] == ["T2"]
    assert len(points) == 3


def test_what_still_waits_stays_the_latest(backlog: Backlog) -> None:
    backlog.append([point(1), point(20)])
    assert backlog.forget("T1", 0, 10, []) == 1
    assert backlog.latest(["T1"]) == {"T1": [point(20)]}


def test_a_full_backlog_takes_nothing(tmp_path: Path) -> None:
    small = Backlog(tmp_path / "small.sqlite", 60_000)
    small.append([point(at) for at in range(5000)])
    before = small.pending()
    with pytest.raises(TelemetryAway):
        small.append([point(0)])
    assert small.pending() == before


def test_a_backlog_of_a_newer_version_is_left_alone(tmp_path: Path) -> None:
    path = tmp_path / "newer.sqlite"
    first = Backlog(path, 10**6)
    first.append([point(1)])
    first.close()
    with sqlite3.connect(path) as connection:
        connection.execute("PRAGMA user_version=99")
    with pytest.raises(TelemetryAway, match="newer"):
        Backlog(path, 10**6).oldest(1)


def test_what_is_forgotten_is_not_in_the_file_any_more(tmp_path: Path) -> None:
    backlog = Backlog(tmp_path / "backlog.sqlite", 10_000_000)
    backlog.append([point(at, device="Resident-of-42") for at in range(300)] + [point(1)])
    backlog.settle(backlog.oldest(100), [Refused(backlog.oldest(1)[0], "bad")], [], 0)
    assert backlog.forget("Resident-of-42", 0, 1000, []) == 200
    assert not [path.name for path in tmp_path.iterdir() if b"Resident-of-42" in path.read_bytes()]
    assert backlog.latest(["T1"]) == {"T1": [point(1)]}
