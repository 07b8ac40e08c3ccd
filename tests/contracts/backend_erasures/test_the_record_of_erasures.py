"""What every `Erasures` promises."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime, timedelta

from backend.services.telemetry.erasures import Erasure, Erasures

NOW = datetime(2026, 11, 24, 3, 12, 45, 120_000, tzinfo=UTC)


def asked(request_id: str = "q1", device_id: str = "T1", after: int = 0) -> Erasure:
    until = NOW + timedelta(seconds=after)
    return Erasure(request_id, device_id, "R1", "staff:a", until=until, due_at=until)


def test_what_was_asked_is_written_down_and_due(erasures: Erasures) -> None:
    both = [asked(), asked(device_id="T2")]
    assert erasures.begin(both) == both
    assert sorted(erasures.due(NOW, 10), key=lambda row: row.device_id) == both
    assert erasures.due(NOW - timedelta(seconds=1), 10) == []
    assert erasures.begin([]) == []


def test_the_same_request_again_is_what_was_known(erasures: Erasures) -> None:
    erasures.begin([asked()])
    erasures.done(asked(), 7, None)
    assert erasures.begin([asked(after=60)]) == [replace(asked(), deleted=7, due_at=None)]
    assert erasures.begin([asked("q2", after=60)]) == [asked("q2", after=60)]


def test_what_was_done_counts_up_and_is_due_again(erasures: Erasures) -> None:
    erasures.begin([asked()])
    later = NOW + timedelta(minutes=1)
    erasures.done(asked(), 7, later)
    assert erasures.due(NOW, 10) == []
    assert erasures.due(later, 10) == [replace(asked(), deleted=7, due_at=later)]
    erasures.done(asked(), 2, None)
    assert erasures.due(NOW + timedelta(days=365), 10) == []
    assert erasures.begin([asked()])[0].deleted == 9


def test_the_oldest_come_first_and_no_more_than_asked(erasures: Erasures) -> None:
    erasures.begin([asked("q2", after=20)])
    erasures.begin([asked("q1", after=10)])
    erasures.begin([asked("q3", after=30)])
    assert [row.request_id for row in erasures.due(NOW + timedelta(hours=1), 2)] == ["q1", "q2"]


def test_the_newest_erasure_is_the_fence_of_a_device(erasures: Erasures) -> None:
    erasures.begin([asked("q1"), asked("q1", "T2")])
    erasures.begin([asked("q2", after=60)])
    assert erasures.fences(["T1", "T2", "T3"]) == {"T1": NOW + timedelta(seconds=60), "T2": NOW}
    assert erasures.fences([]) == {}
