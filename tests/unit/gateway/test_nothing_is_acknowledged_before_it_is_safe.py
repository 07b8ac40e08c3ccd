"""Intake: posted, else spooled, else kept unacknowledged; a press waits behind nothing, what must follow does."""

from __future__ import annotations

import pytest

from gateway.core.ports import Answer, Kind
from tests.unit.gateway.conftest import Bench


def test_stored_events_are_acknowledged_without_the_disk(bench: Bench) -> None:
    first, second = bench.press("a"), bench.press("b")
    assert bench.intake.take([first, second]) == []
    assert bench.broker.acknowledged == [first, second]
    assert len(bench.uplink.posts) == 1
    assert bench.spool.figures().rows == 0


@pytest.mark.parametrize("answer", [Answer.AWAY, Answer.SILENT, Answer.FAILED, Answer.REFUSED])
def test_what_the_backend_does_not_store_is_spooled_then_acknowledged(bench: Bench, answer: Answer) -> None:
    bench.uplink.script.append(answer)
    bench.broker.on_acknowledge = lambda _delivery: _assert(bench.spool.figures().rows == 1)
    delivery = bench.press("a")
    assert bench.intake.take([delivery]) == []
    assert bench.broker.acknowledged == [delivery]
    assert bench.rings == 1


def _assert(holds: bool) -> None:
    assert holds


def test_neither_backend_nor_disk_leaves_it_unacknowledged_until_one_takes_it(bench: Bench) -> None:
    bench.uplink.judge = lambda _items: Answer.AWAY
    bench.spool.unavailable = True
    delivery = bench.press("a")
    assert bench.intake.take([delivery]) == [delivery]
    assert bench.broker.acknowledged == []
    bench.uplink.judge = lambda _items: Answer.STORED
    assert bench.intake.take([delivery]) == []
    assert bench.broker.acknowledged == [delivery]


def test_bad_item_without_a_disk_does_not_hold_the_others(bench: Bench) -> None:
    bench.spool.unavailable = True
    bench.uplink.judge = lambda items: Answer.FAILED if any(b"bad" in item.payload for item in items) else Answer.STORED
    good, bad, last = bench.press("good"), bench.press("bad"), bench.press("last")
    assert bench.intake.take([good, bad, last]) == [bad]
    assert bench.broker.acknowledged == [good, last]


def test_while_the_backend_is_silent_no_deadline_is_spent_on_a_press(bench: Bench) -> None:
    bench.uplink.judge = lambda _items: Answer.SILENT
    bench.intake.take([bench.press("a")])
    bench.intake.take([bench.press("b")])
    assert len(bench.uplink.posts) == 1
    assert bench.spool.figures().rows == 2


def test_new_press_does_not_wait_behind_the_spool(bench: Bench) -> None:
    bench.uplink.script.append(Answer.FAILED)  # reached, so the line is up, but it waits on disk
    bench.intake.take([bench.press("old")])
    bench.intake.take([bench.press("new")])
    assert [b'"new"' in payload for payload in bench.stored()] == [True]


def test_what_clears_an_alarm_does_not_overtake_it(bench: Bench) -> None:
    bench.uplink.script.append(Answer.FAILED)
    bench.intake.take([bench.press("fall", "care.fall.detected")])
    bench.intake.take([bench.press("up", "care.fall.recovered"), bench.press("x", "care.fall.recovered", "T2")])
    assert [item.device_id for item in bench.uplink.stored] == ["T2"]
    bench.drainer.round()
    assert [b'"fall"' in bench.stored()[1], b'"up"' in bench.stored()[2]] == [True, True]


def test_batches_are_bounded_by_count_and_bytes() -> None:
    bench = Bench(most=2)
    bench.intake.take([bench.press(str(number)) for number in range(5)])
    assert [len(post) for post in bench.uplink.posts] == [2, 2, 1]
    large = Bench()
    large.intake.take([large.deliver("T1", b"x" * 60_000) for _ in range(20)])
    assert [len(post) for post in large.uplink.posts] == [16, 4]


def test_refused_telemetry_is_kept_and_acknowledged() -> None:
    bench = Bench(kind=Kind.TELEMETRY)
    bad, good = bench.deliver("T1", "no"), bench.deliver("T1", '[{"n":"battery","v":1}]')
    assert bench.intake.take([bad, good]) == []
    assert bench.broker.acknowledged == [bad, good]
    assert [(kept.topic, kept.reason) for kept in bench.inspection.kept] == [("care/v1/T1/telemetry", "not_json")]
